"""What a namer is shown of a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import Column, FloatArray
from clusterby.core.errors import AmbiguousModality, InvalidParameter, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.core.partition import NOISE, Partition
from clusterby.encoders.base import embeds_queries
from clusterby.groups.evidence import evidence
from clusterby.groups.making import Making, Seen
from clusterby.media import decode_cell, decode_text, infer_modality
from clusterby.media.thumbnail import thumbnail
from clusterby.namers.base import Clusters, Name
from clusterby.namers.question import Part
from clusterby.ops.embedder import Embedder
from clusterby.ops.embedder import Part as EmbedderPart
from clusterby.ops.regions import resolve_regions
from clusterby.ops.word_fit import visual_words, word_fit
from clusterby.tables import open_table
from clusterby.tables.base import Table

__all__ = ["shown"]

_PIXELS = 512
_SAMPLE = 200  # cells of a column that are looked at
_WORDS = 3  # of a text, in the mean: what is shorter is a label


def shown(
    making: Making,
    partition: Partition,
    *,
    names: Mapping[int, str],
    column: str | None = None,
    parts: Mapping[int, tuple[Name, ...]] | None = None,
) -> Clusters:
    """Return what a namer is shown of a result.

    Parameters
    ----------
    making : Making
        What the result was made from.
    partition : Partition
        Its clusters.
    names : mapping of int to str
        The names that clusters have already.
    column : str, optional
        The column whose texts are read; None takes those that were clustered, or else the first column of sentences.
    parts : mapping of int to tuple of Name, optional
        Of a level of a hierarchy: the names of what each cluster is made of.

    Raises
    ------
    UnknownColumn
        If there is no such column.
    InvalidParameter
        If it holds no texts.
    """
    rows, table = making.embeddings.rows, making.table
    texts = _texts(making, column)
    seen = making.seen() if making.embedder is None and making.seen is not None else None
    modality, cell = (seen.modality, seen.show) if seen is not None else _cells(making)
    return Clusters(
        ids=tuple(int(c) for c in partition.clusters if c != NOISE),
        labels=partition.labels,
        centers=partition.centers,
        vectors=lambda: making.embeddings.vectors,
        column=" and ".join(making.by),
        modality=modality,
        texts=None if texts is None else lambda: [_text(texts, int(row)) for row in rows],
        show=_show(table, rows.tolist(), cell if column is None else None, texts, by=list(making.by)),
        marks=lambda: evidence(making, partition),
        similarities=_similarities(making) if seen is None else _seen_similarities(making, seen),
        vocabulary=lambda: tuple(visual_words()),
        parts=parts or {},
        names=names,
        random_state=partition.random_state or 0,
    )


def _texts(making: Making, column: str | None) -> Column | None:
    """Return the column of texts, if there is one."""
    table, by = making.table, making.by
    if column is not None:
        found = table.column(column)
        if found.type not in ("string", "category", "object"):
            raise InvalidParameter(f"column={column!r} holds no texts: name one that does, or leave it out")
        return found
    encoded = making.embedder.parts if making.embedder else ()
    clustered = [part.choice.column for part in encoded if part.choice.modality is Modality.TEXT]
    if not encoded:  # vectors were given
        clustered = [name for name in by if name in table.columns and _is_text(table.column(name))]
    for name in clustered:
        if name in table.columns:
            return table.column(name)
    others = (name for name in table.columns if name not in by and name not in getattr(table, "written", ()))
    return next((found for found in map(table.column, others) if _has_sentences(found)), None)


def _is_text(column: Column) -> bool:
    try:
        return column.type == "string" and infer_modality(column) is Modality.TEXT
    except AmbiguousModality:
        return False


def _has_sentences(column: Column) -> bool:
    """Whether cells are texts of several words, few of them equal."""
    if not _is_text(column):
        return False
    cells = [cell for cell in column.cells[:_SAMPLE].tolist() if isinstance(cell, str) and cell.strip()]
    if not cells or len(set(cells)) < len(cells) / 2:
        return False
    return sum(len(cell.split()) for cell in cells) / len(cells) >= _WORDS


def _text(column: Column, row: int) -> str | None:
    try:
        return decode_text(column.cells[row])
    except UnreadableCell:
        return None


def _cells(making: Making) -> tuple[Modality, Callable[[int], Part] | None]:
    """Return what the first column of media is, and what shows one of its cells."""
    for part in making.embedder.parts if making.embedder else ():
        if part.choice.modality is Modality.IMAGE and part.choice.column in making.table.columns:
            return Modality.IMAGE, _image(making.table, part)
    modalities = [part.choice.modality for part in making.embedder.parts] if making.embedder else []
    return (modalities[0] if modalities else Modality.VECTOR), None


def _image(table: Table, part: EmbedderPart) -> Callable[[int], Part]:
    column = table.column(part.choice.column)
    regions = None
    if part.region is not None:
        regions = resolve_regions(part.region, column, part.choice.modality, part.encoder, table=table)

    def show(row: int) -> Part:
        cell = column.cells[row]
        if regions is not None:
            cell = decode_cell(cell, Modality.IMAGE, base=column.base, cut=regions.cut(row))
        return thumbnail(cell, base=column.base, pixels=_PIXELS)

    return show


def _show(
    table: Table,
    rows: Sequence[int],
    cell: Callable[[int], Part] | None,
    texts: Column | None,
    *,
    by: Sequence[str],
) -> Callable[[int], Part] | None:
    """Return what shows a row: its image, its text, or the numbers and words that it was clustered by; nothing else."""
    if cell is not None:
        return lambda place: cell(rows[place])
    if texts is not None:
        return lambda place: decode_text(texts.cells[rows[place]])
    columns = [
        c
        for c in map(table.column, [name for name in by if name in table.columns])
        if c.type not in ("vector", "object")
    ]
    if not columns:
        return None

    def values(place: int) -> str:
        said = [(column.name, _text(column, rows[place])) for column in columns]
        found = "; ".join(f"{name}: {text}" for name, text in said if text is not None)
        if not found:
            raise UnreadableCell("none of its columns has a value")
        return found

    return values


def _similarities(making: Making) -> Callable[[Sequence[int], Sequence[str]], FloatArray] | None:
    """Return what compares rows with words: by a column whose encoder has a text tower, the first of images if there is one."""
    embedder, cache = making.embedder, making.cache
    able = [i for i, part in enumerate(embedder.parts) if embeds_queries(part.encoder)] if embedder else []
    if embedder is None or not able:
        return None
    at = min(able, key=lambda i: embedder.parts[i].choice.modality is not Modality.IMAGE)

    def similarities(places: Sequence[int], words: Sequence[str]) -> FloatArray:
        part = embedder.ready().parts[at]
        return word_fit(_vectors(making, part, places, cache), words, part.encoder, cache=cache)

    return similarities


def _seen_similarities(
    making: Making, seen: Seen
) -> Callable[[Sequence[int], Sequence[str]], FloatArray] | None:
    if seen.encoder is None:
        return None
    made_by, own = seen.encoder, seen.vectors

    def similarities(places: Sequence[int], words: Sequence[str]) -> FloatArray:
        vectors = making.embeddings.vectors if own is None else own()
        return word_fit(vectors[np.asarray(places, dtype=np.int64)], words, made_by(), cache=making.cache)

    return similarities


def _vectors(making: Making, part: EmbedderPart, places: Sequence[int], cache: Cache | None) -> FloatArray:
    """Return the encoder's own vectors of some rows, of which others may have been made."""
    at = np.asarray(places, dtype=np.int64)
    if part.center is None and part.conditioned is None:
        return making.embeddings.vectors[at]
    alone = Embedder(parts=(replace(part, center=None, scale=1.0, conditioned=None, followed=None),))
    found = alone.embed(open_table(making.table.take(making.embeddings.rows[at])), cache=cache)
    vectors = np.zeros((len(at), found.dimension), dtype=np.float32)
    vectors[found.rows] = found.vectors
    return vectors
