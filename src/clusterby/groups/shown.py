"""What a namer is shown of a result."""

from __future__ import annotations

from collections.abc import Mapping

from clusterby.core.column import Column
from clusterby.core.errors import InvalidParameter, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.core.partition import NOISE, Partition
from clusterby.groups.compared import compared
from clusterby.groups.evidence import evidence
from clusterby.groups.making import Making
from clusterby.groups.shown_rows import MEDIA, kinds_of, show_rows
from clusterby.media import decode_text, likely_modality
from clusterby.namers.base import Clusters, Name
from clusterby.ops.word_fit import visual_words

__all__ = ["shown"]

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

    Rows are shown by the columns that were clustered and no other, unless `column` names one: what is shown may be sent
    away. Texts, which stay here, may be another column's.

    Parameters
    ----------
    making : Making
        What the result was made from.
    partition : Partition
        Its clusters.
    names : mapping of int to str
        The names that clusters have already.
    column : str, optional
        The column whose texts are read and shown; None takes those that were clustered. Where there are none, the first
        column of sentences is read, and not shown.
    parts : mapping of int to tuple of Name, optional
        Of a level of a hierarchy: the names of what each cluster is made of.

    Raises
    ------
    UnknownColumn
        If there is no such column.
    InvalidParameter
        If it holds no texts.
    """
    rows = making.embeddings.rows
    seen = making.seen() if making.embedder is None and making.seen is not None else None
    kinds = kinds_of(making, seen)
    own = _own_texts(making, kinds) if column is None else _named(making, column)
    texts = own or _sentences(making)
    against = compared(making, seen)
    return Clusters(
        ids=tuple(int(c) for c in partition.clusters if c != NOISE),
        labels=partition.labels,
        centers=partition.centers,
        vectors=lambda: making.embeddings.vectors,
        column=" and ".join(making.by),
        modality=_foremost(kinds, seen.modality if seen is not None else None),
        texts=None if texts is None else lambda: [_text(texts, int(row)) for row in rows],
        show=show_rows(making, kinds, seen=seen, texts=own, named=column is not None),
        marks=lambda: evidence(making, partition),
        similarities=None if against is None else against.similarities,
        compared=None if against is None else against.modality,
        vocabulary=lambda: tuple(visual_words()),
        parts=parts or {},
        names=names,
        random_state=partition.random_state or 0,
    )


def _foremost(kinds: Mapping[str, Modality | None], seen: Modality | None) -> Modality:
    """Return what the cells are; where there are images and others, images."""
    if seen is not None:
        return seen
    known = [kind for kind in kinds.values() if kind is not None]
    return Modality.IMAGE if Modality.IMAGE in known else next(iter(known), Modality.VECTOR)


def _named(making: Making, column: str) -> Column:
    """Return a column of texts that was asked for."""
    found = making.table.column(column)
    if found.type not in ("string", "category", "object"):
        raise InvalidParameter(f"column={column!r} holds no texts: name one that does, or leave it out")
    kind = likely_modality(found)
    if kind in MEDIA:
        raise InvalidParameter(
            f"column={column!r} holds {kind} files and no texts: name one that does, or leave it out"
        )
    return found


def _own_texts(making: Making, kinds: Mapping[str, Modality | None]) -> Column | None:
    """Return the column of texts that was clustered, if there is one."""
    name = next((name for name, kind in kinds.items() if kind is Modality.TEXT), None)
    return None if name is None else making.table.column(name)


def _sentences(making: Making) -> Column | None:
    """Return the first other column of sentences, if there is one."""
    table, by = making.table, making.by
    others = (name for name in table.columns if name not in by and name not in getattr(table, "written", ()))
    return next((found for found in map(table.column, others) if _has_sentences(found)), None)


def _has_sentences(column: Column) -> bool:
    """Whether cells are texts of several words, few of them equal."""
    if column.type != "string" or likely_modality(column) is not Modality.TEXT:
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
