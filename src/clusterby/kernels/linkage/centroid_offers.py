"""Offer tiles of dot products between centroids to lists of candidates."""

from __future__ import annotations

import numpy as np

from clusterby.kernels.compiled import compiled_fast
from clusterby.kernels.linkage.cluster_distance import WARD, squared_distance
from clusterby.kernels.linkage.cluster_lists import insert
from clusterby.kernels.linkage.cluster_state import ClusterState

__all__ = ["offer_dots"]

_CHUNK = 32
"""How many entries of a tile are tested at once, before any is looked at by itself."""


@compiled_fast
def _lower_bounds(ward, dots, row_facts, col_facts, lower) -> None:  # type: ignore[no-untyped-def]
    if ward:
        for j in range(len(dots)):
            squared = row_facts[0] + col_facts[0, j] - dots[j] - dots[j]
            lower[j] = squared * (row_facts[2] * col_facts[2, j] / (row_facts[2] + col_facts[2, j]))
    else:
        for j in range(len(dots)):
            lower[j] = (
                (row_facts[0] + col_facts[0, j]) / dots.dtype.type(2)
                - dots[j]
                + row_facts[1]
                + col_facts[1, j]
            )


@compiled_fast
def offer_dots(  # type: ignore[no-untyped-def]
    state: ClusterState,
    linkage: int,
    dots,
    rows,
    cols,
    row_slots,
    col_slots,
    row_facts,
    col_facts,
    both: bool,
    direct: bool,
) -> None:
    """Offer a tile of dot products between centroids to the lists of its rows, or of its rows and columns.

    Parameters
    ----------
    dots : (r, c)
        Between `rows` (r, d) and `cols` (c, d), the centroids of the slots.
    row_facts, col_facts : of the same type, (r, 3) and (3, c)
        Squared norms and half the scatter, each less the largest rounding error; sizes.
    both : bool
        Whether the columns' lists are offered the tile too.
    direct : bool
        Whether what may enter a list by its lower bound is computed from differences before it does.
    """
    last = state.lists.shape[1] - 1
    width = dots.shape[1]
    lower = np.empty(width, dots.dtype)
    col_worst = np.empty(width, dots.dtype)
    for j in range(width):
        col_worst[j] = state.lists[col_slots[j], last].key if both else -np.inf
    for i in range(dots.shape[0]):
        slot = row_slots[i]
        _lower_bounds(linkage == WARD, dots[i], row_facts[i], col_facts, lower)
        row_worst = dots.dtype.type(state.lists[slot, last].key)
        for start in range(0, width, _CHUNK):
            stop = min(start + _CHUNK, width)
            hits = np.int32(0)
            for j in range(start, stop):
                hits += np.int32((lower[j] < row_worst) | (lower[j] < col_worst[j]))
            if hits == 0:
                continue
            for j in range(start, stop):
                other = col_slots[j]
                if not (lower[j] < row_worst or lower[j] < col_worst[j]) or other == slot:
                    continue
                key = float(lower[j])
                if direct:
                    key = squared_distance(rows, i, cols, j)
                    if linkage == WARD:
                        sizes = state.slots[slot].size + state.slots[other].size
                        key *= state.slots[slot].size * state.slots[other].size / sizes
                    else:
                        key = 0.5 * (key + state.slots[slot].scatter + state.slots[other].scatter)
                insert(state.lists[slot], key, state.slots[other].node, int(direct))
                row_worst = dots.dtype.type(state.lists[slot, last].key)
                if both:
                    insert(state.lists[other], key, state.slots[slot].node, int(direct))
                    col_worst[j] = state.lists[other, last].key
