"""Which values of the other columns mark each group."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column, IntArray
from clusterby.tables import build_native, factorize
from clusterby.tables.base import Table

__all__ = ["Mark", "column_marks", "describe", "marks"]

_LEAST_Z = 3.0
"""A mark must be at least this many standard deviations from chance."""

_LEAST_EFFECT = 0.5
"""In standard deviations: what lies nearer to the mean of all rows, though not by chance, sets no group apart."""

_LEAST_SHARE = 0.05
"""A value that fewer of the group's rows have says little of the group, however rare it is elsewhere."""

_MOST_VALUES = 1_000
"""A column with more different values than this, or one for every other row, names rows rather than kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something about a column that sets one group apart from the whole table.

    Parameters
    ----------
    key : object
        The group.
    column : str
        The column.
    value : str, optional
        The value that is more common in the group; None for a column of numbers or dates.
    inside, overall : float
        The value's share of the group's rows and of all rows; for numbers the two means, for dates these
        in seconds since 1970.
    effect : float
        The lift, ``inside / overall``; for numbers and dates the difference of the means in standard deviations.
    z : float
        How far from chance that is, in standard deviations; for shares the root of the log-likelihood ratio.
    is_date : bool
        Whether the two means are dates.
    """

    key: Any
    column: str
    value: str | None
    inside: float
    overall: float
    effect: float
    z: float
    is_date: bool = False


def describe(
    table: Table, rows: Mapping[Any, IntArray], *, key: str, leave_out: Iterable[str], most: int
) -> Any:
    """Return the marks of every group as a native table, the strongest first within each group."""
    found = marks(table, rows, leave_out=leave_out, most=most)
    return build_native(
        {
            key: [m.key for m in found],
            "column": [m.column for m in found],
            "value": [m.value for m in found],
            "inside": np.array([m.inside for m in found], dtype=np.float64),
            "overall": np.array([m.overall for m in found], dtype=np.float64),
            "effect": np.array([m.effect for m in found], dtype=np.float64),
            "z": np.array([m.z for m in found], dtype=np.float64),
        },
        kind=table.kind,
    )


def marks(
    table: Table, rows: Mapping[Any, IntArray], *, leave_out: Iterable[str], most: int = 5
) -> list[Mark]:
    """Return what sets each group apart from the whole table.

    Columns of numbers and dates are compared by their means, columns of few different values by the share
    of each value; columns of vectors, objects and free text are left out, and those that clusterings wrote.

    Parameters
    ----------
    table : Table
        The table.
    rows : mapping of key to int64 array
        The positions of each group's rows.
    leave_out : iterable of str
        Columns not to look at: those the groups were made by.
    most : int
        How many marks a group may have.

    Notes
    -----
    Values are ranked by the log-likelihood ratio: Dunning (1993), *Accurate methods for the statistics of
    surprise and coincidence*.
    """
    left_out = {*leave_out, *getattr(table, "written", ())}
    found: dict[Any, list[Mark]] = {key: [] for key in rows}
    for name in table.columns:
        if name in left_out:
            continue
        for mark in column_marks(table.column(name), rows):
            found[mark.key].append(mark)
    return [m for key in rows for m in sorted(found[key], key=lambda m: -m.z)[:most]]


def column_marks(column: Column, rows: Mapping[Any, IntArray]) -> list[Mark]:
    """Return what sets each group apart in one column, in no order."""
    if column.type == "number":
        return _mean_marks(column.name, column.cells.astype(np.float64), rows, is_date=False)
    if column.type == "date":
        seconds = column.cells.astype("datetime64[us]").astype(np.int64) / 1e6
        return _mean_marks(column.name, np.where(np.isnat(column.cells), np.nan, seconds), rows, is_date=True)
    if column.type in ("string", "category", "boolean"):
        codes, values = factorize(column)
        if len(values) <= min(_MOST_VALUES, max(2, len(column) // 2)):
            return _share_marks(column.name, codes, values, rows)
    return []


def _mean_marks(
    name: str, cells: NDArray[np.float64], rows: Mapping[Any, IntArray], *, is_date: bool
) -> list[Mark]:
    known = np.isfinite(cells)
    n = int(known.sum())
    if n < 2:
        return []
    with np.errstate(over="ignore", invalid="ignore"):
        overall, spread = float(cells[known].mean()), float(cells[known].std(ddof=1))
    if not 0 < spread < np.inf:  # all equal, or too far apart for a mean to say anything
        return []
    found = []
    for key, members in rows.items():
        inside = cells[members][known[members]]
        if not 0 < len(inside) < n:
            continue
        mean = float(inside.mean())
        effect = (mean - overall) / spread
        # the standard error of a mean drawn without replacement from these rows
        z = abs(effect) / math.sqrt((1 - len(inside) / n) / len(inside))
        if z >= _LEAST_Z and abs(effect) >= _LEAST_EFFECT:
            found.append(
                Mark(
                    key=key, column=name, value=None, inside=mean, overall=overall, effect=effect, z=z,
                    is_date=is_date,
                )
            )  # fmt: skip
    return found


def _share_marks(
    name: str, codes: IntArray, values: Sequence[Any], rows: Mapping[Any, IntArray]
) -> list[Mark]:
    known = codes >= 0
    totals = np.bincount(codes[known], minlength=len(values)).astype(np.float64)
    n = totals.sum()
    found = []
    for key, members in rows.items():
        inside_codes = codes[members][known[members]]
        size = len(inside_codes)
        if not size or size == n:
            continue
        counts = np.bincount(inside_codes, minlength=len(values)).astype(np.float64)
        z = np.sqrt(_log_likelihood_ratio(counts, totals, size, n))
        lift = np.divide(counts / size, totals / n, out=np.zeros_like(counts), where=totals > 0)
        found += [
            Mark(
                key=key,
                column=name,
                value=str(values[code]),
                inside=float(counts[code] / size),
                overall=float(totals[code] / n),
                effect=float(lift[code]),
                z=float(z[code]),
            )
            for code in np.flatnonzero(
                (z >= _LEAST_Z) & (lift > 1) & (counts >= _LEAST_SHARE * size)
            ).tolist()
        ]
    return found


def _log_likelihood_ratio(
    counts: NDArray[np.float64], totals: NDArray[np.float64], size: int, n: float
) -> NDArray[np.float64]:
    rest, outside = n - size, totals - counts
    observed = (counts, size - counts, outside, rest - outside)
    expected = (
        totals * size / n, (n - totals) * size / n, totals * rest / n, (n - totals) * rest / n,
    )  # fmt: skip
    ratio = np.zeros_like(counts)
    for seen, chance in zip(observed, expected, strict=True):
        ratio += seen * np.log(
            np.divide(seen, chance, out=np.ones_like(seen), where=(seen > 0) & (chance > 0))
        )
    return np.maximum(2 * ratio, 0.0)
