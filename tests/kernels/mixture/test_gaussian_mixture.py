import numpy as np
import pytest
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from clusterby.kernels.mixture.gaussian_mixture import climb, improve, score_rows
from clusterby.kernels.mixture.gaussian_moments import column_means, row_products
from clusterby.kernels.mixture.gaussian_start import chosen, start

KINDS = ("full", "tied", "diag", "spherical")


def begin(kind: str, n: int = 500, d: int = 12, k: int = 4, dtype: type = np.float64):
    rng = np.random.default_rng(0)
    labels = rng.integers(k, size=n)
    rows = (2 * rng.standard_normal((k, d))[labels] + rng.standard_normal((n, d)) + 9).astype(dtype)
    origin = column_means(rows)
    products = row_products(rows, origin) if kind == "tied" else None
    first = start(
        rows, origin, kind, k, memberships=chosen(np.arange(n), labels, k), reg_covar=1e-6, products=products
    )
    return rows, first, products


@pytest.mark.parametrize("kind", KINDS)
def test_one_step_is_one_step_of_scikit_learn(kind):
    rows, first, products = begin(kind)
    bound, after = improve(rows, first, reg_covar=1e-6, products=products)
    theirs = GaussianMixture(4, covariance_type=kind)
    theirs.weights_, theirs.means_ = first.weights, first.means + first.origin
    theirs.precisions_cholesky_ = first.factors
    log_density, log_shares = theirs._e_step(rows)
    theirs._m_step(rows, log_shares)
    assert bound == pytest.approx(log_density, rel=1e-9)
    np.testing.assert_allclose(after.means + after.origin, theirs.means_, rtol=1e-7)
    np.testing.assert_allclose(after.covariances, theirs.covariances_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(after.weights, theirs.weights_, rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_climb_never_falls_and_ends(kind):
    rows, first, products = begin(kind)
    found = climb(rows, first, reg_covar=1e-6, tol=1e-6, max_iter=200, products=products)
    assert found.settled
    assert (np.diff(found.bounds) > -1e-9).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_labels_of_a_climb_are_those_of_its_mixture(kind, dtype):
    rows, first, products = begin(kind, d=80, dtype=dtype)
    for max_iter in (0, 1, 5):
        found = climb(rows, first, reg_covar=1e-6, tol=0, max_iter=max_iter, products=products)
        assert (found.labels(rows) == score_rows(rows, found.gaussians).labels).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_do_not_change_a_bit(kind, dtype):
    rows, first, products = begin(kind, n=4000, dtype=dtype)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(improve(rows, first, reg_covar=1e-6, products=products))
    assert found[0][0] == found[1][0]
    assert (found[0][1].covariances == found[1][1].covariances).all()


@pytest.mark.parametrize("kind", KINDS)
def test_scores_agree_with_the_bound_and_sum_to_one(kind):
    rows, first, products = begin(kind)
    scores = score_rows(rows, first, probabilities=True)
    assert scores.log_densities.mean() == pytest.approx(
        improve(rows, first, reg_covar=0, products=products)[0]
    )
    np.testing.assert_allclose(scores.responsibilities.sum(axis=1), 1.0)
    assert (scores.labels == scores.responsibilities.argmax(axis=1)).all()
    assert score_rows(rows, first).responsibilities is None


def test_every_iteration_is_told_and_counted():
    rows, first, _ = begin("diag")
    told, done = [], []
    bounds = climb(
        rows,
        first,
        reg_covar=0,
        tol=1e-3,
        max_iter=50,
        tell=lambda i, by: told.append(i),
        advance=done.append,
    ).bounds
    assert told == list(range(1, len(bounds) + 1))
    assert sum(done) == 50


def test_what_advance_raises_ends_the_climb():
    rows, first, _ = begin("full")

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        climb(rows, first, reg_covar=0, tol=1e-3, max_iter=50, advance=stop)
