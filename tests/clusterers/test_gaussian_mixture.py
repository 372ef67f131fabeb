import pickle
import warnings
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn import mixture
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from clusterby.clusterers.gaussian_mixture import GaussianMixture
from clusterby.core.progress import report_progress

KINDS = ("full", "tied", "diag", "spherical")


@parametrize_with_checks([GaussianMixture(), GaussianMixture(pca_components=1)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def overlapping(n: int, d: int, k: int, *, seed: int = 0, dtype: type = np.float64, offset: float = 0.0):
    rng = np.random.default_rng(seed)
    centers = 3 * rng.standard_normal((k, d))
    return (centers[rng.integers(k, size=n)] + rng.standard_normal((n, d)) + offset).astype(dtype)


def quiet_fit(estimator, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("init", ["random", "random_from_data", "k-means++"])
@pytest.mark.parametrize("d", [1, 6, 40])
def test_from_the_same_start_it_ends_where_scikit_learn_does(kind, init, d):
    rows = overlapping(400, d, 3)
    settings = {
        "n_components": 3, "covariance_type": kind, "init_params": init, "random_state": 0, "max_iter": 8,
        "tol": 0,
    }  # fmt: skip
    ours = quiet_fit(GaussianMixture(**settings), rows)
    theirs = quiet_fit(mixture.GaussianMixture(**settings), rows)
    for name in (
        "weights_",
        "means_",
        "covariances_",
        "precisions_",
        "precisions_cholesky_",
        "lower_bounds_",
    ):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.score_samples(rows), theirs.score_samples(rows), rtol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(rows), theirs.predict_proba(rows), atol=1e-6)
    assert (ours.predict(rows) == theirs.predict(rows)).all()
    assert ours.bic(rows) == pytest.approx(theirs.bic(rows), rel=1e-6)
    assert ours.aic(rows) == pytest.approx(theirs.aic(rows), rel=1e-6)


@pytest.mark.parametrize("kind", ["diag", "spherical"])
def test_where_most_rows_are_settled_it_still_ends_where_scikit_learn_does(kind):
    rows = overlapping(3000, 50, 20)
    settings = {
        "n_components": 20, "covariance_type": kind, "init_params": "random_from_data", "random_state": 3,
        "n_init": 2, "warm_start": True,
    }  # fmt: skip
    ours, theirs = GaussianMixture(**settings), mixture.GaussianMixture(**settings)
    for _ in range(2):
        labels, expected = ours.fit_predict(rows), theirs.fit_predict(rows)
        assert (labels == expected).all()
        assert (labels == ours.predict(rows)).all()
        assert ours.n_iter_ == theirs.n_iter_
        np.testing.assert_allclose(ours.lower_bounds_, theirs.lower_bounds_, rtol=1e-9)
        np.testing.assert_allclose(ours.means_, theirs.means_, atol=1e-7)
        np.testing.assert_allclose(ours.covariances_, theirs.covariances_, rtol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_given_weights_means_and_precisions_are_the_start(kind):
    rows = overlapping(300, 4, 3)
    first = mixture.GaussianMixture(3, covariance_type=kind, random_state=1).fit(rows)
    settings = {
        "n_components": 3, "covariance_type": kind, "max_iter": 3, "tol": 0, "weights_init": [0.2, 0.3, 0.5],
        "means_init": first.means_ + 0.3, "precisions_init": first.precisions_,
    }  # fmt: skip
    ours = quiet_fit(GaussianMixture(**settings), rows)
    theirs = quiet_fit(mixture.GaussianMixture(**settings), rows)
    np.testing.assert_allclose(ours.means_, theirs.means_, rtol=1e-6)
    np.testing.assert_allclose(ours.covariances_, theirs.covariances_, rtol=1e-6, atol=1e-9)


@given(st.sampled_from(KINDS), st.integers(1, 4), st.integers(1, 5), st.integers(0, 99), st.booleans())
@settings(deadline=None, max_examples=25)
def test_the_likelihood_never_falls(kind, k, d, seed, duplicates):
    rows = overlapping(60, d, 3, seed=seed)
    if duplicates:
        rows[30:] = rows[:30]
    estimator = GaussianMixture(k, covariance_type=kind, random_state=seed, tol=1e-9, reg_covar=0)
    with suppress(ValueError):  # a component may collapse on equal rows, or nearly, to what rounding leaves
        quiet_fit(estimator, rows)
    collapsed = not hasattr(estimator, "precisions_") or np.abs(estimator.precisions_).max() > 1e8
    assert collapsed or (np.diff(estimator.lower_bounds_) > -1e-8).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_do_not_change_a_bit(kind, dtype):
    rows = overlapping(3000, 16, 5, dtype=dtype)
    estimator = GaussianMixture(5, covariance_type=kind, random_state=0, max_iter=4, init_params="random")
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(quiet_fit(clone(estimator), rows))
    assert (found[0].means_ == found[1].means_).all()
    assert (found[0].covariances_ == found[1].covariances_).all()
    assert found[0].lower_bounds_ == found[1].lower_bounds_


@pytest.mark.parametrize("kind", KINDS)
def test_far_from_the_origin_float32_finds_the_same_spread(kind):
    near = overlapping(2000, 8, 3, dtype=np.float32)
    far = near + np.float32(4096)
    near = far - np.float32(4096)
    settings = {"covariance_type": kind, "random_state": 0, "init_params": "random_from_data"}
    at_origin = quiet_fit(GaussianMixture(3, **settings, max_iter=20), near)
    offset = quiet_fit(GaussianMixture(3, **settings, max_iter=20), far)
    if kind == "tied":  # its start depends on the origin, as in scikit-learn
        assert offset.lower_bound_ == pytest.approx(at_origin.lower_bound_, rel=0.02)
        return
    np.testing.assert_allclose(offset.covariances_, at_origin.covariances_, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_agrees_with_float64(kind):
    rows = overlapping(1500, 32, 4, dtype=np.float32)
    settings = {"covariance_type": kind, "random_state": 0, "max_iter": 10, "tol": 0}
    single = quiet_fit(GaussianMixture(4, **settings), rows)
    means = single.means_.astype(np.float64)
    double = quiet_fit(GaussianMixture(4, **settings), rows.astype(np.float64))
    assert single.means_.dtype == single.score_samples(rows).dtype == np.float32
    assert single.lower_bound_ == pytest.approx(double.lower_bound_, rel=1e-5)
    order = np.argsort(means[:, 0]), np.argsort(double.means_[:, 0])
    np.testing.assert_allclose(means[order[0]], double.means_[order[1]], atol=1e-3)


def test_tight_groups_far_apart_keep_their_spread_in_float32():
    rng = np.random.default_rng(0)
    rows = np.repeat([[-50.0, 0, 0], [50.0, 0, 0]], 500, axis=0) + 1e-2 * rng.standard_normal((1000, 3))
    found = GaussianMixture(2, covariance_type="diag", random_state=0, reg_covar=0).fit(
        rows.astype(np.float32)
    )
    np.testing.assert_allclose(found.covariances_, 1e-4, rtol=0.2)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_rows_are_one_point_with_the_spread_of_reg_covar(kind):
    found = GaussianMixture(1, covariance_type=kind, reg_covar=1e-2).fit(np.full((20, 3), 7.0))
    np.testing.assert_allclose(found.means_, 7.0)
    spread = {"full": 1e-2 * np.eye(3)[None], "tied": 1e-2 * np.eye(3)}.get(kind, 1e-2)
    np.testing.assert_allclose(
        found.covariances_, np.broadcast_to(spread, found.covariances_.shape), atol=1e-12
    )


def test_as_many_components_as_rows_hold_a_row_each():
    rows = np.arange(5.0)[:, None] * 100
    found = GaussianMixture(5, random_state=0).fit(rows)
    np.testing.assert_allclose(np.sort(found.means_[:, 0]), rows[:, 0], atol=1e-8)


def test_more_components_than_rows_are_refused():
    with pytest.raises(ValueError, match="n_components = 4, n_samples = 3"):
        GaussianMixture(4).fit(np.eye(3))


def test_two_thousand_dimensions_and_constant_columns_are_no_trouble():
    rows = overlapping(120, 2000, 2, dtype=np.float32)
    rows[:, ::2] = 5.0
    for kind in ("diag", "spherical"):
        found = GaussianMixture(2, covariance_type=kind, random_state=0).fit(rows)
        assert np.isfinite(found.score(rows))


def test_all_given_starts_are_iterated_once_a_step():
    rows = overlapping(100, 2, 2)
    given_ = {"weights_init": [0.5, 0.5], "means_init": rows[:2], "precisions_init": np.ones(2)}
    found = GaussianMixture(2, covariance_type="spherical", max_iter=0, **given_).fit(rows)
    np.testing.assert_allclose(found.means_, rows[:2])
    np.testing.assert_allclose(found.covariances_, 1.0)
    assert found.n_iter_ == 0


def test_more_starts_never_end_worse():
    rows = overlapping(300, 3, 5)
    one = GaussianMixture(5, init_params="random_from_data", random_state=3).fit(rows)
    ten = GaussianMixture(5, init_params="random_from_data", random_state=3, n_init=5).fit(rows)
    assert ten.lower_bound_ >= one.lower_bound_


def test_it_says_when_it_did_not_converge():
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        GaussianMixture(3, max_iter=1, random_state=0).fit(overlapping(100, 2, 3))


def test_stopping_it_leaves_it_unfitted():
    class Stop(Exception):
        pass

    @contextmanager
    def impatient(description, total):
        def advance(count):
            raise Stop

        yield advance

    estimator = GaussianMixture(2)
    with report_progress(impatient), pytest.raises(Stop):
        estimator.fit(overlapping(100, 2, 2))
    with pytest.raises(NotFittedError):
        estimator.predict(np.eye(2))


def test_progress_adds_up():
    seen = []

    @contextmanager
    def collect(description, total):
        yield lambda count: seen.append((description, count, total))

    with report_progress(collect):
        GaussianMixture(2, random_state=0, n_init=3).fit(overlapping(100, 2, 2))
    own = [entry for entry in seen if "gmm" in entry[0]]
    assert sum(count for _, count, _ in own) == own[0][2] == 301


def test_the_rows_given_do_not_change():
    rows = overlapping(100, 3, 2, dtype=np.float32)
    before = rows.copy()
    GaussianMixture(2, random_state=0, pca_components=2).fit(rows).predict(rows)
    assert (rows == before).all()


def test_it_survives_pickling_and_works_in_pipelines_and_searches():
    rows = overlapping(200, 3, 2)
    pipe = make_pipeline(StandardScaler(), GaussianMixture(2, random_state=0)).fit(rows)
    again = pickle.loads(pickle.dumps(pipe))
    assert (again.predict(rows) == pipe.predict(rows)).all()
    apart, _ = make_blobs(200, 2, centers=[[0, 0], [40, 40]], random_state=0)
    search = GridSearchCV(GaussianMixture(random_state=0), {"n_components": [1, 2]}, cv=2).fit(apart)
    assert search.best_params_ == {"n_components": 2}


class TestPrincipalComponents:
    def test_all_of_them_give_the_same_density(self):
        rows = overlapping(500, 4, 2)
        whole = GaussianMixture(2, random_state=0).fit(rows)
        turned = GaussianMixture(2, random_state=0, pca_components=4).fit(rows)
        np.testing.assert_allclose(turned.score_samples(rows), whole.score_samples(rows), rtol=1e-4)
        assert turned.pca_noise_variance_ == 0.0

    def test_the_density_is_that_of_a_whole_covariance(self):
        rows = overlapping(400, 5, 2)
        found = GaussianMixture(1, pca_components=2, reg_covar=1e-9).fit(rows)
        axes = found.pca_components_
        covariance = axes.T @ found.covariances_[0] @ axes
        covariance += found.pca_noise_variance_ * (np.eye(5) - axes.T @ axes)
        mean = found.pca_mean_ + found.means_[0] @ axes
        exact = multivariate_normal(mean, covariance).logpdf(rows)
        np.testing.assert_allclose(found.score_samples(rows), exact, rtol=1e-8)
        assert found.lower_bound_ == pytest.approx(exact.mean(), rel=1e-8)

    def test_a_share_takes_the_fewest_axes_that_hold_it(self):
        rows = np.random.default_rng(0).standard_normal((500, 4)) * [10, 5, 1, 0.1]
        found = GaussianMixture(1, pca_components=0.98).fit(rows)
        assert found.pca_components_.shape == (2, 4)
        assert found.pca_explained_variance_ratio_.sum() >= 0.98

    def test_samples_have_the_covariance_of_the_rows(self):
        rows = np.random.default_rng(0).standard_normal((4000, 4)) * [5, 3, 1, 1] + 20
        found = GaussianMixture(1, pca_components=2, random_state=0).fit(rows)
        drawn, labels = found.sample(4000)
        assert drawn.shape == (4000, 4)
        assert labels.shape == (4000,)
        np.testing.assert_allclose(np.cov(drawn.T), np.cov(rows.T), atol=1.5)
        np.testing.assert_allclose(drawn.mean(axis=0), rows.mean(axis=0), atol=0.5)

    def test_bic_finds_the_number_of_true_dimensions(self):
        rng = np.random.default_rng(0)
        latent, _ = make_blobs(1000, 3, centers=4, random_state=0)
        rows = latent @ rng.standard_normal((3, 12)) + 0.1 * rng.standard_normal((1000, 12))
        bic = {
            q: GaussianMixture(4, pca_components=q, random_state=0).fit(rows).bic(rows) for q in (1, 2, 3, 4)
        }
        assert min(bic, key=bic.get) == 3

    def test_parameters_are_counted(self):
        rows = overlapping(100, 5, 2)
        found = GaussianMixture(2, pca_components=2, random_state=0).fit(rows)
        inside = 2 * 3 + 2 * 2 + 1
        assert found._n_parameters() == inside + 3 + (10 - 3) + 1

    def test_warm_starts_keep_the_axes(self):
        rows = overlapping(300, 4, 2)
        found = quiet_fit(
            GaussianMixture(2, pca_components=2, warm_start=True, max_iter=1, random_state=0), rows
        )
        axes, bound = found.pca_components_, found.lower_bound_
        quiet_fit(found, rows)
        assert (found.pca_components_ == axes).all()
        assert found.lower_bound_ >= bound

    def test_more_axes_than_dimensions_are_refused(self):
        with pytest.raises(ValueError, match="pca_components=4 of 3 dimensions"):
            GaussianMixture(1, pca_components=4).fit(np.eye(3))
