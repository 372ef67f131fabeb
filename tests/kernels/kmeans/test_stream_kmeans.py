import numpy as np
import pytest

from clusterby.kernels.kmeans.kmeans_rows import make_rows
from clusterby.kernels.kmeans.lloyd import lloyd
from clusterby.kernels.kmeans.stream_kmeans import sample_of_chunks, stream_kmeans, update_centers


def parts(x, count=5):
    return lambda: iter(np.array_split(x, count))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("max_iter", [1, 3, 300])
def test_chunks_end_where_all_rows_together_end(dtype, max_iter):
    x = np.random.default_rng(0).normal(size=(900, 6)).astype(dtype)
    together = lloyd(make_rows(x), x[:20].copy(), max_iter=max_iter, tol=0)
    result = stream_kmeans(parts(x), x[:20], max_iter=max_iter)
    np.testing.assert_array_equal(result.labels, together.labels)
    np.testing.assert_allclose(result.centers, together.centers, rtol=1e-6)
    assert result.n_iter == together.n_iter


def test_an_empty_cluster_gets_the_farthest_row_of_all_chunks():
    x = np.array([[0.0], [1.0], [50.0], [2.0]])
    assert stream_kmeans(parts(x, 2), np.array([[1.0], [900.0]])).centers.ravel().tolist() == [1.0, 50.0]


def test_every_chunk_is_read_once_an_iteration():
    x = np.random.default_rng(0).normal(size=(100, 2))
    readings = []

    def chunks():
        readings.append(0)
        for part in np.array_split(x, 4):
            readings[-1] += 1
            yield part

    result = stream_kmeans(chunks, x[:3], max_iter=2)
    assert result.n_iter == 2
    assert readings == [4, 4, 4]  # the last for the labels


def test_another_number_of_rows_is_refused():
    sizes = iter([9, 8])
    with pytest.raises(ValueError, match="9 rows at first and 8 now"):
        stream_kmeans(lambda: [np.random.default_rng(0).normal(size=(next(sizes), 2))], np.eye(2))


def test_zero_rows_of_a_spherical_stream_cost_one_each():
    x = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 5.0], [0.0, 0.0]])
    result = stream_kmeans(parts(x, 2), np.array([[3.0, 0.1], [0.0, 1.0]]), spherical=True)
    assert result.inertia == pytest.approx(2)
    assert result.labels.tolist() == [0, 0, 1, 0]


def test_a_sample_holds_every_row_as_often_as_any_other():
    x = np.arange(60.0)[:, None]
    seen = np.zeros(60)
    for seed in range(300):
        sample, n, variance = sample_of_chunks(parts(x), 20, np.random.RandomState(seed))
        assert len(set(sample.ravel())) == 20
        seen[sample.ravel().astype(int)] += 1
    assert n == 60
    assert variance == pytest.approx(x.var())
    assert seen.min() > 65
    assert seen.max() < 135


def test_no_chunks_are_refused():
    with pytest.raises(ValueError, match="gave no rows"):
        sample_of_chunks(list, 3, np.random.RandomState(0))


def test_centers_are_means_of_all_rows_they_ever_got():
    sums, counts = np.zeros((2, 1)), np.zeros(2)
    centers = np.array([[0.0], [10.0]])
    centers, labels = update_centers(make_rows(np.array([[2.0], [12.0]])), centers, sums, counts)
    assert (centers.ravel().tolist(), labels.tolist()) == ([2.0, 12.0], [0, 1])
    centers, labels = update_centers(make_rows(np.array([[4.0]]), np.array([3.0])), centers, sums, counts)
    assert (centers.ravel().tolist(), labels.tolist()) == ([3.5, 12.0], [0])
    assert counts.tolist() == [4.0, 1.0]
