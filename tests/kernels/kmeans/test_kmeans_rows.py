import numpy as np
import pytest

from clusterby.kernels.kmeans.kmeans_rows import (
    block_rows,
    make_rows,
    read_rows,
    take_rows,
    to_unit_length,
    total_variance,
)


def test_vectors_are_neither_copied_nor_writable():
    x = np.ones((3, 2), dtype=np.float32)
    rows = make_rows(x)
    assert np.shares_memory(rows.vectors, x)
    assert not rows.vectors.flags.writeable
    assert x.flags.writeable
    assert rows.weights.tolist() == [1, 1, 1]
    assert not rows.spherical


@pytest.mark.parametrize(
    ("dtype", "size"), [(np.float32, 1e-30), (np.float32, 1e30), (np.float64, 1e-200), (np.float64, 1e200)]
)
def test_lengths_neither_vanish_nor_overflow(dtype, size):
    x = (np.array([[3.0, -4.0]]) * size).astype(dtype)
    np.testing.assert_allclose(
        read_rows(make_rows(x, spherical=True), np.array([0])), [[0.6, -0.8]], rtol=1e-6
    )


def test_zero_rows_weigh_nothing_and_are_counted_apart():
    rows = make_rows(np.array([[0.0], [2.0], [0.0]]), np.array([3.0, 1.0, 2.0]), spherical=True)
    assert rows.weights.tolist() == [0, 1, 0]
    assert rows.lost == 5
    assert make_rows(np.zeros((2, 1))).lost == 0


def test_rows_taken_keep_their_weights_and_scale():
    rows = make_rows(np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 2.0, 3.0]), spherical=True)
    some = take_rows(rows, np.array([2, 0]))
    assert some.vectors.tolist() == [[4.0], [1.0]]
    assert some.weights.tolist() == [3.0, 1.0]
    assert some.scale.tolist() == [0.25, 1.0]


@pytest.mark.parametrize("offset", [0.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_variance_is_that_of_numpy_also_far_from_the_origin(offset, dtype):
    x = (np.random.default_rng(0).normal(size=(3000, 40)) + offset).astype(dtype)
    assert total_variance(make_rows(x)) == pytest.approx(x.astype(np.float64).var(axis=0).mean(), rel=1e-5)


def test_the_variance_of_directions_is_that_of_unit_rows():
    x = np.random.default_rng(0).normal(size=(300, 4))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    assert total_variance(make_rows(x, spherical=True)) == pytest.approx(unit.var(axis=0).mean())


def test_a_block_is_never_tiny_nor_endless():
    assert block_rows(np.empty((1, 10**6))) == 64
    assert block_rows(np.empty((1, 1))) == 4096


def test_a_zero_center_has_no_direction():
    assert to_unit_length(np.array([[0.0, 0.0], [0.0, -3.0]])).tolist() == [[0, 0], [0, -1]]
