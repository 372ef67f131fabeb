import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score

from clusterby.kernels.linkage.dendrogram import count_above, cut_tree, linkage_matrix, merges_of_edges


def a_tree(n, seed=0, method="average"):
    return hierarchy.linkage(np.random.default_rng(seed).normal(size=(n, 3)), method)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 30), seed=st.integers(0, 1000))
def test_a_cut_is_that_of_scipy(n, seed):
    tree = a_tree(n, seed)
    for k in range(1, n + 1):
        labels = cut_tree(tree, k)
        assert sorted(set(labels.tolist())) == list(range(k))
        assert adjusted_rand_score(labels, hierarchy.cut_tree(tree, k).ravel()) == 1


def test_a_cut_into_more_clusters_than_rows_is_refused():
    with pytest.raises(ValueError, match="3 clusters were given for a tree with 2 leaves"):
        cut_tree(a_tree(2), 3)
    with pytest.raises(ValueError, match="at least 1"):
        cut_tree(a_tree(2), 0)


def test_a_tree_of_one_row_is_one_cluster():
    assert cut_tree(np.empty((0, 4)), 1).tolist() == [0]


def test_what_merges_at_the_height_is_apart():
    tree = a_tree(20)
    assert count_above(tree, tree[12, 2]) == 8
    assert count_above(tree, 0.0) == 20
    assert count_above(tree, np.inf) == 1


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 30), seed=st.integers(0, 1000))
def test_merges_in_another_order_give_the_same_tree(n, seed):
    tree = a_tree(n, seed)
    rng = np.random.default_rng(seed)
    order, made = [], set(range(n))
    while len(order) < n - 1:  # any merge whose parts are there may come next
        ready = [i for i in range(n - 1) if n + i not in made and {int(tree[i, 0]), int(tree[i, 1])} <= made]
        order.append(int(rng.choice(ready)))
        made.add(n + order[-1])
    renamed = np.arange(2 * n - 1)
    renamed[n + np.array(order)] = np.arange(n, 2 * n - 1)
    again = linkage_matrix(renamed[tree[order, :2].astype(int)], tree[order, 2])
    assert again.tolist() == tree.tolist()


def test_a_merge_is_never_lower_than_its_parts():
    tree = linkage_matrix(np.array([[0, 1], [3, 2]]), np.array([1.0, 1.0 - 1e-9]))
    assert tree[:, 2].tolist() == [1.0, 1.0]
    assert hierarchy.is_valid_linkage(tree)


def test_edges_taken_in_turn_join_the_nodes_made_before():
    assert merges_of_edges(np.array([[0, 1], [2, 3], [1, 2]])).tolist() == [[0, 1], [2, 3], [4, 5]]
