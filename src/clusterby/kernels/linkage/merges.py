"""Merge clusters that are each other's nearest, as far as their lists of candidates tell."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import IntArray
from clusterby.kernels.compiled import compiled, compiled_fast
from clusterby.kernels.linkage.cluster_distance import HALF_SQUARES, squared_distance
from clusterby.kernels.linkage.cluster_lists import certify_nearest, join_lists
from clusterby.kernels.linkage.cluster_state import ClusterState

__all__ = ["blocked", "merge_all_certain", "merge_nodes", "uncertain"]


@compiled
def merge_all_certain(state: ClusterState, linkage: int, slots: IntArray) -> None:
    """Merge until every cluster waits for one whose nearest other is unknown.

    From each cluster the chain of nearest others is followed, whose distances decrease, to a pair that nothing
    is nearer to than they are to each other. Merging it never changes who else is nearest to whom, but for
    the two (Murtagh, "A survey of recent advances in hierarchical clustering algorithms", 1983).

    Parameters
    ----------
    state : ClusterState
        Changed.
    linkage : int
        See :mod:`clusterby.kernels.linkage.cluster_distance`.
    slots : int64 (m,)
        Where there are clusters, in the order in which chains begin.
    """
    merged = True
    while merged:
        merged = False
        for first in slots:
            slot = first
            while state.slots[slot].node >= 0 and certify_nearest(state, linkage, slot):
                other = state.nodes[state.lists[slot, 0].node].slot
                key = state.lists[slot, 0].key
                known = certify_nearest(state, linkage, other)
                lowest = min(state.slots[other].bound, state.lists[other, 0].key)
                if key <= lowest:
                    _merge(state, linkage, slot, other, key)
                    merged = True
                elif known:
                    slot = other
                else:
                    break


@compiled
def _merge(state: ClusterState, linkage: int, a: int, b: int, key: float) -> None:
    join_lists(state, linkage, a, b, key)
    made = merge_nodes(state, state.slots[a].node, state.slots[b].node, key)
    if linkage <= HALF_SQUARES:
        _join_points(state, a, b)
    state.slots[state.slots[a].last].next = b
    state.slots[a].last = state.slots[b].last
    state.slots[a].size += state.slots[b].size
    state.slots[a].node = made
    state.slots[b].node = -1
    state.nodes[made].slot = a


@compiled
def merge_nodes(state: ClusterState, node: int, other: int, key: float) -> int:
    """Record a merge of two clusters; return the node made."""
    at = int(state.n_merges[0])
    made = len(state.slots) + at
    state.merges[at].a = node
    state.merges[at].b = other
    state.merges[at].height = key
    state.nodes[node].parent = made
    state.nodes[other].parent = made
    state.n_merges[0] = at + 1
    return made


@compiled_fast
def _join_points(state: ClusterState, a: int, b: int) -> None:
    """Move the point in slot a to the centroid of both, and set its norm and scatter."""
    size_a, size_b = state.slots[a].size, state.slots[b].size
    whole = size_a + size_b
    apart = squared_distance(state.points, a, state.points, b)
    norm = 0.0
    for k in range(state.points.shape[1]):
        mean = (size_a * state.points[a, k] + size_b * state.points[b, k]) / whole
        state.points[a, k] = mean
        norm += mean * mean
    state.slots[a].norm = norm
    within = size_a * state.slots[a].scatter + size_b * state.slots[b].scatter
    state.slots[a].scatter = within / whole + size_a * size_b / (whole * whole) * apart


@compiled
def blocked(state: ClusterState, slots: IntArray) -> IntArray:
    """Return those of the slots whose nearest other is unknown until they are compared with all."""
    found = np.empty(len(slots), np.int64)
    n_found = 0
    for slot in slots:
        if state.lists[slot, 0].key == np.inf or state.lists[slot, 0].key > state.slots[slot].bound:
            found[n_found] = slot
            n_found += 1
    return found[:n_found]


@compiled
def uncertain(state: ClusterState, linkage: int, slots: IntArray) -> IntArray:
    """Return those of the slots whose nearest other their new lists do not tell for sure."""
    found = np.empty(len(slots), np.int64)
    n_found = 0
    for slot in slots:
        if not certify_nearest(state, linkage, slot):
            found[n_found] = slot
            n_found += 1
    return found[:n_found]
