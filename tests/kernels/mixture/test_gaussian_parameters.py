import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky, _estimate_gaussian_parameters

from clusterby.kernels.mixture.gaussian_parameters import (
    Moments,
    each_component,
    estimate,
    factor,
    factor_precisions,
)

KINDS = ("full", "tied", "diag", "spherical")


def sample(n: int, d: int, k: int, seed: int):
    rng = np.random.default_rng(seed)
    shares = rng.random((n, k)) ** 4
    return rng.standard_normal((n, d)), shares / shares.sum(axis=1, keepdims=True)


def moments(rows, shares, kind: str) -> Moments:
    squares = {
        "full": lambda: np.einsum("nk,ni,nj->kij", shares, rows, rows),
        "tied": lambda: rows.T @ rows,
    }.get(kind, lambda: shares.T @ rows**2)()
    return Moments(counts=shares.sum(axis=0), sums=shares.T @ rows, squares=squares)


@given(st.sampled_from(KINDS), st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_parameters_are_those_of_scikit_learn(kind, d, k, seed):
    rows, shares = sample(40, d, k, seed)
    counts, means, covariances = estimate(
        moments(rows, shares, kind), kind, reg_covar=1e-3, epsilon=np.finfo(float).eps
    )
    theirs = _estimate_gaussian_parameters(rows, shares, 1e-3, kind)
    for ours, their in zip((counts, means, covariances), theirs, strict=True):
        np.testing.assert_allclose(ours, their, rtol=1e-9, atol=1e-12)
    expected = _compute_precision_cholesky(theirs[2], kind)
    np.testing.assert_allclose(factor(covariances, kind), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_factors_of_precisions_are_upper_triangular_roots(kind):
    rows, shares = sample(40, 3, 2, 0)
    covariances = estimate(moments(rows, shares, kind), kind, reg_covar=0.0, epsilon=0.0)[2]
    precisions = np.linalg.inv(covariances) if kind in ("full", "tied") else 1 / covariances
    factors, again = factor_precisions(precisions, kind)
    np.testing.assert_allclose(again, covariances)
    if kind in ("full", "tied"):
        np.testing.assert_allclose(factors @ np.swapaxes(factors, -1, -2), precisions)
        assert (np.tril(factors, -1) == 0).all()
    else:
        np.testing.assert_allclose(factors**2, precisions)


@pytest.mark.parametrize(
    ("kind", "covariances"),
    [
        ("full", -np.eye(2)[None]),
        ("tied", np.zeros((2, 2))),
        ("tied", np.array([[1.0, 1.0], [1.0, 1.0 + 1e-15]])),
        ("diag", np.zeros((1, 2))),
        ("spherical", np.array([-1.0])),
    ],
)
def test_what_is_not_positive_definite_is_refused(kind, covariances):
    with pytest.raises(ValueError, match="ill-defined empirical covariance"):
        factor(covariances, kind)


def test_a_component_without_rows_has_its_mean_at_the_origin():
    empty = Moments(counts=np.zeros(1), sums=np.zeros((1, 2)), squares=np.zeros((1, 2)))
    counts, means, covariances = estimate(empty, "diag", reg_covar=0.5, epsilon=1e-16)
    assert counts[0] > 0
    assert means.tolist() == [[0.0, 0.0]]
    assert covariances.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("cost", [1, 10**9])
def test_each_component_is_called_once(cost):
    seen = []
    each_component(seen.append, 7, cost)
    assert sorted(seen) == list(range(7))
