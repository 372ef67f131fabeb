from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from sklearn.metrics import pairwise_distances, silhouette_samples

from clusterby.clusterers.silhouette import silhouettes_of_cuts
from clusterby.kernels.linkage.dendrogram import cut_tree


def rows_of(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 3))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), n=st.integers(4, 40))
def test_silhouettes_are_scikit_learns(seed, n):
    rows = rows_of(seed, n)
    distances, tree = pairwise_distances(rows), linkage(rows, "ward")
    for k, scores in silhouettes_of_cuts(distances, tree, range(2, n)).items():
        np.testing.assert_allclose(
            scores, silhouette_samples(distances, cut_tree(tree, k), metric="precomputed"), atol=1e-9
        )


def test_rows_that_are_all_equal_score_zero():
    tree = linkage(np.zeros((4, 1)), "ward")
    assert silhouettes_of_cuts(np.zeros((4, 4)), tree, [2])[2].tolist() == [0, 0, 0, 0]
