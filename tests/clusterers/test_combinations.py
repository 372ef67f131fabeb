from __future__ import annotations

import pytest

from clusterby.clusterers.combinations import check_combination
from clusterby.core.errors import InvalidParameter


@pytest.mark.parametrize(
    ("parameters", "next_step"),
    [
        ({"linkage": "ward", "metric": "cosine"}, "give linkage='average'"),
        ({"n_clusters": 3, "distance_threshold": 0.5}, "give one of them"),
        ({"n_clusters": None, "distance_threshold": 0.5, "compute_full_tree": False}, "leave it out"),
        ({"min_cluster_size": 10, "max_cluster_size": 5}, "raise it, or leave it out"),
        ({"metric": "cosine", "algorithm": "kd_tree"}, "give algorithm='brute'"),
        ({"metric": "precomputed"}, "leave it out"),
        ({"affinity": "precomputed_nearest_neighbors"}, "leave it out"),
    ],
)
def test_a_contradiction_is_refused_in_one_line_with_the_next_step(parameters, next_step):
    with pytest.raises(InvalidParameter) as caught:
        check_combination(parameters)
    assert next_step in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"linkage": "ward", "metric": "euclidean"},
        {"linkage": "average", "metric": "cosine"},
        {"n_clusters": None, "distance_threshold": 0.5, "compute_full_tree": "auto"},
        {"min_cluster_size": 5, "max_cluster_size": None},
        {"metric": "cosine", "algorithm": "brute"},
    ],
)
def test_what_goes_together_passes(parameters):
    check_combination(parameters)
