"""The sums of the rows of clusters, and the centers that come of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.kernels.arrays import Floats
from clusterby.kernels.kmeans.kmeans_rows import Rows, block_rows, read_rows, to_unit_length
from clusterby.kernels.kmeans.lloyd_loops import add_rows, squared_distances
from clusterby.kernels.kmeans.nearest_rows import Moves
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = [
    "ClusterSums",
    "centers_of_sums",
    "distances_to_own",
    "inertia_of",
    "mean_centers_of",
    "move_rows",
    "relocate",
    "sums_of_clusters",
]

_SUM_COLUMNS = 128
_FEW = 2**18  # numbers that one thread adds sooner than two begin


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSums:
    """What the rows of each cluster add up to; changed in place.

    Parameters
    ----------
    totals : float64 (k, d)
        Weighted sums of rows.
    weights : float64 (k,)
    members : int64 (k,)
        How many rows of a positive weight there are.
    """

    totals: NDArray[np.float64]
    weights: NDArray[np.float64]
    members: NDArray[np.int64]

    @classmethod
    def of_none(cls, shape: tuple[int, ...]) -> ClusterSums:
        """Return the sums of empty clusters."""
        return cls(
            totals=np.zeros(shape), weights=np.zeros(shape[0]), members=np.zeros(shape[0], dtype=np.int64)
        )

    def copy(self) -> ClusterSums:
        """Return sums of their own."""
        return ClusterSums(
            totals=self.totals.copy(), weights=self.weights.copy(), members=self.members.copy()
        )


def sums_of_clusters(rows: Rows, labels: NDArray[np.int32], k: int) -> ClusterSums:
    """Return the sums of the rows of each cluster.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> sums = sums_of_clusters(make_rows(np.array([[1.0], [2.0]])), np.zeros(2, dtype="int32"), 2)
    >>> sums.totals.tolist(), sums.weights.tolist()
    ([[3.0], [0.0]], [2.0, 0.0])
    """
    sums = ClusterSums.of_none((k, rows.vectors.shape[1]))
    every = Moves(rows=np.arange(len(labels)), before=np.full(len(labels), -1, dtype=np.int32))
    move_rows(rows, labels, every, sums)
    return sums


def move_rows(rows: Rows, labels: NDArray[np.int32], moves: Moves, sums: ClusterSums) -> None:
    """Take rows that changed their cluster from the sums of the one they were in to the one they are in.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> rows, labels = make_rows(np.array([[1.0], [2.0]])), np.zeros(2, dtype="int32")
    >>> sums = sums_of_clusters(rows, labels, 2)
    >>> labels[1] = 1
    >>> move_rows(rows, labels, Moves(rows=np.array([1]), before=np.array([0], dtype="int32")), sums)
    >>> sums.totals.ravel().tolist()
    [1.0, 2.0]
    """
    d = sums.totals.shape[1]

    def add(columns: slice) -> None:
        add_rows(
            rows.vectors, rows.scale, rows.weights, moves.rows, moves.before, labels,
            columns.start, columns.stop, sums.totals,
        )  # fmt: skip

    in_parallel(add, blocks(d, d if len(moves.rows) * d < _FEW else _SUM_COLUMNS))
    weights = rows.weights[moves.rows]
    now, left = labels[moves.rows], moves.before >= 0
    for counts, parts in ((sums.weights, weights), (sums.members, weights > 0)):
        gained = np.bincount(now, weights=parts, minlength=len(counts))
        gained -= np.bincount(moves.before[left], weights=parts[left], minlength=len(counts))
        counts += gained.astype(counts.dtype)


def mean_centers_of(rows: Rows, sums: ClusterSums, centers: Floats, labels: NDArray[np.int32]) -> Floats:
    """Return the means of clusters, (k, d); an empty one gets the row farthest from its center, or stays.

    Parameters
    ----------
    rows : Rows
    sums : ClusterSums
    centers : float (k, d)
        What the clusters' centers were.
    labels : int32 (n,)

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> rows, labels = make_rows(np.array([[0.0], [1.0], [8.0]])), np.zeros(3, dtype="int32")
    >>> sums = sums_of_clusters(rows, labels, 2)
    >>> mean_centers_of(rows, sums, np.array([[1.0], [99.0]]), labels).ravel().tolist()
    [0.5, 8.0]
    """
    empty = np.flatnonzero(sums.members == 0)
    if len(empty):
        sums = sums.copy()
        sums.totals[empty], sums.weights[empty] = 0.0, 0.0
        distances = distances_to_own(rows, labels, centers)
        distances[rows.weights == 0] = 0.0
        far = np.argpartition(distances, -len(empty))[: -len(empty) - 1 : -1]
        for cluster, row in zip(empty, far, strict=True):
            if distances[row] > 0:
                relocate(
                    sums,
                    int(cluster),
                    int(labels[row]),
                    read_rows(rows, far[far == row])[0],
                    rows.weights[row],
                )
    return centers_of_sums(sums, centers, spherical=rows.spherical)


def relocate(sums: ClusterSums, cluster: int, old: int, row: Floats, weight: float) -> None:
    """Let a row alone make up an empty cluster, unless it is alone in its own, in place.

    Examples
    --------
    >>> sums = ClusterSums(
    ...     totals=np.array([[4.0], [0.0]]), weights=np.array([2.0, 0.0]), members=np.array([2, 0])
    ... )
    >>> relocate(sums, 1, 0, np.array([3.0]), 1.0)
    >>> sums.totals.ravel().tolist()
    [1.0, 3.0]
    """
    if sums.members[old] <= 1:
        return
    part = row.astype(np.float64) * weight
    sums.totals[old] -= part
    sums.weights[old] -= weight
    sums.members[old] -= 1
    sums.totals[cluster], sums.weights[cluster], sums.members[cluster] = part, weight, 1


def centers_of_sums(sums: ClusterSums, centers: Floats, *, spherical: bool) -> Floats:
    """Return the means, of unit length if spherical; where there is none, the center stays.

    Examples
    --------
    >>> sums = ClusterSums(totals=np.array([[6.0], [0.0]]), weights=np.array([2.0, 0.0]), members=np.array([1, 0]))
    >>> centers_of_sums(sums, np.array([[1.0], [7.0]]), spherical=False).ravel().tolist()
    [3.0, 7.0]
    """
    empty = (sums.members == 0) | (sums.weights <= 0)
    if spherical:
        there = to_unit_length(sums.totals)
        empty |= ~there.any(axis=1)
    else:
        there = sums.totals / np.where(empty, 1.0, sums.weights)[:, None]
    new: Floats = there.astype(centers.dtype)
    new[empty] = centers[empty]
    return new


def distances_to_own(rows: Rows, labels: NDArray[np.int32], centers: Floats) -> NDArray[np.float64]:
    """Return the squared distance of each row to its own center, float64 (n,), by differences.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> distances_to_own(make_rows(np.array([[1.0], [3.0]])), np.zeros(2, dtype="int32"), np.array([[0.0]])).tolist()
    [1.0, 9.0]
    """
    found = np.empty(len(labels))
    steady = np.ascontiguousarray(centers)

    def measure(block: slice) -> None:
        squared_distances(rows.vectors, rows.scale, labels, steady, block.start, block.stop, found)

    in_parallel(measure, blocks(len(labels), 4 * block_rows(rows.vectors)))
    return found


def inertia_of(rows: Rows, labels: NDArray[np.int32], centers: Floats) -> float:
    """Return the weighted sum of squared distances of the rows to their centers; of 1 − cosine if spherical.

    A zero row read at unit length counts as at a cosine of 0.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> inertia_of(make_rows(np.array([[1.0], [3.0]])), np.zeros(2, dtype="int32"), np.array([[2.0]]))
    2.0
    """
    total = float(distances_to_own(rows, labels, centers) @ rows.weights)
    return total / 2 + rows.lost if rows.spherical else total
