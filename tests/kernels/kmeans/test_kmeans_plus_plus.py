import numpy as np
import pytest
from sklearn.cluster import kmeans_plusplus
from threadpoolctl import threadpool_limits

from clusterby.kernels.kmeans.kmeans_plus_plus import kmeans_plus_plus
from clusterby.kernels.kmeans.kmeans_rows import make_rows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_rows_drawn_are_those_that_scikit_learn_draws(dtype, weighted):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(700, 9)).astype(dtype)
    weights = rng.uniform(size=700).astype(dtype) if weighted else None
    _, theirs = kmeans_plusplus(x, 40, sample_weight=weights, random_state=5)
    ours = kmeans_plus_plus(make_rows(x, weights), 40, np.random.RandomState(5))
    np.testing.assert_array_equal(ours, theirs)


def test_every_distinct_row_is_drawn_before_one_is_drawn_again():
    x = np.repeat(np.arange(6, dtype=np.float32)[:, None] + 1e4, 5, axis=0)
    for seed in range(10):
        chosen = kmeans_plus_plus(make_rows(x), 6, np.random.RandomState(seed))
        assert len(set(x[chosen, 0])) == 6


def test_as_many_may_be_drawn_as_there_are_rows():
    chosen = kmeans_plus_plus(make_rows(np.zeros((4, 2))), 4, np.random.RandomState(0))
    assert len(chosen) == 4


def test_rows_of_no_weight_are_not_drawn():
    x = np.random.default_rng(0).normal(size=(100, 3))
    weights = np.arange(100) % 2
    chosen = kmeans_plus_plus(make_rows(x, weights), 30, np.random.RandomState(0))
    assert set(chosen % 2) == {1}


def test_directions_count_alone_when_spherical():
    x = np.array([[1.0, 0.0], [50.0, 0.0], [0.0, 0.1], [0.0, 0.0]])
    for seed in range(10):
        chosen = kmeans_plus_plus(make_rows(x, spherical=True), 2, np.random.RandomState(seed))
        assert 2 in chosen
        assert 3 not in chosen


def test_a_thread_more_changes_no_draw():
    x = np.random.default_rng(0).normal(size=(9000, 600)).astype(np.float32)
    drawn = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            drawn.append(kmeans_plus_plus(make_rows(x), 5, np.random.RandomState(1)))
    np.testing.assert_array_equal(*drawn)
