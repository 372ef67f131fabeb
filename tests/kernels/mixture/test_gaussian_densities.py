import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax
from scipy.stats import multivariate_normal

from clusterby.kernels.mixture.gaussian_densities import FullDensities, LinearDensities, normalize_rows
from clusterby.kernels.mixture.gaussian_parameters import Gaussians, factor

KINDS = ("full", "tied", "diag", "spherical")


def mixture_of(kind: str, d: int, k: int, seed: int, dtype: type = np.float64) -> Gaussians:
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((k, d, d)) + 2 * np.eye(d)
    whole = root @ np.swapaxes(root, 1, 2)
    covariances = {
        "full": whole, "tied": whole[0], "diag": whole[:, range(d), range(d)], "spherical": whole[:, 0, 0],
    }[kind]  # fmt: skip
    return Gaussians(
        kind=kind,
        origin=rng.standard_normal(d).astype(dtype),
        weights=rng.dirichlet(np.ones(k)),
        means=rng.standard_normal((k, d)),
        factors=factor(covariances, kind),
        covariances=covariances,
    )


def exact_scores(rows, gaussians: Gaussians):
    d = rows.shape[1]
    columns = []
    for c, mean in enumerate(gaussians.means):
        one = gaussians.covariances if gaussians.kind == "tied" else gaussians.covariances[c]
        covariance = one if np.ndim(one) == 2 else np.eye(d) * one
        log_density = multivariate_normal(mean + gaussians.origin, covariance).logpdf(rows)
        columns.append(np.atleast_1d(log_density) + np.log(gaussians.weights[c]))
    return np.stack(columns, axis=1)


@given(st.sampled_from(KINDS), st.integers(1, 6), st.integers(1, 4), st.integers(0, 99), st.booleans())
@settings(deadline=None, max_examples=60)
def test_scores_are_log_densities(kind, d, k, seed, single):
    dtype = np.float32 if single else np.float64
    gaussians = mixture_of(kind, d, k, seed, dtype)
    rows = np.random.default_rng(seed + 1).standard_normal((9, d)).astype(dtype)
    if kind == "full":
        full = FullDensities(gaussians, np.dtype(dtype))
        scores = np.empty((9, k), dtype)
        full.scores(rows, scores)
        constants = full.constants
    else:
        linear = LinearDensities(gaussians, np.dtype(dtype))
        scores, shifted, first = linear.scores(rows, linear.buffers())
        constants = linear.constants
        np.testing.assert_allclose(shifted[:, first : first + d], rows - gaussians.origin, rtol=1e-6)
    expected = exact_scores(rows.astype(np.float64), gaussians)
    largest = 1 + np.abs(expected).max()
    np.testing.assert_allclose(scores + constants, expected, atol=(1e-4 if single else 1e-10) * largest)


def test_products_that_would_cancel_are_float64():
    near = mixture_of("spherical", 3, 2, 0, np.float32)
    far = Gaussians(
        kind="spherical",
        origin=near.origin,
        weights=near.weights,
        means=near.means + 1e4,
        factors=near.factors,
    )
    assert LinearDensities(near, np.dtype(np.float32)).dtype == np.float32
    assert LinearDensities(far, np.dtype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_normalized_as_by_softmax(dtype):
    rng = np.random.default_rng(0)
    scores, constants = (10 * rng.standard_normal((20, 5))).astype(dtype), rng.standard_normal(5)
    whole = scores + constants
    logs, labels = np.empty(20), np.empty(20, dtype=np.int64)
    kept = normalize_rows(scores, constants, -5.0, logs, labels)
    assert kept == np.count_nonzero(scores) == (whole - whole.max(axis=1, keepdims=True) > -5).sum()
    np.testing.assert_allclose(logs, logsumexp(whole, axis=1), atol=5 * np.exp(-5))
    np.testing.assert_allclose(scores, softmax(whole, axis=1), atol=5 * np.exp(-5))
    assert (labels == whole.argmax(axis=1)).all()


def test_a_component_of_no_weight_is_never_likely():
    scores, logs, labels = np.zeros((1, 2)), np.empty(1), np.empty(1, dtype=np.int64)
    normalize_rows(scores, np.array([-np.inf, 0.0]), -800.0, logs, labels)
    assert scores.tolist() == [[0.0, 1.0]]
    assert labels[0] == 1
