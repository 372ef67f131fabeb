"""The clusters of an unfinished hierarchy, with what is known of each one's nearest others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Doubles

__all__ = ["ClusterState", "cluster_state"]

_SLOT = np.dtype(
    [
        ("node", np.int64),  # the cluster that lives here, −1 where none does any more
        ("next", np.int64),  # the next point of the same cluster, −1 after the last; the slot is the first
        ("last", np.int64),  # the last point of the cluster
        ("mark", np.int64),  # where the cluster stands in a list that is being made
        ("size", np.float64),  # how many rows the cluster has
        ("weight", np.float64),  # how many rows the slot's own point stands for
        ("norm", np.float64),  # squared, of the slot's point
        ("scatter", np.float64),  # the mean squared distance of the cluster's rows to their centroid
        ("bound", np.float64),  # everything that no candidate is part of is at least as far
    ],
    align=True,
)
_CANDIDATE = np.dtype([("key", np.float64), ("node", np.int32), ("exact", np.int32)], align=True)
_NODE = np.dtype([("parent", np.int64), ("slot", np.int64)], align=True)
_MERGE = np.dtype([("a", np.int64), ("b", np.int64), ("height", np.float64)], align=True)


class ClusterState(NamedTuple):
    """What the compiled loops work on, and change in place.

    A cluster lives in the *slot* of one of its points, and is a *node* of the tree: 0 to n − 1 are the points,
    n + t is made by merge t. A slot's list of candidates is in increasing order of key, filled up
    with infinity. A candidate is a node
    that was a cluster once; its key is the exact distance where it is marked exact and the node is a cluster
    still, otherwise a lower bound on the distance to it. What no candidate is part of is at least the slot's
    bound away.
    """

    points: NDArray[Any]  # (n, d): centroids by slot; for linkages that need all rows, the rows
    slots: NDArray[Any]  # (n,) of records
    lists: NDArray[Any]  # (n, L) of records: key, node, exact
    nodes: NDArray[
        Any
    ]  # (2n − 1,) of records: itself while it is a cluster, else what it is part of; its slot
    merges: NDArray[Any]  # (n − 1,) of records: the nodes of each merge, and its key
    n_merges: IntArray  # (1,)


def cluster_state(points: NDArray[Any], weights: Doubles, *, n_candidates: int) -> ClusterState:
    """Return the state in which every point is a cluster, and nothing is known of its neighbors.

    Parameters
    ----------
    points : float32 or float64 (n, d)
        C-contiguous, at least one; changed by merges of linkages that keep centroids.
    weights : float64 (n,)
        How many rows each point stands for.
    n_candidates : int
        The length of the lists, at least 1.

    Examples
    --------
    >>> state = cluster_state(np.eye(3), np.ones(3), n_candidates=2)
    >>> state.slots["node"].tolist(), state.slots["bound"].tolist()
    ([0, 1, 2], [-inf, -inf, -inf])
    """
    n = len(points)
    slots, nodes = np.zeros(n, dtype=_SLOT), np.zeros(2 * n - 1, dtype=_NODE)
    slots["node"] = slots["last"] = np.arange(n)
    slots["next"] = -1
    slots["size"] = slots["weight"] = weights
    slots["norm"] = np.einsum("ij,ij->i", points, points, dtype=np.float64)
    slots["bound"] = -np.inf
    nodes["parent"] = np.arange(2 * n - 1)
    nodes["slot"][:n] = np.arange(n)
    lists = np.zeros((n, n_candidates), dtype=_CANDIDATE)
    lists["key"] = np.inf
    return ClusterState(
        points, slots, lists, nodes, np.zeros(n - 1, dtype=_MERGE), np.zeros(1, dtype=np.int64)
    )
