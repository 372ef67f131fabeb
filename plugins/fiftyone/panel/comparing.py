"""How two runs agree: how many items of each cluster of one are in each of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE

from .opened import OpenRun

__all__ = ["Comparison", "compare", "ids_in_both"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """A contingency table.

    Parameters
    ----------
    n : int
        How many items are in both runs; only these are counted.
    rows, columns : tuple of int
        Clusters of the one and of the other run, each next to what it matches best, noise last.
    counts : int64 (rows, columns)
    agreement : float
        The adjusted Rand index (Hubert and Arabie 1985), noise counted as a cluster: 1 for the same clusters, about 0 for chance.
    """

    n: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    counts: IntArray
    agreement: float


def compare(one: OpenRun, other: OpenRun) -> Comparison:
    """Return how two runs agree about the items that are in both.

    Raises
    ------
    InvalidParameter
        If no item is in both.
    """
    first, second = _common(one, other)
    return contingency(first, second)


def contingency(first: IntArray, second: IntArray) -> Comparison:
    """Return the comparison of two labellings of the same items, int64 (n,) each."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import adjusted_rand_score

    rows, at_row = np.unique(first, return_inverse=True)
    columns, at_column = np.unique(second, return_inverse=True)
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(counts, (at_row, at_column), 1)
    by_size = sorted(range(len(rows)), key=lambda i: (rows[i] == NOISE, -counts[i].sum()))
    match = dict(zip(*(found.tolist() for found in linear_sum_assignment(-counts)), strict=True))
    paired = [match[i] for i in by_size if i in match]
    rest = [j for j in np.argsort(-counts.sum(axis=0), kind="stable").tolist() if j not in paired]
    order = sorted([*paired, *rest], key=lambda j: columns[j] == NOISE)
    return Comparison(
        n=len(first),
        rows=tuple(rows[by_size].tolist()),
        columns=tuple(columns[order].tolist()),
        counts=counts[np.ix_(by_size, order)],
        agreement=float(adjusted_rand_score(first, second)),
    )


def ids_in_both(one: OpenRun, cluster: int, other: OpenRun, other_cluster: int) -> list[str]:
    """Return the ids of the items that are in a cluster of the one run and in a cluster of the other."""
    there = {i for i, label in other.clusters_by_id.items() if label == other_cluster}
    return [i for i, label in one.clusters_by_id.items() if label == cluster and i in there]


def _common(one: OpenRun, other: OpenRun) -> tuple[Any, Any]:
    label = other.clusters_by_id
    both = [(mine, label[i]) for i, mine in one.clusters_by_id.items() if i in label]
    if not both:
        raise InvalidParameter(
            f"runs {one.key!r} and {other.key!r} have no item in common: choose another run"
        )
    found = np.array(both, dtype=np.int64)
    return found[:, 0], found[:, 1]
