"""What a row is shown as: its image, its text, or the values that it was clustered by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.core.modality import Modality
from clusterby.groups.making import Making, Seen
from clusterby.media import decode_cell, decode_text, likely_modality
from clusterby.media.formats import modality_of_path
from clusterby.media.thumbnail import thumbnail
from clusterby.namers.question import Part
from clusterby.ops.regions import resolve_regions
from clusterby.tables.base import Table

__all__ = ["MEDIA", "kinds_of", "show_rows"]

MEDIA = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.VIDEO})
"""Cells of these may be paths."""

_PIXELS = 512
_ROOTED = re.compile(r"/[^/\s][^/]*/|~/|[A-Za-z]:[\\/]|\\\\|file:")
"""How the full path of a file begins."""


def kinds_of(making: Making, seen: Seen | None) -> dict[str, Modality | None]:
    """Return what the cells are of each column that was clustered: as chosen, or else as they look; None where that is open.

    Parameters
    ----------
    making : Making
        What the result was made from.
    seen : Seen, optional
        How its rows can be looked at where there is no embedder.
    """
    table = making.table
    if making.embedder is not None:
        chosen = {part.choice.column: part.choice.modality for part in making.embedder.parts}
        return {name: kind for name, kind in chosen.items() if name in table.columns}
    columns = [name for name in making.by if name in table.columns]
    if seen is not None:
        return dict.fromkeys(columns, seen.modality)
    return {name: _kind(table.column(name)) for name in columns}


def show_rows(
    making: Making,
    kinds: Mapping[str, Modality | None],
    *,
    seen: Seen | None = None,
    texts: Column | None = None,
    named: bool = False,
) -> Callable[[int], Part] | None:
    """Return what shows a row by its place among those that were clustered, of nothing but what was clustered.

    Images go before texts, and these before numbers and words. A path is never shown, nor what has no picture.

    Parameters
    ----------
    making : Making
        What the result was made from.
    kinds : mapping of str to Modality or None
        What the cells of its columns are.
    seen : Seen, optional
        How its rows can be looked at where there is no embedder.
    texts : Column, optional
        Texts that may be shown.
    named : bool
        Whether these were asked for by name, and are shown whatever else there is.

    Returns
    -------
    callable or None
        Takes a place and returns a text, or a small image; raises UnreadableCell. None if nothing can be shown.
    """
    show = None if named and texts is not None else _picture(making, kinds, seen)
    if show is None and texts is not None:
        show = _reader(texts, chosen=named or making.embedder is not None)
    if show is None:
        show = _values(making.table, kinds)
    if show is None:
        return None
    shown, rows = show, making.embeddings.rows.tolist()
    return lambda place: shown(rows[place])


def _kind(column: Column) -> Modality | None:
    kind = likely_modality(column)
    return None if kind is Modality.TEXT and column.type != "string" else kind


def _picture(
    making: Making, kinds: Mapping[str, Modality | None], seen: Seen | None
) -> Callable[[int], Part] | None:
    """Return what shows the image in a row of the table; the first of several."""
    if seen is not None:
        return seen.show
    name = next((name for name, kind in kinds.items() if kind is Modality.IMAGE), None)
    if name is None:
        return None
    column, regions = making.table.column(name), None
    parts = making.embedder.parts if making.embedder is not None else ()
    part = next((part for part in parts if part.choice.column == name), None)
    if part is not None and part.region is not None:
        regions = resolve_regions(part.region, column, Modality.IMAGE, part.encoder, table=making.table)

    def show(row: int) -> Part:
        cell = column.cells[row]
        if regions is not None:
            cell = decode_cell(cell, Modality.IMAGE, base=column.base, cut=regions.cut(row))
        return thumbnail(cell, base=column.base, pixels=_PIXELS)

    return show


def _reader(column: Column, *, chosen: bool) -> Callable[[int], Part]:
    """Return what reads a cell; one that is a path only where someone said that these are texts."""

    def read(row: int) -> str:
        text = decode_text(column.cells[row])
        if not chosen and _is_path(text):
            raise UnreadableCell("it is the path of a file, which is not shown")
        return text

    return read


def _values(table: Table, kinds: Mapping[str, Modality | None]) -> Callable[[int], Part] | None:
    """Return what says the numbers and words in a row of the table."""
    names = [name for name, kind in kinds.items() if kind not in MEDIA and kind is not Modality.VECTOR]
    columns = [c for c in map(table.column, names) if c.type not in ("vector", "object")]
    if not columns:
        return None
    readers = {column.name: _reader(column, chosen=False) for column in columns}

    def values(row: int) -> str:
        said = []
        for name, read in readers.items():
            try:
                said.append(f"{name}: {read(row)}")
            except UnreadableCell:
                continue
        if not said:
            raise UnreadableCell("none of its columns has a value that can be shown")
        return "; ".join(said)

    return values


def _is_path(text: str) -> bool:
    """Whether a text is the path of a file, or the address of an image or a sound."""
    stripped = text.strip()
    if _ROOTED.match(stripped):
        return True
    return not re.search(r"\s", stripped) and modality_of_path(stripped) is not None
