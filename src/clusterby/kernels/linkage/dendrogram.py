"""Trees of merges: put in SciPy's order, and cut."""

from __future__ import annotations

from heapq import heappush, heappushpop

import numpy as np

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.compiled import compiled
from clusterby.kernels.union_find import root

__all__ = ["count_above", "cut_tree", "linkage_matrix", "merges_of_edges"]


def linkage_matrix(pairs: IntArray, heights: Doubles) -> Doubles:
    """Return merges in SciPy's linkage format, float64 (n − 1, 4), lowest first.

    Parameters
    ----------
    pairs : int64 (n − 1, 2)
        The nodes that each merge joins: 0 to n − 1 are the rows, n + t is what merge t made. Each follows those
        that it is made of.
    heights : float64 (n − 1,)
        In any order. A merge that rounding put lower than one that it is made of is lifted to it.

    Examples
    --------
    >>> linkage_matrix(np.array([[2, 3], [0, 1], [4, 5]]), np.array([2.0, 1.0, 7.0])).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [4.0, 5.0, 7.0, 4.0]]
    """
    n = len(pairs) + 1
    lifted, sizes = _lift(pairs, heights)
    order = np.argsort(lifted, kind="stable")
    renamed = np.arange(2 * n - 1)
    renamed[n + order] = np.arange(n, 2 * n - 1)
    tree = np.empty((n - 1, 4))
    tree[:, :2] = np.sort(renamed[pairs[order]], axis=1)
    tree[:, 2] = lifted[order]
    tree[:, 3] = sizes[order]
    return tree


@compiled
def _lift(pairs: IntArray, heights: Doubles) -> tuple[Doubles, IntArray]:
    """Return heights none of which is below its parts', and how many rows each merge unites."""
    n = len(pairs) + 1
    lifted, sizes = heights.copy(), np.zeros(len(pairs), np.int64)
    for merge in range(len(pairs)):
        for side in range(2):
            node = pairs[merge, side]
            if node < n:
                sizes[merge] += 1
            else:
                sizes[merge] += sizes[node - n]
                lifted[merge] = max(lifted[merge], lifted[node - n])
    return lifted, sizes


@compiled
def merges_of_edges(edges: IntArray) -> IntArray:
    """Return the nodes that the edges of a tree join, int64 (n − 1, 2), when they are taken in turn.

    Parameters
    ----------
    edges : int64 (n − 1, 2)
        Pairs of rows.

    Examples
    --------
    >>> merges_of_edges(np.array([[1, 2], [0, 1]])).tolist()
    [[1, 2], [0, 3]]
    """
    n = len(edges) + 1
    parents, pairs = np.arange(2 * n - 1), np.empty((n - 1, 2), np.int64)
    for merge in range(n - 1):
        for side in range(2):
            pairs[merge, side] = root(parents, edges[merge, side])
        parents[pairs[merge, 0]] = n + merge
        parents[pairs[merge, 1]] = n + merge
    return pairs


def count_above(tree: Doubles, height: float) -> int:
    """Return how many clusters there are when nothing is merged at `height` or above.

    Examples
    --------
    >>> count_above(np.array([[0, 1, 1.0, 2], [2, 3, 5.0, 3]]), 5.0)
    2
    """
    return int(np.count_nonzero(tree[:, 2] >= height)) + 1


def cut_tree(tree: Doubles, k: int) -> IntArray:
    """Return the labels of a tree cut into k clusters, numbered as scikit-learn numbers them.

    Parameters
    ----------
    tree : float64 (n − 1, 4)
        Merges in SciPy's linkage format, lowest first.
    k : int
        1 to n.

    Returns
    -------
    int64 (n,)
        Labels 0 to k − 1.

    Raises
    ------
    ValueError
        If there are not so many rows.

    Examples
    --------
    >>> cut_tree(np.array([[0, 1, 1.0, 2], [2, 3, 5.0, 3]]), 2)
    array([0, 0, 1])
    """
    n = len(tree) + 1
    if not 1 <= k <= n:
        raise ValueError(
            f"Cannot extract more clusters than samples: {k} clusters were given for a tree with {n} leaves."
            if k > n
            else f"k={k} clusters: ask for at least 1"
        )
    children = tree[:, :2].astype(np.int64)
    nodes = [-(2 * n - 2)]  # negative, so that the least is the last merge
    for _ in range(k - 1):
        one, other = children[-nodes[0] - n].tolist()
        heappush(nodes, -one)
        heappushpop(nodes, -other)
    labels = np.full(2 * n - 1, -1)
    labels[-np.array(nodes)] = np.arange(k)
    _pass_down(children, labels)
    return labels[:n]


@compiled
def _pass_down(children: IntArray, labels: IntArray) -> None:
    n = len(children) + 1
    for merge in range(n - 2, -1, -1):
        label = labels[n + merge]
        if label >= 0:
            labels[children[merge, 0]] = label
            labels[children[merge, 1]] = label
