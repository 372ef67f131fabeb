"""Settle which candidates are the nearest: by distances computed directly, and where bounds say too little, again."""

from __future__ import annotations

import numpy as np

from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.compiled import compiled
from clusterby.kernels.neighbors.half_squares import HalfSquares, direct_half_square
from clusterby.kernels.neighbors.top_k import NO_ROW, insert
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["settle"]

_BLOCK = 512
_MANY = 64  # rows searched for again, beside one in fifty


def settle(
    asked: HalfSquares,
    ready: HalfSquares,
    values: Floats,
    found: Ints,
    limits: Floats,
    k: int,
    *,
    asked_groups: Ints,
    groups: Ints,
    least: Floats,
) -> tuple[Floats, Ints]:
    """Return the k nearest rows among candidates and all that their bounds do not rule out.

    Parameters
    ----------
    asked, ready : HalfSquares
        The m rows asked for, and the n rows to find.
    values, found : float32 (m, length), int32 (m, length)
        Candidates: the least bounds, in increasing order.
    limits : float64 (m,)
        Half squares above which nothing is found.
    k : int
        How many.
    asked_groups, groups : int32 (m,), (n,)
        The groups of both; none is found in a row's own.
    least : float64 (n,)
        A row's half square is not taken for less.

    Returns
    -------
    values, rows : float64 (m, k), int32 (m, k)
        Half squares, in increasing order, of equal ones the smaller row first; the limit and
        :data:`~clusterby.kernels.neighbors.top_k.NO_ROW` where there are fewer.
    """
    exact, rows = np.repeat(limits[:, None], k, axis=1), np.full((len(found), k), NO_ROW, dtype=np.int32)
    error = ready.error(asked)

    def refine(part: slice) -> None:
        _refine(
            asked.vectors[part], ready.vectors, asked.factors[part], ready.factors, least,
            values[part], error[part], ready.unit, found[part], exact[part], rows[part],
        )  # fmt: skip

    in_parallel(refine, blocks(len(found), 256))
    # what is not listed has bounds no less than the last; a list that is not full leaves out nothing
    beyond = (values[:, -1] - error) * ready.unit
    every_other = found.shape[1] >= len(groups) - (asked is ready)
    unsettled = np.flatnonzero((found[:, -1] != NO_ROW) & ~(exact[:, -1] < beyond))
    if len(unsettled) and not every_other:
        _search_again(asked, ready, asked_groups, groups, least, unsettled, exact, rows)
    return exact, rows


def _search_again(
    asked: HalfSquares,
    ready: HalfSquares,
    asked_groups: Ints,
    groups: Ints,
    least: Floats,
    members: Ints,
    exact: Floats,
    rows: Ints,
) -> None:
    """Compare some rows directly with all whose bounds do not rule them out."""
    if asked.whole is not None and ready.whole is not None and len(members) > _MANY + len(ready.rows) // 50:
        asked, ready = asked.whole, ready.whole  # a few coordinates rule out too little
    parts = blocks(len(ready.rows), _BLOCK)

    def search(part: slice) -> None:
        these = members[part]
        one = asked.take(these)
        best = np.repeat(exact[these, -1:], exact.shape[1], axis=1)
        best_rows = np.full(best.shape, NO_ROW, dtype=np.int32)
        for other in parts:
            dots = one.rows @ ready.rows[other].T
            _push_direct(
                dots, one.halves, ready.halves[other], asked_groups[these], groups[other], least[other],
                other.start, ready.unit, ready.slack,
                one.vectors, ready.vectors[other], one.factors, ready.factors[other], best, best_rows,
            )  # fmt: skip
        exact[these], rows[these] = best, best_rows

    in_parallel(search, blocks(len(members), 128))


@compiled
def _refine(
    asked: Floats,
    vectors: Floats,
    asked_factors: Floats,
    factors: Floats,
    least: Floats,
    values: Floats,
    error: Floats,
    unit: float,
    found: Ints,
    exact: Floats,
    rows: Ints,
) -> None:
    """Put each row's candidates into its list by their half squares, until bounds rule out the rest."""
    first, second = np.empty(asked.shape[1]), np.empty(asked.shape[1])
    last = exact.shape[1] - 1
    for i in range(found.shape[0]):
        for at in range(found.shape[1]):
            j = found[i, at]
            if j == NO_ROW or (values[i, at] - error[i]) * unit > exact[i, last]:
                break
            value = direct_half_square(asked[i], vectors[j], asked_factors[i], factors[j], first, second)
            insert(exact[i], rows[i], max(value, least[j]), j)


@compiled
def _push_direct(
    dots: Floats,
    asked_halves: Floats,
    halves: Floats,
    asked_groups: Ints,
    groups: Ints,
    least: Floats,
    first_column: int,
    unit: float,
    slack: float,
    asked: Floats,
    vectors: Floats,
    asked_factors: Floats,
    factors: Floats,
    exact: Floats,
    rows: Ints,
) -> None:
    """Push the half squares of all pairs of a tile whose bounds do not rule them out."""
    first, second = np.empty(asked.shape[1]), np.empty(asked.shape[1])
    last = exact.shape[1] - 1
    for i in range(dots.shape[0]):
        half = np.float64(asked_halves[i])
        for j in range(dots.shape[1]):
            both = half + halves[j]
            bound = max((both - dots[i, j] - slack * both) * unit, least[j])
            if bound > exact[i, last] or asked_groups[i] == groups[j]:
                continue
            if exact[i, last] == 0.0 and rows[i, last] < first_column + j:
                break
            value = direct_half_square(asked[i], vectors[j], asked_factors[i], factors[j], first, second)
            insert(exact[i], rows[i], max(value, least[j]), first_column + j)
