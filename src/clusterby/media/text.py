"""Decode texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.media.decoded import Decoded, decode_each
from clusterby.media.scalars import MISSING, is_missing, write_scalar

__all__ = ["decode_text", "decode_texts"]


def decode_text(cell: Any) -> str:
    r"""Return the text of one cell.

    Parameters
    ----------
    cell : str, bytes, number, bool, or date
        Bytes are read as UTF-8; numbers and dates as they are written. Lone surrogates, which no
        encoding can hold, become U+FFFD.

    Raises
    ------
    UnreadableCell
        If the cell is missing, holds nothing but white space, or is no text.

    Examples
    --------
    >>> decode_text(b"caf\xc3\xa9"), decode_text(3.0)
    ('café', '3')
    """
    if is_missing(cell):
        raise UnreadableCell(MISSING)
    if isinstance(cell, (bytes, bytearray, memoryview)):
        try:
            text: str | None = bytes(cell).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableCell(f"bytes that are not UTF-8 text (at byte {error.start})") from None
    else:
        text = write_scalar(cell)
    if text is None:
        raise UnreadableCell(f"not text: {type(cell).__name__}")
    if not text.strip():
        raise UnreadableCell("empty text")
    return _without_lone_surrogates(text)


def decode_texts(column: Column) -> Decoded:
    """Return the texts of a column as an object array of str; see :func:`decode_text`."""
    cells = column.cells
    if cells.dtype == object and _all_plain(cells):
        return Decoded(values=cells.copy(), rows=np.arange(len(cells), dtype=np.int64), faults={})
    return decode_each(column, decode_text, dtype=object)


def _all_plain(cells: NDArray[np.object_]) -> bool:
    """Whether every cell is a text without need of a change, as nearly always; told by what costs least."""
    return set(map(type, cells)) == {str} and all(map(str.isascii, cells)) and all(map(str.strip, cells))


def _without_lone_surrogates(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
