"""Decode columns of vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column, FloatArray, IntArray
from clusterby.core.errors import UnreadableCell
from clusterby.core.finite import finite_rows
from clusterby.media.decoded import Decoded, missing_reason
from clusterby.media.scalars import is_missing

__all__ = ["decode_vectors"]

_NOT_FINITE = "not finite (NaN or infinity)"
_EMPTY = "a vector of no numbers"


def decode_vectors(column: Column) -> Decoded:
    """Return the vectors of a column as float32 (m, d).

    Parameters
    ----------
    column : Column
        Cells are sequences of numbers, or the column is numeric (n, d). Where lengths differ, the
        most frequent one counts (the first of them, on a tie) and other rows are faults.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.array([[1, 2], [3], None, [4, 5], [np.nan, 0]], dtype=object)
    >>> decoded = decode_vectors(Column(name="v", cells=cells, type="object"))
    >>> decoded.values.tolist(), decoded.rows.tolist()
    ([[1.0, 2.0], [4.0, 5.0]], [0, 3])
    >>> decoded.faults
    {1: 'length 1 where most have 2', 2: 'missing value', 4: 'not finite (NaN or infinity)'}
    """
    if column.cells.ndim == 2 and column.cells.dtype.kind in "fiub":
        rows = np.arange(len(column), dtype=np.int64)
        return _finite(_to_float32(column.cells), rows, column.faults, {})
    vectors: dict[int, NDArray[Any]] = {}
    faults: dict[int, str] = {}
    for row, cell in enumerate(column.cells):
        if is_missing(cell):
            faults[row] = missing_reason(column, row)
            continue
        try:
            vectors[row] = _vector(cell)
        except UnreadableCell as error:
            faults[row] = str(error)
    vectors = _of_one_length(vectors, faults)
    rows = np.fromiter(vectors, dtype=np.int64, count=len(vectors))
    stacked = (
        np.stack([_to_float32(v) for v in vectors.values()]) if vectors else np.empty((0, 0), np.float32)
    )
    return _finite(stacked, rows, {}, faults)


def _vector(cell: Any) -> NDArray[Any]:
    if isinstance(cell, (str, bytes, dict, set, frozenset)):
        raise UnreadableCell(f"not a vector: {type(cell).__name__}")
    try:
        vector = np.asarray(cell)
    except (TypeError, ValueError, RuntimeError):
        raise UnreadableCell("not a vector: its parts differ in shape or are no numbers") from None
    if vector.ndim != 1:
        shape = f"an array of shape {vector.shape}" if vector.ndim else type(cell).__name__
        raise UnreadableCell(f"not a vector: {shape}")
    if not len(vector):
        raise UnreadableCell(_EMPTY)
    if vector.dtype.kind in "fiub":
        return vector
    if vector.dtype == object and all(isinstance(v, (int, float)) or v is None for v in vector.tolist()):
        return vector.astype(np.float64)  # None among numbers is NaN, a fault of its own
    raise UnreadableCell("not a vector: its parts are no numbers")


def _of_one_length(vectors: dict[int, NDArray[Any]], faults: dict[int, str]) -> dict[int, NDArray[Any]]:
    if not vectors:
        return vectors
    usual = Counter(len(v) for v in vectors.values()).most_common(1)[0][0]
    for row, vector in vectors.items():
        if len(vector) != usual:
            faults[row] = f"length {len(vector)} where most have {usual}"
    return {row: vector for row, vector in vectors.items() if len(vector) == usual}


def _to_float32(values: NDArray[Any]) -> FloatArray:
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and so a fault
        return np.array(values, dtype=np.float32)


def _finite(
    vectors: FloatArray, rows: IntArray, reasons: Mapping[int, str], faults: Mapping[int, str]
) -> Decoded:
    good = finite_rows(vectors) & (vectors.shape[1] > 0)
    otherwise = _NOT_FINITE if vectors.shape[1] else _EMPTY
    lost = {row: reasons.get(row, otherwise) for row in rows[~good].tolist()}
    return Decoded(values=vectors[good], rows=rows[good], faults=dict(sorted({**faults, **lost}.items())))
