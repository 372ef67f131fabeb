import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import kneighbors_graph

from clusterby.kernels.graph.neighbor_graph import (
    components_of,
    in_large_components,
    join_nearest,
    neighbor_graph,
)


@given(st.integers(2, 40), st.integers(1, 4), st.integers(0, 99), st.data())
@settings(deadline=None, max_examples=40)
def test_the_graph_is_half_the_sum_of_both_directions(n, d, seed, data):
    k = data.draw(st.integers(1, n))
    rows = np.random.default_rng(seed).standard_normal((n, d))
    links = kneighbors_graph(rows, k, include_self=True)
    assert (neighbor_graph(rows, k).toarray() == (0.5 * (links + links.T)).toarray()).all()


def test_equal_rows_are_their_own_neighbors_first():
    graph = neighbor_graph(np.zeros((6, 2)), 3)
    assert (graph.diagonal() == 1).all()
    assert (graph != graph.T).nnz == 0


def test_entries_are_float32():
    assert neighbor_graph(np.eye(4), 2).dtype == np.float32


@pytest.mark.parametrize("k", [1, 3])
def test_progress_adds_up_to_the_rows(k):
    done = []
    neighbor_graph(np.eye(7), k, advance=done.append)
    assert sum(done) == 7


def test_components_are_ordered_by_size():
    rows = np.array([[0.0], [0.1], [9.0], [9.1], [9.2]])
    assert components_of(neighbor_graph(rows, 2)).tolist() == [1, 1, 0, 0, 0]


def test_components_are_kept_as_long_as_they_are_no_more_than_clusters():
    assert in_large_components(np.array([0, 0, 0, 1]), 2).all()


def test_small_components_are_left_out_where_there_are_too_many():
    components = np.repeat([0, 1, 2], [10, 6, 2])
    assert in_large_components(components, 2).tolist() == [True] * 16 + [False] * 2


def test_no_more_components_are_kept_than_clusters():
    components = np.repeat([0, 1, 2, 3], 5)
    assert set(components[in_large_components(components, 2)]) == {0, 1}


def test_the_largest_component_is_always_kept():
    assert in_large_components(np.array([0, 0, 1]), 2, smallest=99).tolist() == [True, True, False]


def test_a_component_joins_as_a_whole():
    rows = np.array([[0.0], [10.0], [4.0], [7.0], [8.0]])
    kept = np.array([True, True, False, False, False])
    joined = join_nearest(rows, np.array([0, 0, 1, 1, 1]), kept, np.array([3, 4]))
    assert joined.tolist() == [3, 4, 4, 4, 4]


def test_with_all_rows_kept_labels_stay():
    kept = np.ones(3, dtype=bool)
    assert join_nearest(np.eye(3), np.zeros(3, dtype=int), kept, np.array([2, 0, 1])).tolist() == [2, 0, 1]
