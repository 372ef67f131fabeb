"""Exact hierarchical clustering of vectors, without the matrix of their distances."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.progress import Advance, in_units_of
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.density.spanning_tree import spanning_tree
from clusterby.kernels.linkage.centroid_tiles import (
    centroid_keys,
    list_all_points,
    list_centroids,
    n_tile_jobs,
)
from clusterby.kernels.linkage.cluster_distance import AVERAGE, COMPLETE, HALF_SQUARES, SINGLE, WARD
from clusterby.kernels.linkage.cluster_state import ClusterState, cluster_state
from clusterby.kernels.linkage.dendrogram import linkage_matrix, merges_of_edges
from clusterby.kernels.linkage.member_tiles import list_members, member_keys
from clusterby.kernels.linkage.merges import blocked, merge_all_certain, merge_nodes, uncertain
from clusterby.kernels.linkage.nn_chain import nearest_neighbor_chain
from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.narrow import narrowed
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["LinkageMethod", "LinkageMetric", "linkage"]

LinkageMethod = Literal["ward", "average", "complete", "single"]
LinkageMetric = Literal["euclidean", "cosine"]

_MATRIX_BYTES = 8 * 2**20
"""How large the last matrix may be however small the vectors are."""

_CANDIDATES = {WARD: 12, HALF_SQUARES: 12, COMPLETE: 48, AVERAGE: 48, SINGLE: 1}
"""How many nearest others a list holds; more of them spare scans, which cost most where all rows are compared."""

_MOST_CANDIDATES = 96
"""Longer lists than this are not worth the coordinates that they spare in the first pass."""

_SHARE = 0.3
"""Which share of the clusters that wait are compared with all in one scan, the nearest first."""

_ROWS_AT_ONCE = 256
"""How many are compared at least: as many as BLAS needs to be fast."""


def linkage(
    vectors: FloatArray,
    *,
    method: LinkageMethod = "ward",
    metric: LinkageMetric = "euclidean",
    advance: Advance | None = None,
) -> Doubles:
    """Return the tree of merges of rows, float64 (n − 1, 4), in SciPy's linkage format.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        Finite, at least one row; never changed.
    method : {"ward", "average", "complete", "single"}
        Which distance between two clusters decides what is merged.
    metric : {"euclidean", "cosine"}
        The distance between two rows; ward takes euclidean only.
    advance : callable, optional
        Told how much was done, 2n in all.

    Returns
    -------
    float64 (n − 1, 4)
        Per merge, lowest first: two nodes, the height, the number of rows. Where distances are equal, the tree is
        one of those possible.

    Raises
    ------
    ValueError
        If the method does not take the metric, a row is zero under cosine, or anything is not finite.

    Notes
    -----
    Two clusters that are each other's nearest can be merged in any order (Murtagh 1983; Sumengen et al.,
    "Scaling hierarchical agglomerative clustering to billion-sized datasets", 2021, arXiv:2105.11653). One pass
    over the n²/2 pairs gives each row a short list of its nearest others and a bound on the distance to the rest.
    Under merges, lists and bounds stay valid by the formula of Lance and Williams, and a cluster is compared with
    all again only when its bound no longer tells which is its nearest; those with the lowest bounds come first,
    so that most wait until few clusters are left. Once the distances between the clusters fit in the memory that
    the vectors take, a chain of nearest neighbors over their matrix makes the remaining merges.

    Distances that decide are differences summed in float64, and bounds allow for the rounding of dot products.
    Only where clusters are compared by all their rows, a comparison with all others takes the dot products of
    BLAS in the precision of the vectors, but for distances that are small beside the norms: heights are then
    good to some 1e-6.

    Ward, and average linkage under cosine, compare centroids, and the first pass may go by a few principal
    coordinates; complete and average linkage compare all rows; single linkage is a sorted minimum spanning tree.

    Memory beside the vectors: a copy of them, as much again (at least 8 MB) for the matrix, and per row 16 bytes
    for each of 12 to 96 candidates.

    Examples
    --------
    >>> line = np.array([[0.0], [1.0], [5.0]])
    >>> linkage(line, method="average").tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.5, 3.0]]
    """
    if method == "ward" and metric != "euclidean":
        raise ValueError(f"{metric} was provided as metric. Ward can only work with euclidean distances")
    n = len(vectors)
    if n == 0:
        raise ValueError("no rows to cluster: give at least one")
    points, scale = _centered(vectors, unit=metric == "cosine")
    kind, at_most = _kind(method, metric), _matrix_side(points)
    if kind == SINGLE and n > at_most:
        del points
        edges, lengths = spanning_tree(vectors, metric=metric, advance=advance)
        return linkage_matrix(merges_of_edges(edges.astype(np.int64)), lengths.astype(np.float64))
    rows, n_candidates = points, _CANDIDATES[kind]
    if n > at_most and kind in (WARD, HALF_SQUARES):
        rows, n_candidates = _narrow(points, n_candidates)
    state = cluster_state(points, np.ones(n), n_candidates=n_candidates)
    slots = np.arange(n)
    if n > at_most:
        slots = _merge_by_lists(state, kind, rows, at_most, advance)
    elif advance is not None:
        advance(n)
    _merge_by_matrix(state, kind, slots)
    if advance is not None:
        advance(len(slots))
    pairs = np.stack([state.merges["a"], state.merges["b"]], axis=1)
    return linkage_matrix(pairs, _heights(state.merges["height"], method, metric, scale))


def _kind(method: LinkageMethod, metric: LinkageMetric) -> int:
    if method == "average":
        return HALF_SQUARES if metric == "cosine" else AVERAGE
    return {"ward": WARD, "complete": COMPLETE, "single": SINGLE}[method]


def _heights(keys: Doubles, method: LinkageMethod, metric: LinkageMetric, scale: float) -> Doubles:
    """Return the heights whose keys these are; see :mod:`clusterby.kernels.linkage.cluster_distance`."""
    if metric == "cosine":
        return keys.copy() if method == "average" else keys / 2
    if method == "average":
        return keys * scale
    return np.sqrt(2 * keys if method == "ward" else keys) * scale


def _matrix_side(points: NDArray[Any]) -> int:
    return math.isqrt(max(points.nbytes, _MATRIX_BYTES) // 8)


def _centered(vectors: FloatArray, *, unit: bool) -> tuple[NDArray[Any], float]:
    """Return a copy of the rows less their mean, scaled to at most 1, and by what; or of unit rows less theirs."""
    n, d = vectors.shape
    points = np.empty((n, d), dtype=vectors.dtype)
    parts = blocks(n, max(1, 2**18 // max(d, 1)))

    def unit_rows(part: slice) -> Doubles:
        block: Doubles = vectors[part].astype(np.float64)
        if unit:
            largest_of_row = np.abs(block).max(axis=1, keepdims=True, initial=0.0)
            if not largest_of_row.all():
                raise ValueError("Cosine affinity cannot be used when X contains zero vectors")
            block /= largest_of_row
            block /= np.sqrt(np.einsum("ij,ij->i", block, block))[:, None]
        return block

    largest = max(in_parallel(lambda part: float(np.abs(vectors[part]).max(initial=0.0)), parts))
    if not math.isfinite(largest):
        raise ValueError("the vectors are not finite")
    scale = 1.0 if unit or largest == 0 else math.ldexp(1.0, math.frexp(largest)[1])
    mean = sum(in_parallel(lambda part: (unit_rows(part) / scale).sum(axis=0), parts)) / n

    def center(part: slice) -> None:
        points[part] = unit_rows(part) / scale - mean

    in_parallel(center, parts)
    return points, scale


def _narrow(points: NDArray[Any], n_candidates: int) -> tuple[NDArray[Any], int]:
    """Return rows no farther apart than the points, of fewer coordinates where that pays, and how long lists are."""
    ready, length = narrowed(half_squares(points, "euclidean"), n_candidates)
    if ready.basis is None or ready.unit != 1.0 or length > _MOST_CANDIDATES:
        return points, n_candidates
    return ready.rows, length


def _merge_by_lists(
    state: ClusterState, kind: int, rows: NDArray[Any], at_most: int, advance: Advance | None
) -> IntArray:
    """Merge until there are no more clusters than wanted; return their slots."""
    n = len(state.points)
    of_rows = HALF_SQUARES if kind in (COMPLETE, AVERAGE) else kind
    list_all_points(state, of_rows, rows, advance=in_units_of(n, [1] * n_tile_jobs(n), advance))
    if kind != of_rows:
        for keys in (state.lists["key"], state.slots["bound"]):
            np.maximum(keys, 0.0, out=keys)
            keys *= 2
            if kind == AVERAGE:
                np.sqrt(keys, out=keys)
    slots = np.arange(n)
    while True:
        before = len(slots)
        merge_all_certain(state, kind, slots)
        slots = slots[state.slots["node"][slots] >= 0]
        if advance is not None:
            advance(before - len(slots))
        if len(slots) <= at_most:
            return slots
        waiting = blocked(state, slots)
        _scan(state, kind, _most_urgent(state, kind, waiting), slots)


def _most_urgent(state: ClusterState, kind: int, waiting: IntArray) -> IntArray:
    """Return those with the lowest bounds: a share of the rows to be compared, and enough for BLAS."""
    by_bound = waiting[np.argsort(state.slots["bound"][waiting], kind="stable")]
    rows = np.cumsum(state.slots["size"][by_bound] if kind in (COMPLETE, AVERAGE) else np.ones(len(by_bound)))
    return by_bound[: 1 + int(np.searchsorted(rows, max(_ROWS_AT_ONCE, _SHARE * rows[-1])))]


def _scan(state: ClusterState, kind: int, wanted: IntArray, slots: IntArray) -> None:
    """Make sure that the nearest others of the wanted slots are known."""
    if kind in (COMPLETE, AVERAGE):
        list_members(state, kind, wanted, slots)
        return
    list_centroids(state, kind, wanted, slots, direct=False)
    left = uncertain(state, kind, wanted)
    if len(left):
        list_centroids(state, kind, left, slots, direct=True)


def _merge_by_matrix(state: ClusterState, kind: int, slots: IntArray) -> None:
    compare = centroid_keys if kind in (WARD, HALF_SQUARES) else member_keys
    keys = compare(state, kind, slots)
    pairs, heights = nearest_neighbor_chain(kind, keys, state.slots["size"][slots])
    nodes = state.slots["node"][slots]
    for (a, b), height in zip(pairs.tolist(), heights.tolist(), strict=True):
        nodes[a] = merge_nodes(state, nodes[a], nodes[b], height)
