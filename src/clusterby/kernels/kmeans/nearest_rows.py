"""The nearest center of every row, remembered with bounds, so that few rows are looked at again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats
from clusterby.kernels.kmeans.kmeans_rows import Rows, block_rows
from clusterby.kernels.kmeans.lloyd_loops import (
    doubtful_rows,
    forget_times,
    gather_rows,
    settle_rows,
    steps_since,
)
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["Assignment", "Moves", "assign_rows", "begin_assignment", "nearest_centers"]

_HISTORY_BYTES = 2**25
_JOB_TILES = 4
_JOBS = 16  # at least, where there are rows for them: few rows are shared too
_TEST_ROWS = 2**13
_FAR = 4.0  # centers farther from 0 than this many times their spread are moved to it before products


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Which center each row is nearest to, and what is known of the distances; changed in place.

    Parameters
    ----------
    order : int64 (k,)
        The caller's number of each center; centers stand here in groups, and labels count in this order.
    starts : int64 (g + 1,)
        Where each group of centers starts.
    labels : int32 (n,)
        −1 where a row has not been looked at.
    upper, upper_at : float (n,), int16 (n,)
        No less than the distance of the row to its own center as that stood at a time in `history`.
    lower, lower_at : float (n, g), int16 (n,)
        No more than its distance to each other center of a group, as they stood at a time.
    least : float (n,)
        The least of them.
    history : float (times, k, d)
        The centers at the times known.
    origin : float (d,) or None
        What is taken for 0 in products.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    labels: NDArray[np.int32]
    upper: Floats
    upper_at: NDArray[np.int16]
    lower: Floats
    lower_at: NDArray[np.int16]
    least: Floats
    history: Floats
    origin: Floats | None
    known: list[int] = field(default_factory=lambda: [0])
    looked_at: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Rows that changed their cluster, in increasing order, and the cluster each was in; −1 for none."""

    rows: NDArray[np.int64]
    before: NDArray[np.int32]


def begin_assignment(
    rows: Rows, centers: Floats, groups: list[NDArray[np.int64]] | None = None
) -> Assignment:
    """Return an assignment of no row to centers.

    Parameters
    ----------
    rows : Rows
    centers : float (k, d)
        Where they are at first.
    groups : list of int64 arrays, optional
        Centers that lie together; each has one lower bound a row. All are one group by default.
    """
    k = len(centers)
    groups = [np.arange(k)] if groups is None else groups
    n, d = rows.vectors.shape
    dtype = rows.vectors.dtype
    times = int(np.clip(_HISTORY_BYTES // (k * d * dtype.itemsize), 2, 32))
    return Assignment(
        order=np.concatenate(groups).astype(np.int64),
        starts=np.cumsum([0, *map(len, groups)]).astype(np.int64),
        labels=np.full(n, -1, dtype=np.int32),
        upper=np.zeros(n, dtype=dtype),
        upper_at=np.zeros(n, dtype=np.int16),
        lower=np.zeros((n, len(groups)), dtype=dtype),
        lower_at=np.zeros(n, dtype=np.int16),
        least=np.zeros(n, dtype=dtype),
        history=np.empty((times, k, d), dtype=dtype),
        origin=_origin(centers),
    )


def assign_rows(
    rows: Rows, centers: Floats, assignment: Assignment, *, advance: Advance | None = None
) -> Moves:
    """Find the nearest center of each row and return the rows that moved; `assignment` is brought up to date.

    Labels are exact: where the products that distances come from cannot tell two centers apart, differences in
    float64 do. So they do not depend on which rows are looked at together.

    Parameters
    ----------
    rows : Rows
    centers : float (k, d)
        In the order of `assignment`, C-contiguous.
    assignment : Assignment
    advance : callable, optional
        Told of nothing, but asked whether to go on, as blocks finish.

    Notes
    -----
    Hamerly (2010), *Making k-means even faster*, with bounds that remember where centers were when they were
    taken (Newling & Fleuret 2016, *Fast k-means with accurate bounds*) and one lower bound per group of centers
    (Ding et al. 2015, *Yinyang k-means*).
    """
    k = len(centers)
    groups = len(assignment.starts) - 1
    steps = np.zeros((len(assignment.history), k))
    farthest = np.zeros((len(assignment.history), 3, groups))
    if assignment.known[0] == len(assignment.history):
        _forget(assignment, steps, farthest)
    now = assignment.known[0]
    assignment.history[now] = centers
    assignment.known[0] = now + 1
    if now == 0:
        doubtful = np.arange(len(rows.vectors))
    else:
        steps_since(assignment.history, now + 1, assignment.starts, steps, farthest)
        doubtful = _find_doubtful(assignment, steps, farthest)
    return _look(rows, centers, assignment, doubtful, farthest, now, advance)


def nearest_centers(rows: Rows, centers: Floats, *, advance: Advance | None = None) -> NDArray[np.int32]:
    """Return the nearest center of each row, int32 (n,); of equally near ones the first.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> nearest_centers(make_rows(np.array([[0.0], [4.0], [9.0]])), np.array([[8.0], [0.0]])).tolist()
    [1, 0, 0]
    """
    assignment = begin_assignment(rows, centers)
    assign_rows(rows, np.ascontiguousarray(centers), assignment, advance=advance)
    return assignment.labels


def _forget(assignment: Assignment, steps: NDArray[np.float64], farthest: NDArray[np.float64]) -> None:
    """Let all bounds refer to the last time known, and make it the only one."""
    last = assignment.known[0] - 1
    steps_since(assignment.history, last + 1, assignment.starts, steps, farthest)

    def forget(block: slice) -> None:
        forget_times(
            assignment.labels, assignment.upper, assignment.lower, assignment.least,
            assignment.upper_at, assignment.lower_at, steps, farthest, block.start, block.stop,
        )  # fmt: skip

    in_parallel(forget, blocks(len(assignment.labels), _TEST_ROWS))
    assignment.history[0] = assignment.history[last]
    assignment.known[0] = 1


def _find_doubtful(
    assignment: Assignment, steps: NDArray[np.float64], farthest: NDArray[np.float64]
) -> NDArray[np.int64]:
    def test(block: slice) -> NDArray[np.int64]:
        found = np.empty(block.stop - block.start, dtype=np.int64)
        count = doubtful_rows(
            assignment.labels,
            assignment.upper,
            assignment.lower,
            assignment.least,
            assignment.upper_at,
            assignment.lower_at,
            steps,
            farthest,
            block.start,
            block.stop,
            found,
        )
        return found[:count]

    return np.concatenate(in_parallel(test, blocks(len(assignment.labels), _TEST_ROWS)))


def _look(
    rows: Rows,
    centers: Floats,
    a: Assignment,
    doubtful: NDArray[np.int64],
    farthest: NDArray[np.float64],
    now: int,
    advance: Advance | None,
) -> Moves:
    k, d = centers.shape
    dtype = centers.dtype
    origin = a.origin
    near_origin = centers if origin is None else centers - origin
    norms = np.einsum("ij,ij->i", near_origin, near_origin, dtype=np.float64).astype(dtype)
    size = block_rows(rows.vectors, k)
    spare: deque[tuple[Any, ...]] = deque()

    def look(job: slice) -> list[tuple[NDArray[np.int64], NDArray[np.int32], int]]:
        try:
            buffers = spare.pop()
        except IndexError:
            tile = np.empty((size, d), dtype=dtype)
            shifted = tile if origin is None else np.empty_like(tile)
            buffers = tile, shifted, np.empty(size * k, dtype=dtype), np.empty(size, dtype=np.int64)
        found = [look_at_tile(doubtful[job][block], *buffers) for block in blocks(job.stop - job.start, size)]
        spare.append(buffers)
        return found

    def look_at_tile(
        todo: NDArray[np.int64], tile: Floats, shifted: Floats, dots: Floats, kept: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], int]:
        m = gather_rows(
            rows.vectors, rows.scale, todo, centers, a.labels, a.upper, a.lower,
            a.upper_at, a.lower_at, farthest, now, tile, kept,
        )  # fmt: skip
        if m == 0:
            return kept[:0], a.labels[:0], 0
        changed = np.empty(m, dtype=np.int64)
        before = np.empty(m, dtype=np.int32)
        if origin is not None:
            np.subtract(tile[:m], origin, out=shifted[:m])
        products = dots[: k * m].reshape(k, m)
        np.matmul(near_origin, shifted[:m].T, out=products)
        moved = settle_rows(
            tile, shifted, products, centers, norms, a.order, a.starts, kept[:m], rows.spherical,
            a.labels, a.upper, a.lower, a.least, a.upper_at, a.lower_at, now, changed, before,
        )  # fmt: skip
        return changed[:moved], before[:moved], m

    share = max(64, min(_JOB_TILES * size, -(-len(doubtful) // _JOBS)))
    done = in_parallel(look, blocks(len(doubtful), share), advance=still(advance))
    tiles = [tile for job in done for tile in job]
    a.looked_at.append(sum(count for _, _, count in tiles))
    return Moves(
        rows=np.concatenate([np.empty(0, dtype=np.int64), *(changed for changed, _, _ in tiles)]),
        before=np.concatenate([np.empty(0, dtype=np.int32), *(before for _, before, _ in tiles)]),
    )


def _origin(centers: Floats) -> Floats | None:
    """Return the middle of the centers where products around 0 would lose digits, else None."""
    middle = centers.mean(axis=0, dtype=np.float64)
    spread = np.einsum("ij,ij->", centers - middle, centers - middle) / len(centers)
    if middle @ middle <= _FAR**2 * spread:
        return None
    origin: Floats = middle.astype(centers.dtype)
    return origin
