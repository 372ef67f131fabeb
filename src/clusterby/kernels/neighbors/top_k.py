"""Lists of the k least values, filled from tiles of dot products.

The distance of two rows is known, up to a constant factor or a root, from their dot product and one number each:
``half[i] + half[j] - dot``. A list keeps its least values in increasing order, equal values in the order of their
rows; so what it holds in the end does not depend on the order in which tiles came.
"""

from __future__ import annotations

import numpy as np

from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.compiled import compiled

__all__ = ["NO_ROW", "empty_lists", "insert", "push_both", "push_rows"]

NO_ROW = np.iinfo(np.int32).max
"""What stands in a list where no row has come yet."""

_STEP = 32  # how many values are tested at once, before any is looked at alone


def empty_lists(n: int, k: int, dtype: np.dtype[np.floating]) -> tuple[Floats, Ints]:
    """Return n lists of k values (infinity) and of their rows (:data:`NO_ROW`, int32).

    Examples
    --------
    >>> import numpy as np
    >>> values, rows = empty_lists(1, 2, np.dtype("float32"))
    >>> insert(values[0], rows[0], np.float32(3), 7)
    >>> values.tolist(), rows[0, 0]
    ([[3.0, inf]], np.int32(7))
    """
    return np.full((n, k), np.inf, dtype=dtype), np.full((n, k), NO_ROW, dtype=np.int32)


@compiled
def insert(values: Floats, rows: Ints, value: float, row: int) -> None:
    """Put a row into one list at its place, if it is less than the last."""
    at = len(values) - 1
    if value > values[at] or (value == values[at] and row >= rows[at]):
        return
    while at > 0 and (values[at - 1] > value or (values[at - 1] == value and rows[at - 1] > row)):
        values[at] = values[at - 1]
        rows[at] = rows[at - 1]
        at -= 1
    values[at] = value
    rows[at] = row


@compiled
def push_rows(
    dots: Floats,
    row_halves: Floats,
    column_halves: Floats,
    row_groups: Ints,
    column_groups: Ints,
    column_least: Floats,
    first_column: int,
    values: Floats,
    rows: Ints,
) -> None:
    """Push a tile into the lists of its rows.

    Parameters
    ----------
    dots : (r, c)
        Dot products.
    row_halves, column_halves : (r,), (c,)
        What is added for each row and each column.
    row_groups, column_groups : int32 (r,), (c,)
        A pair of one group is left out.
    column_least : (c,)
        No value of a column is taken for less.
    first_column : int
        The row that the first column stands for.
    values, rows : (r, k), int32 (r, k)
        The lists.
    """
    last = values.shape[1] - 1
    for i in range(dots.shape[0]):
        half, group = row_halves[i], row_groups[i]
        worst = values[i, last]
        for start in range(0, dots.shape[1], _STEP):
            products, halves = dots[i, start : start + _STEP], column_halves[start : start + _STEP]
            least, groups = column_least[start : start + _STEP], column_groups[start : start + _STEP]
            hits = np.int32(0)
            for c in range(len(products)):
                value = (half + halves[c]) - products[c]
                hits += np.int32((value <= worst) & (least[c] <= worst) & (groups[c] != group))
            if hits == 0:
                continue
            for c in range(len(products)):
                value = max((half + halves[c]) - products[c], least[c])
                if value <= worst and groups[c] != group:
                    insert(values[i], rows[i], value, first_column + start + c)
                    worst = values[i, last]


@compiled
def push_both(
    dots: Floats,
    row_halves: Floats,
    column_halves: Floats,
    first_row: int,
    first_column: int,
    values: Floats,
    rows: Ints,
    column_values: Floats,
    column_rows: Ints,
) -> None:
    """Push a tile into the lists of its rows and into those of its columns, which are other rows.

    Parameters
    ----------
    dots : (r, c)
        Dot products.
    row_halves, column_halves : (r,), (c,)
        What is added for each row and each column.
    first_row, first_column : int
        The rows that the first row and the first column stand for.
    values, rows : (r, k), int32 (r, k)
        The lists of the rows.
    column_values, column_rows : (c, k), int32 (c, k)
        The lists of the columns.
    """
    last = values.shape[1] - 1
    column_worst = column_values[:, last].copy()
    for i in range(dots.shape[0]):
        half = row_halves[i]
        worst = values[i, last]
        for start in range(0, dots.shape[1], _STEP):
            products, halves = dots[i, start : start + _STEP], column_halves[start : start + _STEP]
            limits = column_worst[start : start + _STEP]
            hits = np.int32(0)
            for c in range(len(products)):
                value = (half + halves[c]) - products[c]
                hits += np.int32((value <= worst) | (value <= limits[c]))
            if hits == 0:
                continue
            for c in range(len(products)):
                j = start + c
                value = (half + halves[c]) - products[c]
                if value <= worst:
                    insert(values[i], rows[i], value, first_column + j)
                    worst = values[i, last]
                if value <= limits[c]:
                    insert(column_values[j], column_rows[j], value, first_row + i)
                    limits[c] = column_values[j, last]
