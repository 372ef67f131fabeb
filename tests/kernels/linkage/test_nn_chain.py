import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

from clusterby.kernels.linkage.cluster_distance import AVERAGE, COMPLETE, SINGLE, WARD
from clusterby.kernels.linkage.nn_chain import nearest_neighbor_chain


@pytest.mark.parametrize(
    ("linkage", "method"), [(WARD, "ward"), (COMPLETE, "complete"), (AVERAGE, "average"), (SINGLE, "single")]
)
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), m=st.integers(2, 40))
def test_heights_equal_those_of_scipy(linkage, method, seed, m):
    distances = pdist(np.random.default_rng(seed).normal(size=(m, 3)))
    theirs = hierarchy.linkage(distances, method)[:, 2]
    keys = squareform(distances**2 / 2 if linkage == WARD else distances)
    pairs, heights = nearest_neighbor_chain(linkage, keys, np.ones(m))
    np.testing.assert_allclose(np.sort(np.sqrt(2 * heights) if linkage == WARD else heights), theirs)
    assert sorted({0, *range(m)} - set(pairs[:, 1].tolist())) == [int(pairs[-1, 0])]


def test_one_cluster_needs_no_merge():
    pairs, heights = nearest_neighbor_chain(AVERAGE, np.zeros((1, 1)), np.ones(1))
    assert pairs.shape == (0, 2)
    assert heights.shape == (0,)


def test_equal_distances_come_to_an_end():
    pairs, heights = nearest_neighbor_chain(COMPLETE, np.ones((50, 50)), np.ones(50))
    assert len(np.unique(pairs[:, 1])) == 49
    assert (heights == 1).all()
