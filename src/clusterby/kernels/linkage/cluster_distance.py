"""The distance between two clusters, under each linkage whose merges never bring others closer.

What is compared is a key that grows with the height of a merge: half the squared height for ward, the squared
height for complete, the height itself for the averages.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.kernels.compiled import compiled_fast
from clusterby.kernels.linkage.cluster_state import ClusterState

__all__ = [
    "AVERAGE",
    "COMPLETE",
    "HALF_SQUARES",
    "SINGLE",
    "WARD",
    "cluster_distance",
    "lance_williams",
    "squared_distance",
    "unseen_bound",
]

WARD, HALF_SQUARES, COMPLETE, AVERAGE, SINGLE = range(5)
"""Ward; the average of half the squared distances (1 − cosine, of unit rows); complete; average; single."""


@compiled_fast
def squared_distance(x: NDArray[Any], i: int, y: NDArray[Any], j: int) -> float:
    """Return the squared distance between row i of x and row j of y, summed in float64."""
    total = 0.0
    for k in range(x.shape[1]):
        step = np.float64(x[i, k] - y[j, k])
        total += step * step
    return total


@compiled_fast
def cluster_distance(state: ClusterState, linkage: int, a: int, b: int) -> float:
    """Return the key between the clusters in slots a and b, from their centroids or from all their rows."""
    if linkage == WARD:
        weight = state.slots[a].size * state.slots[b].size / (state.slots[a].size + state.slots[b].size)
        return float(weight * squared_distance(state.points, a, state.points, b))
    if linkage == HALF_SQUARES:
        between = squared_distance(state.points, a, state.points, b)
        return float(0.5 * (between + state.slots[a].scatter + state.slots[b].scatter))
    farthest, total = 0.0, 0.0
    i = a
    while i >= 0:
        j = b
        while j >= 0:
            squared = squared_distance(state.points, i, state.points, j)
            farthest = max(farthest, squared)
            if linkage == AVERAGE:
                total += state.slots[i].weight * state.slots[j].weight * math.sqrt(squared)
            j = state.slots[j].next
        i = state.slots[i].next
    return farthest if linkage == COMPLETE else float(total / (state.slots[a].size * state.slots[b].size))


@compiled_fast
def lance_williams(
    linkage: int, size_a: float, size_b: float, size_c: float, to_a: float, to_b: float, height: float
) -> float:
    """Return the key between a third cluster and the union of a and b, which merge at `height`.

    It grows with `to_a` and `to_b`, so that lower bounds on them give a lower bound.
    Lance & Williams, "A general theory of classificatory sorting strategies" (1967).
    """
    if linkage == WARD:
        joined = (size_a + size_c) * to_a + (size_b + size_c) * to_b - size_c * height
        return max(joined / (size_a + size_b + size_c), 0.0)
    if linkage == COMPLETE:
        return max(to_a, to_b)
    if linkage == SINGLE:
        return min(to_a, to_b)
    return (size_a * to_a + size_b * to_b) / (size_a + size_b)


@compiled_fast
def unseen_bound(
    linkage: int, size_a: float, size_b: float, to_a: float, to_b: float, height: float
) -> float:
    """Return the least key between the union of a and b and any cluster no nearer to them than `to_a`, `to_b`.

    Ward's depends on the third cluster's size, as a ratio of linear functions: it is least at one end, at one
    row or at infinitely many.
    """
    one_row = lance_williams(linkage, size_a, size_b, 1.0, to_a, to_b, height)
    if linkage == WARD:
        return min(one_row, to_a + to_b - height)
    return one_row
