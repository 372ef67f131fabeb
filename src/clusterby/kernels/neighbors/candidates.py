"""Lists of the rows that may be nearest, by lower bounds of their distances, from tiles that stay in the cache."""

from __future__ import annotations

import threading

import numpy as np

from clusterby.core.progress import Advance, in_units_of
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.neighbors.half_squares import HalfSquares
from clusterby.kernels.neighbors.top_k import NO_ROW, empty_lists, push_both, push_rows
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["fill_lists", "fill_lists_of_all"]

_BLOCK = 512  # rows and columns of a tile: 1 MB
_AT_ONCE = 8  # tiles of one job
_PIVOTS = 64  # groups that rows are sorted by


def fill_lists_of_all(
    ready: HalfSquares, length: int, *, advance: Advance | None = None
) -> tuple[Floats, Ints]:
    """Return for each row the others with the least bounds, each pair of rows having been multiplied once.

    Parameters
    ----------
    ready : HalfSquares
        The rows.
    length : int
        How long the lists are; at most n − 1.
    advance : callable, optional
        Told how many rows were finished, n in all.

    Returns
    -------
    values, rows : float32 (n, length), int32 (n, length)
        Bounds as `halves` and dot products give them, in increasing order.

    Notes
    -----
    Only the tiles on and above the diagonal are computed, each pushed into the lists of its rows and of its
    columns; what lists hold does not depend on the order, so that tiles need only not share a list at one time.

    Examples
    --------
    >>> import numpy as np
    >>> from clusterby.kernels.neighbors.half_squares import half_squares
    >>> fill_lists_of_all(half_squares(np.array([[0.0], [1.0], [3.0]]), "euclidean"), 1)[1].ravel()
    array([1, 0, 1], dtype=int32)
    """
    order = _like_by_like(ready)
    rows, halves = ready.rows[order], ready.halves[order]
    groups, least = np.arange(len(rows), dtype=np.int32), np.zeros(len(rows), dtype=np.float32)
    parts = blocks(len(rows), _tile_rows(len(rows)))
    values, found = empty_lists(len(rows), length, rows.dtype)
    locks = [threading.Lock() for _ in parts]

    def fill(job: tuple[int, range]) -> None:
        i, others = job
        one = parts[i]
        tile = np.empty(parts[0].stop * (one.stop - one.start), dtype=rows.dtype)
        for j in others:
            other = parts[j]
            dots = _multiply(rows[one], rows[other], tile)
            if i == j:
                mine = halves[one], halves[one], groups[one], groups[one], least[one]
                with locks[i]:
                    push_rows(dots, *mine, one.start, values[one], found[one])
                continue
            with locks[i], locks[j]:
                push_both(
                    dots, halves[one], halves[other], one.start, other.start,
                    values[one], found[one], values[other], found[other],
                )  # fmt: skip

    jobs = [
        (i, range(i, i + 1)) for i in range(len(parts))
    ]  # each row's likes come first: worse ones seldom enter
    jobs += [
        (i, range(start, min(start + _AT_ONCE, len(parts))))
        for i in range(len(parts))
        for start in range(i + 1, len(parts), _AT_ONCE)
    ]
    in_parallel(fill, jobs, advance=in_units_of(len(rows), [len(others) for _, others in jobs], advance))
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    there = np.append(order, NO_ROW).astype(np.int32)
    return values[back], there[np.minimum(found[back], len(order))]


def fill_lists(
    asked: HalfSquares,
    ready: HalfSquares,
    length: int,
    limits: Floats,
    *,
    asked_groups: Ints,
    groups: Ints,
    least: Floats,
    advance: Advance | None = None,
) -> tuple[Floats, Ints]:
    """Return for some rows those of other groups with the least bounds.

    Parameters
    ----------
    asked, ready : HalfSquares
        The m rows asked for, and the n rows to find.
    length : int
        How long the lists are.
    limits : float64 (m,)
        Half squares above which nothing is listed.
    asked_groups, groups : int32 (m,), (n,)
        The groups of both.
    least : float64 (n,)
        A row's half square is not taken for less.
    advance : callable, optional
        Told how many rows were finished, m in all.

    Returns
    -------
    values, rows : float32 (m, length), int32 (m, length)
        As those of :func:`fill_lists_of_all`.
    """
    values, found = empty_lists(len(asked.rows), length, ready.rows.dtype)
    widest = limits / ready.unit * (1 + 1e-6) + ready.error(asked)
    with np.errstate(over="ignore"):
        values[:] = widest[:, None]
        floor = np.minimum(least / ready.unit * (1 - 1e-6), float(np.finfo(np.float32).max)).astype(
            np.float32
        )
    parts = blocks(len(ready.rows), _BLOCK)

    def fill(one: slice) -> None:
        tile = np.empty(_BLOCK * (one.stop - one.start), dtype=ready.rows.dtype)
        for other in parts:
            dots = _multiply(asked.rows[one], ready.rows[other], tile)
            push_rows(
                dots, asked.halves[one], ready.halves[other], asked_groups[one], groups[other], floor[other],
                other.start, values[one], found[one],
            )  # fmt: skip

    jobs = blocks(len(asked.rows), max(32, min(_BLOCK, -(-len(asked.rows) // 8))))
    in_parallel(
        fill, jobs, advance=in_units_of(len(asked.rows), [job.stop - job.start for job in jobs], advance)
    )
    return values, found


def _multiply(one: Floats, other: Floats, tile: Floats) -> Floats:
    """Return the dot products of two blocks of rows, in a tile that stays in the cache."""
    dots = tile[: len(one) * len(other)].reshape(len(one), len(other))
    return np.matmul(one, other.T, out=dots)


def _like_by_like(ready: HalfSquares) -> Ints:
    """Return the rows by the nearest of some evenly spaced ones."""
    n = len(ready.rows)
    if n <= 2 * _BLOCK:
        return np.arange(n)
    pivots, halves = (array[:: max(1, n // _PIVOTS)] for array in (ready.rows, ready.halves))
    parts = blocks(n, _BLOCK)
    nearest = in_parallel(lambda part: (halves - ready.rows[part] @ pivots.T).argmin(axis=1), parts)
    return np.argsort(np.concatenate(nearest), kind="stable")


def _tile_rows(n: int) -> int:
    """Return how many rows a tile has: more where there would be very many tiles."""
    return max(_BLOCK, -(-n // 1024 // 64) * 64)
