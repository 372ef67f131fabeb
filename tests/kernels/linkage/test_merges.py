import numpy as np
import pytest

from clusterby.kernels.linkage.centroid_tiles import list_all_points, list_centroids
from clusterby.kernels.linkage.cluster_distance import HALF_SQUARES, WARD
from clusterby.kernels.linkage.cluster_state import cluster_state
from clusterby.kernels.linkage.merges import blocked, merge_all_certain, merge_nodes, uncertain


def listed(points, linkage, n_candidates):
    state = cluster_state(points.copy(), np.ones(len(points)), n_candidates=n_candidates)
    list_all_points(state, linkage, state.points)
    return state


def test_lists_with_everyone_in_them_are_merged_to_the_root():
    points = np.random.default_rng(0).normal(size=(30, 3))
    state = listed(points, WARD, 30)
    merge_all_certain(state, WARD, np.arange(30))
    assert state.n_merges[0] == 29
    assert (state.slots["node"] >= 0).sum() == 1


def test_short_lists_merge_what_they_can_and_name_those_that_wait():
    points = np.random.default_rng(0).normal(size=(200, 5))
    state = listed(points, WARD, 2)
    merge_all_certain(state, WARD, np.arange(200))
    slots = np.flatnonzero(state.slots["node"] >= 0)
    assert 1 < len(slots) == 200 - state.n_merges[0]
    waiting = blocked(state, slots)
    assert len(waiting)
    list_centroids(state, WARD, waiting, slots, direct=True)
    assert len(uncertain(state, WARD, waiting)) == 0
    before = int(state.n_merges[0])
    merge_all_certain(state, WARD, slots)
    assert state.n_merges[0] > before


def test_a_merged_point_is_the_centroid_and_knows_its_scatter():
    points = np.array([[0.0], [2.0], [2.5]])
    state = listed(points, HALF_SQUARES, 3)
    merge_all_certain(state, HALF_SQUARES, np.arange(3))
    slot = int(np.flatnonzero(state.slots["node"] >= 0)[0])
    assert state.points[slot, 0] == pytest.approx(points.mean())
    assert state.slots["scatter"][slot] == pytest.approx(points.var())
    assert state.slots["norm"][slot] == pytest.approx(points.mean() ** 2)
    assert state.slots["size"][slot] == 3


def test_a_merge_is_recorded_with_its_nodes():
    state = cluster_state(np.zeros((3, 1)), np.ones(3), n_candidates=1)
    assert merge_nodes(state, 2, 0, 1.5) == 3
    assert state.merges[0].tolist() == (2, 0, 1.5)
    assert state.nodes["parent"][[0, 2]].tolist() == [3, 3]
