"""The tree of merges that a minimum spanning tree stands for."""

from __future__ import annotations

import numpy as np

from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.compiled import compiled
from clusterby.kernels.union_find import root

__all__ = ["single_linkage"]


def single_linkage(edges: Ints, lengths: Floats) -> Floats:
    """Return the single-linkage tree, in SciPy's format.

    Parameters
    ----------
    edges : int64 (n − 1, 2)
        A spanning tree.
    lengths : float64 (n − 1,)
        In increasing order.

    Returns
    -------
    merges : float64 (n − 1, 4)
        Per merge the two nodes, the height and how many rows are in it. The first of the two is the one that
        Prim's algorithm, begun at row 0, comes to first; merges of equal height are in the order of its walk.

    Examples
    --------
    >>> import numpy as np
    >>> single_linkage(np.array([[1, 2], [0, 1]]), np.array([1.0, 3.0])).tolist()
    [[1.0, 2.0, 1.0, 2.0], [0.0, 3.0, 3.0, 3.0]]
    """
    if not len(edges):
        return np.empty((0, 4))
    merges = np.empty((len(edges), 4))
    _merge(np.ascontiguousarray(edges, dtype=np.int64), np.ascontiguousarray(lengths), merges)
    walk, heights = _walk(merges, np.ascontiguousarray(edges, dtype=np.int64))
    order = np.argsort(heights, kind="stable")
    _merge(np.column_stack([walk[:-1], walk[1:]])[order], heights[order], merges)
    return merges


@compiled
def _merge(edges: Ints, heights: Floats, merges: Floats) -> None:
    """Join the nodes of each edge in turn."""
    n = len(edges) + 1
    parents = np.arange(2 * n - 1)
    sizes = np.ones(2 * n - 1, dtype=np.int64)
    for e in range(n - 1):
        one, other = root(parents, edges[e, 0]), root(parents, edges[e, 1])
        parents[one] = parents[other] = n + e
        sizes[n + e] = sizes[one] + sizes[other]
        merges[e, 0], merges[e, 1], merges[e, 2], merges[e, 3] = one, other, heights[e], sizes[n + e]


@compiled
def _walk(merges: Floats, edges: Ints) -> tuple[Ints, Floats]:
    """Return the rows in the order in which Prim's algorithm reaches them from row 0, and each step's height.

    Edge e made merge e, its first row on the side of the merge's first node.
    """
    n = len(merges) + 1
    begins = np.zeros(2 * n - 1, dtype=np.int64)
    for node in range(2 * n - 2, n - 1, -1):
        first, second = int(merges[node - n, 0]), int(merges[node - n, 1])
        begins[first] = begins[node]
        begins[second] = begins[node] + (int(merges[first - n, 3]) if first >= n else 1)
    walk, heights = np.empty(n, dtype=np.int64), np.empty(n - 1)
    nodes, entries, reached = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), np.empty(n)
    nodes[0], entries[0], reached[0] = 2 * n - 2, 0, 0.0
    waiting, done = 1, 0
    while waiting > 0:
        waiting -= 1
        node, entry, height = nodes[waiting], entries[waiting], reached[waiting]
        while node >= n:
            e = node - n
            first, second = int(merges[e, 0]), int(merges[e, 1])
            if begins[entry] < begins[second]:
                nodes[waiting], entries[waiting] = second, edges[e, 1]
                node = first
            else:
                nodes[waiting], entries[waiting] = first, edges[e, 0]
                node = second
            reached[waiting] = merges[e, 2]
            waiting += 1
        walk[done] = node
        if done > 0:
            heights[done - 1] = height
        done += 1
    return walk, heights
