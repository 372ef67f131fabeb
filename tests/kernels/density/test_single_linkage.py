import numpy as np
import sklearn.cluster
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet, is_valid_linkage, linkage
from scipy.spatial.distance import pdist

from clusterby.kernels.density.single_linkage import single_linkage
from clusterby.kernels.density.spanning_tree import reachability_tree, spanning_tree


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(2, 60), whole=st.booleans())
def test_merges_are_those_of_scipy(seed, n, whole):
    vectors = np.random.default_rng(seed).normal(size=(n, 2)) * 3
    vectors = np.round(vectors) if whole else vectors  # with ties and duplicates
    merges = single_linkage(*spanning_tree(vectors))
    assert is_valid_linkage(merges)
    np.testing.assert_allclose(cophenet(merges), cophenet(linkage(pdist(vectors), "single")), atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(5, 60))
def test_without_ties_nodes_are_named_as_in_scikit_learn(seed, n):
    vectors = np.random.default_rng(seed).normal(size=(n, 3))
    merges = single_linkage(*reachability_tree(vectors, 1)[:2])
    tree = (
        sklearn.cluster.HDBSCAN(min_samples=1, algorithm="brute", copy=True)
        .fit(vectors)
        ._single_linkage_tree_
    )
    assert (merges[:, 0] == tree["left_node"]).all()
    assert (merges[:, 1] == tree["right_node"]).all()
    np.testing.assert_allclose(merges[:, 2], tree["value"])
    assert (merges[:, 3] == tree["cluster_size"]).all()


def test_one_row_is_merged_with_nothing():
    assert single_linkage(np.empty((0, 2), dtype=np.int64), np.empty(0)).shape == (0, 4)
