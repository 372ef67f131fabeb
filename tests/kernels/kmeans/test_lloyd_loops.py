import numpy as np
import pytest

from clusterby.kernels.kmeans.lloyd_loops import may_move, settle_rows, squared_distances, steps_since


def settle(x, centers, order=None, dtype=np.float32):
    """One group of centers, rows not looked at before."""
    x, centers = np.asarray(x, dtype=dtype), np.asarray(centers, dtype=dtype)
    n, k = len(x), len(centers)
    labels, upper, lower, least = (
        np.full(n, -1, np.int32),
        np.zeros(n, dtype),
        np.zeros((n, 1), dtype),
        np.zeros(n, dtype),
    )
    at, also_at = np.zeros(n, np.int16), np.zeros(n, np.int16)
    count = settle_rows(
        x, x, centers @ x.T, centers, (centers**2).sum(axis=1), np.arange(k) if order is None else np.array(order),
        np.array([0, k]), np.arange(n), False, labels, upper, lower, least, at, also_at, 3,
        np.empty(n, np.int64), np.empty(n, np.int32),
    )  # fmt: skip
    assert count == n
    assert set(at) == set(also_at) == {3}
    np.testing.assert_array_equal(lower[:, 0], least)
    return labels, upper, lower[:, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bounds_hold_and_are_tight(dtype):
    rng = np.random.default_rng(0)
    x, centers = rng.normal(size=(200, 30)).astype(dtype), rng.normal(size=(9, 30)).astype(dtype)
    labels, upper, lower = settle(x, centers, dtype=dtype)
    exact = np.sqrt(((x[:, None].astype(np.float64) - centers[None].astype(np.float64)) ** 2).sum(axis=2))
    ordered = np.sort(exact, axis=1)
    slack = 200 * np.finfo(dtype).eps * 30
    assert (labels == exact.argmin(axis=1)).all()
    assert (upper >= ordered[:, 0]).all()
    assert (lower <= ordered[:, 1]).all()
    np.testing.assert_allclose(upper, ordered[:, 0], atol=slack)
    np.testing.assert_allclose(lower, ordered[:, 1], atol=slack)


def test_of_equal_centers_the_first_in_order_wins():
    assert settle([[0.0], [1.0]], [[1.0], [1.0], [1.0]], order=[2, 0, 1])[0].tolist() == [1, 1]


def test_one_center_has_no_rival():
    assert settle([[5.0]], [[1.0]])[2].tolist() == [np.inf]


def test_a_difference_below_the_rounding_of_products_is_seen():
    x = np.full((1, 4), 1000.0)
    near = np.float32(1000) + np.spacing(np.float32(1000))
    assert settle(x, [[near + 1e-3] * 4, [near] * 4])[0].tolist() == [1]


def test_the_own_center_of_a_row_does_not_count_as_its_rival():
    farthest = np.array([[5.0], [1.0], [7.0]])  # center 7 moved by 5, the next farthest by 1
    lower = np.array([4.0])
    assert not may_move(2.0, 7, lower, farthest)
    assert may_move(2.0, 6, lower, farthest)
    assert may_move(3.0, 7, lower, farthest)


def test_steps_are_distances_to_where_centers_were():
    history = np.array([[[0.0], [0.0], [0.0]], [[1.0], [-3.0], [2.0]], [[1.0], [0.0], [0.0]]])
    steps, farthest = np.zeros((3, 3)), np.zeros((3, 3, 2))
    steps_since(history, 2, np.array([0, 2, 3]), steps, farthest)
    np.testing.assert_allclose(steps[:2], [[1, 3, 2], [0, 0, 0]])
    np.testing.assert_allclose(farthest[0], [[3, 2], [1, 0], [1, 2]])


def test_distances_outside_the_part_asked_for_are_left_alone():
    found = np.full(3, -1.0)
    x = np.arange(3.0)[:, None]
    squared_distances(x, np.empty(0), np.zeros(3, np.int32), np.array([[0.0]]), 1, 2, found)
    assert found.tolist() == [-1, 1, -1]
