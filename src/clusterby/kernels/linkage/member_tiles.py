"""Compare clusters by all their rows, tile by tile, for linkages that no centroid can stand for."""

from __future__ import annotations

import math
import threading
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.compiled import compiled, compiled_fast
from clusterby.kernels.linkage.cluster_distance import AVERAGE, squared_distance
from clusterby.kernels.linkage.cluster_lists import clear_lists, close_lists, offer_keys
from clusterby.kernels.linkage.cluster_state import ClusterState
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["list_members", "member_keys"]

_ROWS = 512
"""Rows and columns of a tile: 1 MB in float32, and so are its operands at 512 dimensions."""

_NEAR = {np.dtype(np.float32): 0.05, np.dtype(np.float64): 1e-4}
"""Below which share of ‖x‖² + ‖y‖² a squared distance is computed from differences, not from dot products."""


def list_members(state: ClusterState, linkage: int, wanted: IntArray, slots: IntArray) -> None:
    """Fill the lists of the wanted slots from all slots with a cluster.

    Parameters
    ----------
    state : ClusterState
        The lists of `wanted` are changed.
    linkage : int
        COMPLETE or AVERAGE.
    wanted, slots : int64 (w,), (m,)
        Slots with a cluster.
    """
    clear_lists(state.lists, wanted)
    rows = [_members(state, part) for part in _parts(state, wanted)]
    locks = [threading.Lock() for _ in rows]

    def compare(part: IntArray) -> None:
        cols = _members(state, part)
        for members, lock in zip(rows, locks, strict=True):
            keys = _keys(members, cols, linkage)
            with lock:
                offer_keys(state, keys, members.slots, cols.slots)

    in_parallel(compare, _parts(state, slots))
    close_lists(state, wanted)


def member_keys(state: ClusterState, linkage: int, slots: IntArray) -> Doubles:
    """Return the keys between all clusters, float64 (m, m)."""
    parts = _parts(state, slots)
    starts = np.cumsum([0, *map(len, parts)])
    keys = np.empty((len(slots), len(slots)))

    def fill(i: int) -> None:
        rows = _members(state, parts[i])
        for j in range(i, len(parts)):
            tile = _keys(rows, rows if i == j else _members(state, parts[j]), linkage)
            keys[starts[i] : starts[i + 1], starts[j] : starts[j + 1]] = tile
            keys[starts[j] : starts[j + 1], starts[i] : starts[i + 1]] = tile.T

    in_parallel(fill, range(len(parts)))
    return keys


class _Members(NamedTuple):
    """The rows of some clusters, those of each together."""

    slots: IntArray  # (c,)
    sizes: Doubles  # (c,)
    rows: NDArray[Any]  # (r, d)
    norms: NDArray[Any]  # (r,) squared
    weights: Doubles  # (r,)
    clusters: IntArray  # (r,) which of the c clusters


def _members(state: ClusterState, slots: IntArray) -> _Members:
    order, clusters = _walk(state.slots, slots)
    facts = state.slots[order]
    return _Members(
        slots=slots,
        sizes=state.slots["size"][slots],
        rows=state.points[order],
        norms=facts["norm"].astype(state.points.dtype),
        weights=np.ascontiguousarray(facts["weight"]),
        clusters=clusters,
    )


def _parts(state: ClusterState, slots: IntArray) -> list[IntArray]:
    """Cut slots into runs of clusters with the rows of a tile, or of one cluster with more."""
    ends = np.cumsum(_points_of(state.slots, slots))
    parts, start = [], 0
    while start < len(slots):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _ROWS, side="right")))
        parts.append(slots[start:stop])
        start = stop
    return parts


def _keys(rows: _Members, cols: _Members, linkage: int) -> Doubles:
    keys = np.zeros((len(rows.slots), len(cols.slots)))
    near = rows.rows.dtype.type(_NEAR[rows.rows.dtype])
    for one in blocks(len(rows.rows), _ROWS):
        for other in blocks(len(cols.rows), _ROWS):
            dots = rows.rows[one] @ cols.rows[other].T
            _reduce(
                dots, rows.rows[one], cols.rows[other], rows.norms[one], cols.norms[other],
                rows.clusters[one], cols.clusters[other], rows.weights[one], cols.weights[other],
                near, linkage == AVERAGE, keys,
            )  # fmt: skip
    if linkage == AVERAGE:
        keys /= rows.sizes[:, None] * cols.sizes
    return keys


@compiled
def _walk(records: NDArray[Any], slots: IntArray) -> tuple[IntArray, IntArray]:
    """Return the points of the clusters in some slots, and which cluster each belongs to."""
    total = 0
    for slot in slots:
        point = slot
        while point >= 0:
            total += 1
            point = records[point].next
    order, clusters = np.empty(total, np.int64), np.empty(total, np.int64)
    at = 0
    for k in range(len(slots)):
        point = slots[k]
        while point >= 0:
            order[at], clusters[at] = point, k
            at += 1
            point = records[point].next
    return order, clusters


@compiled
def _points_of(records: NDArray[Any], slots: IntArray) -> IntArray:
    """Return how many points the cluster in each slot has."""
    counts = np.zeros(len(slots), np.int64)
    for k in range(len(slots)):
        point = slots[k]
        while point >= 0:
            counts[k] += 1
            point = records[point].next
    return counts


@compiled_fast
def _squares(dots: NDArray[Any], norm: float, norms: NDArray[Any], near: float, squares: NDArray[Any]) -> int:
    """Fill in one row's squared distances; return how many are too small to be trusted."""
    hits = np.int32(0)
    for j in range(len(dots)):
        both = norm + norms[j]
        squares[j] = both - dots[j] - dots[j]
        hits += np.int32(squares[j] < near * both)
    return int(hits)


@compiled_fast
def _roots(squares) -> None:  # type: ignore[no-untyped-def]
    for j in range(len(squares)):
        squares[j] = math.sqrt(squares[j])


@compiled
def _reduce(  # type: ignore[no-untyped-def]
    dots,
    rows,
    cols,
    row_norms,
    col_norms,
    row_clusters,
    col_clusters,
    row_weights,
    col_weights,
    near,
    average,
    keys,
) -> None:
    """Take a tile into the largest squared distances, or the weighted sums of distances, of pairs of clusters."""
    squares = np.empty(dots.shape[1], dots.dtype)
    for i in range(dots.shape[0]):
        if _squares(dots[i], row_norms[i], col_norms, near, squares):
            for j in range(len(squares)):
                if squares[j] < near * (row_norms[i] + col_norms[j]):
                    squares[j] = squared_distance(rows, i, cols, j)
        of_cluster = keys[row_clusters[i]]
        if average:
            _roots(squares)
            for j in range(len(squares)):
                of_cluster[col_clusters[j]] += row_weights[i] * col_weights[j] * squares[j]
        else:
            for j in range(len(squares)):
                of_cluster[col_clusters[j]] = max(of_cluster[col_clusters[j]], squares[j])
