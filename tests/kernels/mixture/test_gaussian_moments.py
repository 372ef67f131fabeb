import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.mixture.gaussian_moments import (
    add_weighted,
    column_means,
    empty_moments,
    moments_of,
    row_products,
)


@given(
    st.integers(1, 60),
    st.sampled_from([1, 7, 8, 30]),
    st.integers(1, 5),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 99),
)
@settings(deadline=None, max_examples=60)
def test_sums_are_exact_however_many_entries_are_zero(n, d, k, density, dtype, seed):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, d)).astype(dtype)
    weights = (rng.random((n, k)) * (rng.random((n, k)) < density)).astype(dtype)
    exact, shares = rows.astype(np.float64), weights.astype(np.float64)
    moments = moments_of(rows, np.zeros(d, dtype), weights.__getitem__, "diag", k)
    np.testing.assert_allclose(moments.counts, shares.sum(axis=0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(moments.sums, shares.T @ exact, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(moments.squares, shares.T @ exact**2, rtol=1e-10, atol=1e-10)
    full = moments_of(rows, np.zeros(d, dtype), weights.__getitem__, "full", k)
    np.testing.assert_allclose(full.squares, np.einsum("nk,ni,nj->kij", shares, exact, exact), atol=1e-9)
    np.testing.assert_allclose(full.sums, moments.sums, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kept", [0, 10**6])
def test_both_ways_of_adding_agree(kept):
    rng = np.random.default_rng(0)
    rows, weights = rng.standard_normal((50, 20)), rng.random((50, 3))
    moments = empty_moments("diag", 3, 16)
    add_weighted(moments, rows, 4, weights, kept, squares=True)
    np.testing.assert_allclose(moments.squares, weights.T @ rows[:, 4:] ** 2)
    np.testing.assert_allclose(moments.sums, weights.T @ rows[:, 4:])


def test_slices_are_asked_for_in_order():
    asked = []

    def of(at: slice):
        asked.append(at.start)
        return np.ones((at.stop - at.start, 4000))

    moments = moments_of(np.ones((2500, 1), np.float32), np.zeros(1, np.float32), of, "spherical", 4000)
    assert asked == sorted(asked) != [0]
    assert (moments.counts == 2500).all()


def test_means_and_products_are_summed_in_float64():
    rows = np.full((100_000, 1), 0.1, dtype=np.float32)
    assert column_means(rows)[0] == np.float32(0.1)
    rows = np.random.default_rng(0).standard_normal((3000, 4)).astype(np.float32) + 100
    origin = column_means(rows)
    exact = rows.astype(np.float64) - origin
    np.testing.assert_allclose(row_products(rows, origin), exact.T @ exact, rtol=1e-6)


def test_what_advance_raises_ends_the_work():
    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        column_means(np.ones((10, 2)), advance=stop)
