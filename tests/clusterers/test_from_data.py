from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import Birch

from clusterby.clusterers.fit import fit
from clusterby.clusterers.from_data import (
    birch_threshold,
    dbscan_eps,
    graph_neighbors,
    kmeans_starts,
    variance_floor,
)


def normal(n: int, d: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize(("n", "starts"), [(20_000, 10), (20_001, 3)])
def test_kmeans_starts_less_often_on_many_rows(n, starts):
    assert kmeans_starts(np.zeros((n, 1), dtype=np.float32), {}, 0) == starts


@pytest.mark.parametrize(("n", "neighbors"), [(1, 1), (2, 2), (16, 4), (100, 10), (5_000, 10)])
def test_a_graph_links_fewer_neighbors_of_few_rows(n, neighbors):
    assert graph_neighbors(np.zeros((n, 1), dtype=np.float32), {}, 0) == neighbors


def test_the_variance_floor_goes_with_the_square_of_the_scale():
    rows = normal(50)
    assert variance_floor(rows * 4, {}, 0) == pytest.approx(16 * variance_floor(rows, {}, 0))


def test_the_variance_floor_of_equal_rows_is_above_zero():
    assert variance_floor(np.ones((3, 2), dtype=np.float32), {}, 0) == 1e-6


def test_eps_goes_with_the_scale():
    rows = normal(50)
    once = dbscan_eps(rows, {"min_samples": 5}, 0)
    assert dbscan_eps(rows * 4, {"min_samples": 5}, 0) == pytest.approx(4 * once)


def test_eps_is_a_distance_of_the_metric_asked_for():
    assert dbscan_eps(normal(50), {"min_samples": 5, "metric": "cosine"}, 0) < 1


@pytest.mark.parametrize("n", [1, 2, 30])
def test_eps_of_equal_rows_is_above_zero(n):
    assert dbscan_eps(np.ones((n, 2), dtype=np.float32), {"min_samples": 5}, 0) > 0


def test_a_sample_is_drawn_with_the_seed():
    rows = normal(3_000)
    first = dbscan_eps(rows, {"min_samples": 5}, 0)
    assert dbscan_eps(rows, {"min_samples": 5}, 0) == first
    assert dbscan_eps(rows, {"min_samples": 5}, 1) != first


@pytest.mark.parametrize("k", [2, 10, 39, 40])
def test_birch_balls_are_enough_for_the_clusters_asked_for(k):
    rows = normal(40)
    threshold = birch_threshold(rows, {"n_clusters": k}, 0)
    assert len(Birch(threshold=threshold, n_clusters=None).fit(rows).subcluster_centers_) >= k


def test_scikit_learns_birch_threshold_would_swallow_these_blobs_and_ours_does_not(blobs):
    swallowed = Birch(n_clusters=None).fit(blobs.vectors * 0.3)
    assert len(swallowed.subcluster_centers_) < 4
    assert fit("birch", blobs.vectors * np.float32(0.3), n_clusters=4).partition.n_clusters == 4
