from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cut_tree, linkage
from sklearn.metrics import adjusted_rand_score, pairwise_distances, silhouette_samples

from clusterby.clusterers.silhouette import cut, silhouettes_of_cuts


def rows_of(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 3))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 40), data=st.data())
def test_a_cut_is_scipys_cut(seed, n, data):
    k = data.draw(st.integers(1, n))
    tree = linkage(rows_of(seed, n), "average")
    labels = cut(tree, k)
    assert sorted(set(labels)) == list(range(k))
    assert adjusted_rand_score(cut_tree(tree, n_clusters=k)[:, 0], labels) == 1


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), n=st.integers(4, 40))
def test_silhouettes_are_scikit_learns(seed, n):
    rows = rows_of(seed, n)
    distances, tree = pairwise_distances(rows), linkage(rows, "ward")
    for k, scores in silhouettes_of_cuts(distances, tree, range(2, n)).items():
        np.testing.assert_allclose(
            scores, silhouette_samples(distances, cut(tree, k), metric="precomputed"), atol=1e-9
        )


def test_rows_that_are_all_equal_score_zero():
    tree = linkage(np.zeros((4, 1)), "ward")
    assert silhouettes_of_cuts(np.zeros((4, 4)), tree, [2])[2].tolist() == [0, 0, 0, 0]
