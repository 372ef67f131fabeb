"""Lists of each cluster's nearest others: filled from tiles of distances, and kept valid under merges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.compiled import compiled
from clusterby.kernels.linkage.cluster_distance import (
    COMPLETE,
    cluster_distance,
    lance_williams,
    unseen_bound,
)
from clusterby.kernels.linkage.cluster_state import ClusterState

__all__ = ["certify_nearest", "clear_lists", "close_lists", "insert", "join_lists", "offer_keys", "root"]

_FEW_PAIRS = 1024
"""How many pairs of rows may always be compared one by one for the distance of two clusters."""

_FASTER = 128.0
"""How much faster BLAS compares rows: with a cluster larger than this part of all rows, all are compared."""


@compiled
def root(nodes: NDArray[Any], node: int) -> int:
    """Return the cluster that a node is part of."""
    while nodes[node].parent != node:
        above = nodes[nodes[node].parent].parent
        nodes[node].parent = above
        node = above
    return node


@compiled
def clear_lists(lists: NDArray[Any], slots: IntArray) -> None:
    """Empty the lists of some slots, before tiles are offered to them."""
    for slot in slots:
        for place in range(lists.shape[1]):
            lists[slot, place].key = np.inf


@compiled
def close_lists(state: ClusterState, slots: IntArray) -> None:
    """Set the bounds of slots to which everything has been offered: what a full list left out is no nearer."""
    for slot in slots:
        state.slots[slot].bound = state.lists[slot, state.lists.shape[1] - 1].key


@compiled
def insert(candidates: NDArray[Any], key: float, node: int, exact: int) -> None:
    """Put a node into one list at its place, by key and then by node, if it is nearer than the last."""
    place = len(candidates) - 1
    if not key < candidates[place].key:
        return
    while place > 0 and (
        candidates[place - 1].key > key
        or (candidates[place - 1].key == key and candidates[place - 1].node > node)
    ):
        candidates[place].key = candidates[place - 1].key
        candidates[place].node = candidates[place - 1].node
        candidates[place].exact = candidates[place - 1].exact
        place -= 1
    candidates[place].key = key
    candidates[place].node = node
    candidates[place].exact = exact


@compiled
def offer_keys(state: ClusterState, keys: Doubles, row_slots: IntArray, col_slots: IntArray) -> None:
    """Offer a tile of keys, float64 (r, c), to the lists of its rows."""
    last = state.lists.shape[1] - 1
    for i in range(len(row_slots)):
        slot = row_slots[i]
        for j in range(len(col_slots)):
            if keys[i, j] < state.lists[slot, last].key and col_slots[j] != slot:
                insert(state.lists[slot], keys[i, j], state.slots[col_slots[j]].node, 1)


@compiled
def certify_nearest(state: ClusterState, linkage: int, slot: int) -> bool:
    """Bring the head of a slot's list up to date; say whether it is the cluster's nearest other, surely."""
    candidates = state.lists[slot]
    while candidates[0].key < np.inf and candidates[0].key <= state.slots[slot].bound:
        key, node = candidates[0].key, candidates[0].node
        if candidates[0].exact and state.nodes[node].parent == node:
            return True
        _drop_first(candidates)
        whole = root(state.nodes, node)
        if whole == state.slots[slot].node or _is_listed(candidates, whole):
            continue
        other = state.nodes[whole].slot
        if linkage >= COMPLETE and state.slots[other].size > max(
            _FEW_PAIRS / state.slots[slot].size, len(state.slots) / _FASTER
        ):
            state.slots[slot].bound = key
            return False
        insert(candidates, cluster_distance(state, linkage, slot, other), whole, 1)
    return False


@compiled
def _drop_first(candidates: NDArray[Any]) -> None:
    last = len(candidates) - 1
    for place in range(last):
        candidates[place].key = candidates[place + 1].key
        candidates[place].node = candidates[place + 1].node
        candidates[place].exact = candidates[place + 1].exact
    candidates[last].key = np.inf


@compiled
def _is_listed(candidates: NDArray[Any], node: int) -> bool:
    for place in range(len(candidates)):
        if candidates[place].key == np.inf:
            break
        if candidates[place].exact and candidates[place].node == node:
            return True
    return False


@compiled
def join_lists(state: ClusterState, linkage: int, a: int, b: int, height: float) -> None:
    """Give slot a the candidates of the union of a and b, by Lance and Williams; the merge is not yet made."""
    length = state.lists.shape[1]
    found, wholes = 0, np.empty(2 * length, np.int64)
    keys, exact = np.empty((2 * length, 2)), np.zeros((2 * length, 2), np.bool_)
    for side in range(2):
        of_side = state.lists[b if side else a]
        for place in range(length):
            if of_side[place].key == np.inf:
                break
            whole = root(state.nodes, of_side[place].node)
            if whole == state.slots[a].node or whole == state.slots[b].node:
                continue
            slot = state.nodes[whole].slot
            at = state.slots[slot].mark
            if at >= found or wholes[at] != whole:
                at = found
                state.slots[slot].mark = at
                wholes[at] = whole
                keys[at, 0], keys[at, 1] = state.slots[a].bound, state.slots[b].bound
                found += 1
            if of_side[place].exact and of_side[place].node == whole:
                keys[at, side], exact[at, side] = of_side[place].key, True
            elif not exact[at, side]:  # of a part: the whole is no nearer than its nearest part
                keys[at, side] = min(keys[at, side], of_side[place].key)
    size_a, size_b = state.slots[a].size, state.slots[b].size
    bound = unseen_bound(linkage, size_a, size_b, state.slots[a].bound, state.slots[b].bound, height)
    joined = state.lists[a]
    for place in range(length):
        joined[place].key = np.inf
    for at in range(found):
        size = state.slots[state.nodes[wholes[at]].slot].size
        key = lance_williams(linkage, size_a, size_b, size, keys[at, 0], keys[at, 1], height)
        bound = min(bound, max(key, joined[length - 1].key))
        insert(joined, key, wholes[at], 1 if exact[at, 0] and exact[at, 1] else 0)
    state.slots[a].bound = bound
