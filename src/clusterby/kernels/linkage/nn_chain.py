"""The merges of clusters whose distances fit in a matrix."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.compiled import compiled, compiled_fast
from clusterby.kernels.linkage.cluster_distance import lance_williams

__all__ = ["nearest_neighbor_chain"]


@compiled
def nearest_neighbor_chain(linkage: int, keys: Doubles, sizes: Doubles) -> tuple[IntArray, Doubles]:
    """Return the merges of m clusters, in an order in which each follows those it is made of.

    Parameters
    ----------
    linkage : int
        See :mod:`clusterby.kernels.linkage.cluster_distance`.
    keys : float64 (m, m)
        Symmetric; overwritten.
    sizes : float64 (m,)
        Overwritten.

    Returns
    -------
    pairs : int64 (m − 1, 2)
        Which two clusters are merged, a and b; from then on a stands for both.
    heights : float64 (m − 1,)
        Their keys; not sorted.

    Notes
    -----
    Benzécri, "Construction d'une classification ascendante hiérarchique par la recherche en chaîne des voisins
    réciproques" (1982). O(m²) time.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 5.0])
    >>> pairs, heights = nearest_neighbor_chain(3, np.abs(line[:, None] - line), np.ones(3))
    >>> pairs.tolist(), heights.tolist()
    ([[0, 1], [0, 2]], [1.0, 4.5])
    """
    m = len(sizes)
    pairs = np.empty((max(m - 1, 0), 2), np.int64)
    heights = np.empty(max(m - 1, 0))
    chain = np.empty(m, np.int64)
    alive = np.ones(m, np.bool_)
    for i in range(m):
        keys[i, i] = np.inf
    length, first = 0, 0
    for merge in range(m - 1):
        while True:
            if length == 0:
                while not alive[first]:
                    first += 1
                chain[0], length = first, 1
            top = chain[length - 1]
            key = _least(keys[top])
            below = chain[length - 2] if length > 1 else -1
            if below >= 0 and keys[top, below] <= key:
                break
            chain[length] = _first_equal(keys[top], key)
            length += 1
        length -= 2
        pairs[merge, 0], pairs[merge, 1] = below, top
        heights[merge] = key
        _unite(linkage, keys, sizes, alive, below, top)
    return pairs, heights


@compiled_fast
def _least(row: Doubles) -> float:
    least = np.inf
    for value in row:
        least = min(least, value)
    return least


@compiled
def _first_equal(row: Doubles, key: float) -> int:
    for j in range(len(row)):
        if row[j] <= key:
            return j
    return -1


@compiled
def _unite(linkage: int, keys: Doubles, sizes: Doubles, alive: np.ndarray, a: int, b: int) -> None:
    """Let row and column a stand for both, and take b out."""
    height = keys[a, b]
    alive[b] = False
    for c in range(len(sizes)):
        if alive[c] and c != a:
            joined = lance_williams(linkage, sizes[a], sizes[b], sizes[c], keys[a, c], keys[b, c], height)
            keys[a, c] = joined
            keys[c, a] = joined
        keys[c, b] = np.inf
    keys[b, :] = np.inf
    keys[a, a] = np.inf
    sizes[a] += sizes[b]
