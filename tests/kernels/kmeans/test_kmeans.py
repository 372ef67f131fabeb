import numpy as np
import pytest

from clusterby.kernels.kmeans.kmeans import begin_centers, kmeans, sample_sizes
from clusterby.kernels.kmeans.kmeans_rows import make_rows


def test_samples_grow_to_a_quarter_and_are_bounded_in_bytes():
    assert sample_sizes(1_000_000, 100, 2048) == [8192, 32768, 131072]
    assert sample_sizes(16_383, 8, 8) == []
    assert sample_sizes(16_384, 8, 8) == [4096]
    assert sample_sizes(10**9, 10**6, 4096) == []


def test_more_starts_find_no_worse_centers():
    x = np.random.default_rng(0).normal(size=(400, 2))
    costs = [
        kmeans(make_rows(x), 15, start="random", n_init=n, random_state=np.random.RandomState(0)).inertia
        for n in (1, 4, 12)
    ]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > costs[2]


def test_a_given_start_goes_over_all_rows():
    x = np.random.default_rng(0).normal(size=(20_000, 2))
    result = kmeans(
        make_rows(x), 2, start=lambda _: x[:2], max_iter=1, tol=0, random_state=np.random.RandomState(0)
    )
    nearest = ((x[:, None] - x[:2]) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_allclose(result.centers, [x[nearest == c].mean(axis=0) for c in range(2)])
    assert result.n_iter == 1


def test_rows_of_no_weight_move_no_center_and_are_in_no_sample():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(20_000, 2)), rng.normal(size=(5_000, 2)) + 1000])
    weights = np.repeat([1.0, 0.0], [20_000, 5_000])
    result = kmeans(make_rows(x, weights), 4, random_state=np.random.RandomState(0))
    assert np.abs(result.centers).max() < 5
    assert result.weights.sum() == 20_000
    assert len(result.labels) == 25_000


def test_the_sums_are_those_the_centers_are_means_of():
    x = np.random.default_rng(0).normal(size=(300, 3))
    result = kmeans(make_rows(x), 5, random_state=np.random.RandomState(0))
    np.testing.assert_allclose(result.sums / result.weights[:, None], result.centers)


@pytest.mark.parametrize("start", ["random", "k-means++"])
def test_centers_begin_on_rows(start):
    x = np.random.default_rng(0).normal(size=(30, 3))
    centers = begin_centers(make_rows(x), 4, start, np.random.RandomState(0))
    assert all((x == center).all(axis=1).any() for center in centers)


def test_spherical_centers_begin_at_unit_length_also_where_given():
    x = np.array([[3.0, 4.0], [0.0, 2.0]])
    rows = make_rows(x, spherical=True)
    given = begin_centers(rows, 2, lambda _: x, np.random.RandomState(0))
    np.testing.assert_allclose(given, [[0.6, 0.8], [0, 1]])
