"""Which values of other columns mark each cluster, in the words that a name is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column, IntArray
from clusterby.core.partition import Partition
from clusterby.groups.describe import Mark, column_marks
from clusterby.groups.making import Making
from clusterby.namers.base import Evidence
from clusterby.namers.unlike import one_line, same_name

__all__ = ["evidence"]

_MOST = 6
_BARE = {"yes", "no", "true", "false", "y", "n", "t", "f"}
"""Values that say nothing without their column."""

_MISSING = frozenset("""
nan, none, null, nil, na, n.a, n/a, #n/a, <na>, nat, unknown, undefined, unspecified, missing, not known,
not available, not applicable, not specified, no data, no value, unbekannt, k.a, keine angabe, inconnu, inconnue, desconocido,
desconocida, desconhecido, sconosciuto, неизвестно, 不明, 未知
""".strip().replace("\n", " ").split(", "))  # fmt: skip
"""What stands for a value that is not there, as :func:`~clusterby.namers.unlike.same_name` gives it."""

_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212_?./ ")

_FEW, _TIMES, _MOST_CODES = 20, 4, 1_000
"""Whole numbers are codes if no more are different and each stands in so many rows, or if no more than the last are
different and one of them marks a cluster best."""

_MAINLY = 0.5
"""A value marks a cluster best if so much of it has the value, and that says more than the mean does."""

_NEARLY_ALL, _EVEN = 0.9, 0.99
"""Whole numbers count the rows if so many are different, and they follow the table's order or lie as evenly as a line."""


def evidence(making: Making, partition: Partition) -> dict[int, list[Evidence]]:
    """Return up to six values of other columns that mark each cluster, the strongest first.

    Whole numbers of few values are taken for codes, ``"class 2"``; those that count the table's rows, and values that stand
    for a missing one such as ``"n/a"``, mark nothing.

    Parameters
    ----------
    making : Making
        What the result was made from.
    partition : Partition
        Its clusters.
    """
    table = making.table
    members = {int(c): making.embeddings.rows[partition.labels == c] for c in partition.clusters}
    left_out = {*making.by, *getattr(table, "written", ())}
    found: dict[int, list[tuple[float, Evidence]]] = {cluster: [] for cluster in members}
    for name in table.columns:
        if name in left_out:
            continue
        column = table.column(name)
        for mark in _marks(column, members):
            found[mark.key].append((mark.z, _as_evidence(mark, is_flag=column.type == "boolean")))
    return {
        cluster: [said for _, said in sorted(own, key=lambda each: -each[0])[:_MOST]]
        for cluster, own in found.items()
    }


def _marks(column: Column, members: Mapping[int, IntArray]) -> Iterator[Mark]:
    """Return the marks of one column that a name can be made of."""
    for mark in _number_marks(column, members) if column.type == "number" else column_marks(column, members):
        if mark.value is None or not _is_missing(mark.value):
            yield mark


def _is_missing(value: str) -> bool:
    """Whether a value is empty, a dash or question mark, or a word for what is not there."""
    seen = same_name(one_line(value))
    return seen in _MISSING or set(seen) <= _DASHES


def _number_marks(column: Column, members: Mapping[int, IntArray]) -> list[Mark]:
    """Return the marks of numbers: by their means, of codes by their values, and none of numbers of rows."""
    known = np.isfinite(column.cells)
    cells = column.cells[known]
    if not len(cells) or np.any(cells != np.floor(cells)):
        return column_marks(column, members)
    values = np.unique(cells)
    if _counts_rows(cells, values):
        return []
    if len(values) > _MOST_CODES:
        return column_marks(column, members)
    codes = np.full(len(column), None, dtype=object)
    codes[known] = [str(int(cell)) for cell in cells.tolist()]
    shares = column_marks(replace(column, cells=codes, type="category"), members)
    if len(values) <= min(_FEW, max(2, len(cells) // _TIMES)):
        return shares
    means = column_marks(column, members)
    of_mean = {mark.key: mark.z for mark in means}
    are_codes = any(mark.inside >= _MAINLY and mark.z > of_mean.get(mark.key, 0.0) for mark in shares)
    return shares if are_codes else means


def _counts_rows(cells: NDArray[np.float64], values: NDArray[np.float64]) -> bool:
    """Whether whole numbers only tell rows apart, as keys and counters do."""
    if len(values) < max(3, _NEARLY_ALL * len(cells)):
        return False
    steps = np.diff(cells)
    if np.all(steps >= 0) or np.all(steps <= 0):
        return True
    return bool(np.corrcoef(values, np.arange(len(values)))[0, 1] >= _EVEN)


def _as_evidence(mark: Mark, *, is_flag: bool) -> Evidence:
    return Evidence(
        text=_in_words(mark, is_flag=is_flag),
        column=mark.column,
        inside=mark.inside,
        overall=mark.overall,
        lift=mark.effect,
        of_means=mark.value is None,
    )


def _in_words(mark: Mark, *, is_flag: bool) -> str:
    """Return a mark as words that are understood without the table."""
    if mark.value is None:
        more, less = ("late", "early") if mark.is_date else ("high", "low")
        return f"{more if mark.effect > 0 else less} {mark.column}"
    if is_flag:
        return mark.column if mark.value == "True" else f"not {mark.column}"
    is_bare = mark.value.casefold() in _BARE or not any(c.isalpha() for c in mark.value)
    return f"{mark.column} {mark.value}" if is_bare else mark.value
