import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.density.condensed_tree import condense, last_lambdas, outlier_scores, stabilities
from clusterby.kernels.density.single_linkage import single_linkage
from clusterby.kernels.density.spanning_tree import reachability_tree


def merges_of(vectors, min_samples=2):
    return single_linkage(*reachability_tree(np.asarray(vectors, dtype=float), min_samples)[:2])


def test_two_groups_and_a_straggler_become_two_clusters_and_a_row_of_the_root():
    tree = condense(merges_of([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0], [50.0]]), 3)
    assert tree["parent"].tolist() == [7, 7, 7, 8, 8, 8, 9, 9, 9]
    assert tree["child"][:3].tolist() == [6, 8, 9]
    assert tree["lambda_val"][:3].tolist() == [1 / 38, 1 / 8, 1 / 8]
    assert tree["child_size"].tolist() == [1, 3, 3, 1, 1, 1, 1, 1, 1]


def test_stability_is_how_long_rows_stay():
    tree = condense(merges_of([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0], [50.0]]), 3)
    assert stabilities(tree) == pytest.approx([1 / 38 + 6 / 8, 3 * (1 - 1 / 8), 3 * (1 - 1 / 8)])
    assert last_lambdas(tree) == pytest.approx([1 / 8, 1, 1])


def test_outlier_scores_compare_a_row_with_the_densest_place_below():
    scores = outlier_scores(condense(merges_of([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0], [50.0]]), 3))
    assert scores == pytest.approx([0, 0, 0, 0, 0, 0, 1 - 1 / 38])


def test_rows_beside_duplicates_are_outliers_to_the_utmost():
    scores = outlier_scores(condense(merges_of([[0.0], [0.0], [0.0], [1.0]]), 2))
    assert scores.tolist() == [0.0, 0.0, 0.0, 1.0]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(2, 80), min_cluster_size=st.integers(2, 10))
def test_every_row_falls_out_once_and_sizes_add_up(seed, n, min_cluster_size):
    vectors = np.random.default_rng(seed).normal(size=(n, 2)) * np.random.default_rng(seed + 1).uniform(
        0, 4, (n, 1)
    )
    tree = condense(merges_of(vectors, min(2, n)), min_cluster_size)
    assert sorted(tree["child"][tree["child"] < n].tolist()) == list(range(n))
    clusters = tree[tree["child"] >= n]
    assert sorted(clusters["child"].tolist()) == list(range(n + 1, n + 1 + len(clusters)))
    for cluster in clusters:
        assert tree["child_size"][tree["parent"] == cluster["child"]].sum() == cluster["child_size"]
        assert cluster["child_size"] >= min_cluster_size
        assert (tree["lambda_val"][tree["parent"] == cluster["child"]] >= cluster["lambda_val"]).all()
    scores = outlier_scores(tree)
    assert ((scores >= 0) & (scores <= 1)).all()
