import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.kernels.linkage.cluster_distance import WARD
from clusterby.kernels.linkage.cluster_lists import (
    certify_nearest,
    clear_lists,
    close_lists,
    insert,
    offer_keys,
    root,
)
from clusterby.kernels.linkage.cluster_state import cluster_state


def line(*places, n_candidates=2):
    return cluster_state(
        np.array(places, dtype=float)[:, None], np.ones(len(places)), n_candidates=n_candidates
    )


@given(st.lists(st.tuples(st.integers(0, 5).map(float), st.integers(0, 9)), unique=True), st.integers(1, 4))
def test_a_list_keeps_the_least_keys_in_order(entries, length):
    state = line(0, 1, n_candidates=length)
    for key, node in entries:
        insert(state.lists[0], key, node, 1)
    keys = sorted(key for key, _ in entries)[:length]
    assert state.lists["key"][0].tolist() == keys + [np.inf] * (length - len(keys))


def test_what_a_full_list_left_out_sets_the_bound():
    state = line(0, 1, 3, 7, n_candidates=2)
    keys = np.abs(state.points - state.points.T)
    everyone = np.arange(4)
    clear_lists(state.lists, everyone)
    offer_keys(state, keys, everyone, everyone)
    close_lists(state, everyone)
    assert state.lists["node"].tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert state.slots["bound"].tolist() == [3.0, 2.0, 3.0, 6.0]


def test_a_list_with_everyone_in_it_has_no_bound():
    state = line(0, 1, 3, n_candidates=5)
    everyone = np.arange(3)
    offer_keys(state, np.abs(state.points - state.points.T), everyone, everyone)
    close_lists(state, everyone)
    assert (state.slots["bound"] == np.inf).all()


def test_a_candidate_beyond_the_bound_certifies_nothing():
    state = line(0, 1)
    insert(state.lists[0], 0.5, 1, 1)
    state.slots["bound"][0] = 0.4
    assert not certify_nearest(state, WARD, 0)
    state.slots["bound"][0] = 0.5
    assert certify_nearest(state, WARD, 0)


def test_a_lower_bound_at_the_head_is_replaced_by_the_distance():
    state = line(0, 2)
    insert(state.lists[0], 0.1, 1, 0)
    state.slots["bound"][0] = 5.0
    assert certify_nearest(state, WARD, 0)
    assert state.lists["key"][0, 0] == pytest.approx(2.0)  # half of 2²


def test_a_node_is_followed_to_the_cluster_that_it_is_part_of():
    state = line(0, 1, 2)
    state.nodes["parent"][[0, 1, 2, 3]] = [3, 3, 4, 4]
    assert [root(state.nodes, node) for node in range(5)] == [4, 4, 4, 4, 4]
