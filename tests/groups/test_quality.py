import math

import numpy as np
import pytest

import clusterby as cb


def test_clear_clusters_measure_high(groups):
    quality = groups.quality()
    assert quality.silhouette > 0.7
    assert quality.explained > 0.9
    assert set(quality.cohesion) == {0, 1, 2}
    assert min(quality.cohesion.values()) > 0.9
    assert (quality.noise, quality.sample) == (0.0, 60)


def test_explained_is_the_share_of_variance_between_clusters():
    vectors = np.array([[0.0], [2.0], [10.0], [12.0]])
    quality = cb.clusterby({"v": vectors}, "v", n_clusters=2).quality()
    assert quality.explained == pytest.approx(1 - 1 / 26)
    assert quality.cohesion == pytest.approx({0: 1 - 1 / 26, 1: 1 - 1 / 26})


def test_one_cluster_has_no_silhouette(df):
    quality = cb.clusterby(df, "v", n_clusters=1).quality()
    assert math.isnan(quality.silhouette)
    assert quality.explained == pytest.approx(0, abs=1e-6)


def test_noise_is_left_out_and_counted(noisy):
    quality = noisy.quality()
    assert quality.noise == pytest.approx(3 / 19)
    assert quality.sample == 16


def test_all_noise_measures_nothing():
    groups = cb.clusterby({"v": np.eye(4) * 100}, "v", method="dbscan", eps=0.1, min_samples=3)
    quality = groups.quality()
    assert (quality.noise, quality.sample, dict(quality.cohesion)) == (1.0, 0, {})


def test_equal_rows_are_explained_whole():
    quality = cb.clusterby({"v": np.ones((5, 2))}, "v", n_clusters=1).quality()
    assert (quality.explained, quality.cohesion) == (1.0, {0: 1.0})
