"""The graph that links rows to their nearest neighbors, and what it falls apart into."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.neighbors.neighbors import nearest_neighbors

__all__ = ["components_of", "in_large_components", "join_nearest", "neighbor_graph"]

_VOTERS = 5  # rows of a component that say where it belongs


def neighbor_graph(
    vectors: Floats, n_neighbors: int, *, device: str | None = None, advance: Advance | None = None
) -> sparse.csr_matrix:
    """Return the symmetric graph of nearest neighbors, float32 (n, n), with at most 2·n·n_neighbors entries.

    Two rows are linked by 1 where each is a neighbor of the other, by ½ where only one is; each row is its
    own neighbor, and counts as one of `n_neighbors`.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        Finite.
    n_neighbors : int
        From 1 to n.
    device : str, optional
        A torch device to multiply on; results are settled on the processor, and the same.
    advance : callable, optional
        Told of n rows in all.

    Examples
    --------
    >>> neighbor_graph(np.array([[0.0], [1.0], [3.0]]), 2).toarray().tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    n = len(vectors)
    near = np.arange(n)[:, None]
    if n_neighbors > 1:
        others = nearest_neighbors(vectors, n_neighbors - 1, device=device, advance=advance)[1]
        near = np.concatenate([near, others], axis=1)
    elif advance is not None:
        advance(n)
    starts = np.arange(n + 1) * n_neighbors
    links = sparse.csr_matrix((np.full(near.size, 0.5, np.float32), near.ravel(), starts), shape=(n, n))
    graph = (links + links.T).tocsr()
    graph.sort_indices()
    return graph


def components_of(graph: Any) -> IntArray:
    """Return the connected component of each row, int64 (n,), the largest first.

    Examples
    --------
    >>> components_of(sparse.csr_matrix(np.array([[1, 0, 0], [0, 1, 1], [0, 1, 1]]))).tolist()
    [1, 0, 0]
    """
    found = connected_components(graph, directed=False)[1]
    order = np.argsort(-np.bincount(found), kind="stable")
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return np.asarray(ranks[found])


def in_large_components(
    components: IntArray, n_clusters: int, smallest: int | None = None
) -> NDArray[np.bool_]:
    """Return which rows are in components that can be clusters of their own (n,).

    Parameters
    ----------
    components : int64 (n,)
        As :func:`components_of` returns them.
    n_clusters : int
        At most so many components are kept.
    smallest : int, optional
        The fewest rows of one that is kept, but for the largest. By default, all are kept if there are no
        more than `n_clusters`; otherwise, those of half the mean size of a cluster.

    Examples
    --------
    >>> in_large_components(np.array([0, 0, 0, 0, 1, 1, 1, 2]), 2).tolist()
    [True, True, True, True, True, True, True, False]
    """
    sizes = np.bincount(components)
    if smallest is None:
        smallest = 1 if len(sizes) <= n_clusters else -(-len(components) // (2 * n_clusters))
    kept = sizes >= smallest
    kept[0], kept[n_clusters:] = True, False
    return np.asarray(kept[components])


def join_nearest(
    vectors: Floats, components: IntArray, kept: NDArray[np.bool_], labels: IntArray
) -> IntArray:
    """Return labels of all rows: a component without has the label that most of its nearest rows have.

    Parameters
    ----------
    vectors : float (n, d)
        The rows.
    components : int64 (n,)
        The component of each row; 5 rows of each without labels, evenly spread over it, vote.
    kept : bool (n,)
        The rows that have labels.
    labels : int64 (number of those)
        Their labels; not empty.

    Examples
    --------
    >>> line = np.array([[0.0], [1.0], [8.0], [9.0]])
    >>> join_nearest(line, np.array([0, 0, 1, 1]), np.array([True, True, False, False]), np.array([0, 5])).tolist()
    [0, 5, 5, 5]
    """
    whole = np.empty(len(vectors), dtype=np.int64)
    whole[kept] = labels
    without = np.flatnonzero(~kept)
    if not len(without):
        return whole
    without = without[np.argsort(components[without], kind="stable")]
    groups = np.split(without, np.flatnonzero(np.diff(components[without])) + 1)
    voters = [rows[np.linspace(0, len(rows) - 1, min(_VOTERS, len(rows))).astype(int)] for rows in groups]
    near = nearest_neighbors(vectors[kept], 1, queries=vectors[np.concatenate(voters)])[1][:, 0]
    ends = np.cumsum([len(rows) for rows in voters])[:-1]
    for rows, votes in zip(groups, np.split(labels[near], ends), strict=True):
        whole[rows] = np.bincount(votes).argmax()
    return whole
