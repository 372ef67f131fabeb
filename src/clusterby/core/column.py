"""One column of a table: its cells as they came, and what their type says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column", "ColumnType", "FloatArray", "IntArray", "ObjectArray", "Skipped"]

FloatArray: TypeAlias = NDArray[np.float32]
IntArray: TypeAlias = NDArray[np.int64]
ObjectArray: TypeAlias = NDArray[np.object_]

ColumnType = Literal["number", "boolean", "date", "category", "string", "vector", "object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The cells of one column, in row order.

    Parameters
    ----------
    name : str
        The column's name.
    cells : ndarray
        (n,): float64 with NaN for a missing ``"number"``; datetime64[us], UTC, with NaT for a missing
        ``"date"``; object with None for a missing cell of any other type. A ``"vector"`` column whose
        cells all have one length may be float (n, d) instead.
    type : {"number", "boolean", "date", "category", "string", "vector", "object"}
        What the table's own type says the cells are; ``"object"`` says nothing.
    base : Path, optional
        The folder against which relative paths among the cells are resolved, after the working folder.
    faults : mapping of int to str
        Why a cell that should be there is missing, by row.
    """

    name: str
    cells: NDArray[Any]
    type: ColumnType
    base: Path | None = None
    faults: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that was left out, and why.

    Parameters
    ----------
    row : int
        Its position in the table, from 0.
    column : str
        The column whose cell was at fault.
    reason : str
        What was wrong with it.
    """

    row: int
    column: str
    reason: str
