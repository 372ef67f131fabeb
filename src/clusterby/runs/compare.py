"""How two saved results agree about the rows that are in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE
from clusterby.runs.comparison import Comparison, Matched, compare_labels
from clusterby.runs.home import runs_folder
from clusterby.runs.match import match
from clusterby.runs.pack import SavedRun
from clusterby.runs.read import read_run

__all__ = ["compare"]


def compare(a: str, b: str) -> Comparison:
    """Return how two runs agree about the rows that are in both.

    Runs by the same columns are compared over the rows with the same identity and content, as :func:`load` finds them; runs
    by other columns over the rows with the same identity, and where rows have none and are as many, one by one as they stand.

    Parameters
    ----------
    a, b : str
        Their keys.

    Raises
    ------
    UnknownName, UnreadableSource
        If there is no such run, or it is damaged.
    InvalidParameter
        If no row was clustered in both.
    """
    root = runs_folder()
    one, other = read_run(root, a), read_run(root, b)
    first, second = _labels(one), _labels(other)
    origin, matched = _pairs(one, other, first.filled(NOISE - 1).tolist())
    there = np.flatnonzero(origin >= 0)
    both = there[~(np.ma.getmaskarray(first)[origin[there]] | np.ma.getmaskarray(second)[there])]
    if not len(both):
        raise InvalidParameter(
            f"runs {a!r} and {b!r} have no clustered row in common: compare runs of one table"
        )
    return compare_labels(
        first.data[origin[both]], second.data[both],
        only=(int(first.count()) - len(both), int(second.count()) - len(both)),
        names=(one.record.names, other.record.names), matched=matched,
    )  # fmt: skip


def _pairs(one: SavedRun, other: SavedRun, labels: Sequence[Any]) -> tuple[IntArray, Matched]:
    """Return for each row of the other run the row of the one that it is, −1 for none, and how that is known."""
    first, second = replace(one.marks, vectors=None), replace(other.marks, vectors=None)
    if list(one.kinds.items()) == list(other.kinds.items()):
        found = match(first, second, labels=labels)
        if one.marks.vectors is not None and other.marks.vectors is not None:
            # vectors tell equal rows apart, if they are of one model
            told = match(one.marks, other.marks, labels=labels)
            found = told if len(told.same) >= len(found.same) else found
        return found.origin, "content"
    if first.identity is not None and first.identity == second.identity:
        place = {name: row for row, name in enumerate(first.names or ())}
        return np.array([place.get(name, -1) for name in second.names or ()], dtype=np.int64), "identity"
    if len(first) != len(second):
        return np.full(len(second), -1, dtype=np.int64), "position"
    return np.arange(len(second), dtype=np.int64), "position"


def _labels(run: SavedRun) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
    labels = np.full(run.record.n_rows, NOISE, dtype=np.int64)
    missing = np.ones(run.record.n_rows, dtype=bool)
    labels[run.record.rows], missing[run.record.rows] = run.record.partition.labels, False
    return np.ma.MaskedArray(labels, mask=missing)
