"""What came of decoding a column: the values of the good rows, and why the others have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from clusterby.core.column import Column, IntArray
from clusterby.core.errors import UnreadableCell
from clusterby.media.scalars import MISSING, is_missing

__all__ = ["Decoded", "decode_each", "keep", "missing_reason"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """The decoded cells of a column.

    Parameters
    ----------
    values : ndarray (m, ...)
        One per good row: object of str for texts and categories, float64 for numbers,
        datetime64[us] for dates, float32 (m, d) for vectors.
    rows : int64 (m,)
        Their positions in the column, strictly increasing.
    faults : mapping of int to str
        Every other row, with the reason why it has no value.
    """

    values: NDArray[Any]
    rows: IntArray
    faults: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.rows)


def missing_reason(column: Column, row: int) -> str:
    """Return why the cell of a row is missing: the column's own reason if it has one."""
    return column.faults.get(row, MISSING)


def decode_each(column: Column, convert: Callable[[Any], Any], *, dtype: DTypeLike) -> Decoded:
    """Return the cells of a column converted one by one.

    Parameters
    ----------
    column : Column
        Missing cells are faults before they reach `convert`.
    convert : callable
        Takes a cell and returns its value; raises UnreadableCell with the reason if it has none.
    dtype : dtype
        Of the values.
    """
    values: list[Any] = []
    rows: list[int] = []
    faults: dict[int, str] = {}
    for row, cell in enumerate(column.cells.tolist()):
        if is_missing(cell):
            faults[row] = missing_reason(column, row)
            continue
        try:
            values.append(convert(cell))
        except UnreadableCell as error:
            faults[row] = str(error)
        else:
            rows.append(row)
    return Decoded(values=np.array(values, dtype=dtype), rows=np.array(rows, dtype=np.int64), faults=faults)


def keep(values: NDArray[Any], good: NDArray[np.bool_], faults: Mapping[int, str]) -> Decoded:
    """Return the good rows of an array of values; a copy, never a view of the caller's data."""
    return Decoded(values=values[good], rows=np.flatnonzero(good).astype(np.int64, copy=False), faults=faults)
