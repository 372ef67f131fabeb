import numpy as np
import pytest

from clusterby.kernels.neighbors.half_squares import direct_half_square, half_squares


def exact(vectors, metric):
    rows = vectors.astype(np.float64)
    if metric == "cosine":
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return ((rows[:, None] - rows[None]) ** 2).sum(axis=2) / 2


def bounds(ready):
    sums = (ready.halves[:, None] + ready.halves).astype(np.float64)
    return (sums - ready.rows @ ready.rows.T) * ready.unit, ready.slack * sums * ready.unit


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1000])
@pytest.mark.parametrize("factor", [1e-20, 1, 1e15])
def test_products_tell_half_squares_within_the_error_stated(metric, dtype, offset, factor):
    vectors = ((np.random.default_rng(0).normal(size=(80, 300)) + offset) * factor).astype(dtype)
    ready = half_squares(vectors, metric)
    found, error = bounds(ready)
    truth = exact(vectors, metric)
    assert (abs(found - truth) <= error).all()
    assert error.max() < 1e-3 * truth.max()  # also where the rows lie far from the origin


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("width", [1, 10, 40])
def test_a_few_coordinates_bound_half_squares_from_below(metric, width):
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(80, 40)).astype(np.float32) * np.linspace(2, 0.1, 40, dtype=np.float32)
    basis = np.linalg.qr(rng.normal(size=(40, width)))[0]
    found, error = bounds(half_squares(vectors, metric).along(basis))
    assert (found - error <= exact(vectors, metric)).all()
    if width == 40:
        assert (found + error >= exact(vectors, metric)).all()


def test_zero_rows_are_at_cosine_distance_one_from_all():
    vectors = np.vstack([np.zeros((2, 3)), np.eye(3)])
    found, _ = bounds(half_squares(vectors, "cosine"))
    assert (found[:2] == 1).all()


def test_rows_that_serve_as_they_are_are_not_copied():
    vectors = np.random.default_rng(2).normal(size=(10, 3)).astype(np.float32)
    assert half_squares(vectors, "euclidean").rows is vectors


def test_queries_are_shifted_and_turned_like_the_rows():
    vectors = np.random.default_rng(3).normal(size=(30, 6)) + 100
    ready = half_squares(vectors, "euclidean").along(np.eye(6)[:, :2])
    asked = half_squares(vectors[4:7] * 1.0, "euclidean", like=ready)
    np.testing.assert_array_equal(asked.rows, ready.rows[4:7])
    np.testing.assert_array_equal(asked.halves, ready.halves[4:7])
    taken = ready.take(np.array([4, 5, 6]))
    np.testing.assert_array_equal(asked.rows, taken.rows)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_direct_half_squares_of_equal_directions_are_zero_and_the_order_does_not_matter(dtype):
    one, other = np.random.default_rng(4).normal(size=(2, 101)).astype(dtype)
    factors = 1 / np.linalg.norm(one.astype(float)), 1 / np.linalg.norm(other.astype(float))
    work = np.empty(101), np.empty(101)
    assert direct_half_square(one, one, factors[0], factors[0], *work) == 0
    there = direct_half_square(one, other, *factors, *work)
    assert there == direct_half_square(other, one, *factors[::-1], *work)
    assert there == pytest.approx(1 - one.astype(float) @ other * factors[0] * factors[1])
    assert direct_half_square(one, other, 0.0, factors[1], *work) == 1
