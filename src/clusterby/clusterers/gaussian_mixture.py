"""Gaussian mixtures that read each row once an iteration; scikit-learn's class otherwise."""

from __future__ import annotations

import inspect
import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Self, cast

import numpy as np
from sklearn import get_config
from sklearn.cluster import kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture as _GaussianMixture
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from clusterby.clusterers.kmeans import KMeans
from clusterby.clusterers.whole_fit import whole_fit
from clusterby.core.column import IntArray
from clusterby.core.progress import Advance, track
from clusterby.kernels.arrays import Floats
from clusterby.kernels.mixture.gaussian_mixture import Climb, Scores, climb, score_rows
from clusterby.kernels.mixture.gaussian_moments import Memberships, column_means, row_products
from clusterby.kernels.mixture.gaussian_parameters import Gaussians
from clusterby.kernels.mixture.gaussian_start import chosen, drawn, start
from clusterby.kernels.mixture.principal_axes import Reduction
from clusterby.kernels.parallel import one_thread_blas

__all__ = ["GaussianMixture"]

_NOT_CONVERGED = (
    "Best performing initialization did not converge. Try different init parameters, or increase max_iter, "
    "tol, or check for degenerate data."
)


class GaussianMixture(_GaussianMixture):  # type: ignore[misc, unused-ignore]
    """scikit-learn's Gaussian mixture, fitted in one pass over the rows an iteration.

    Parameters, attributes and, to rounding, results are those of :class:`sklearn.mixture.GaussianMixture`.
    Rows are counted from their mean throughout, so that variances do not cancel far from the origin; a
    component that loses all its rows has its mean there, not at the origin. Array API inputs (with
    scikit-learn's ``array_api_dispatch``) are left to scikit-learn.

    Parameters
    ----------
    n_components : int, default=1
        The number of Gaussians. All parameters but the last are scikit-learn's.
    covariance_type : {"full", "tied", "diag", "spherical"}, default="full"
        Which shapes the Gaussians may take.
    tol, reg_covar, max_iter, n_init, init_params, weights_init, means_init, precisions_init, random_state, \
warm_start, verbose, verbose_interval
        As in scikit-learn.
    pca_components : int, float or None, default=None
        Fit the mixture to so many leading principal components, or to the least number that holds this share
        (between 0 and 1) of the variance; along all other directions the rows are one Gaussian of equal
        variance. Densities, BIC and AIC remain those of whole rows and can be compared with other choices;
        ``means_`` and covariances, and the initial ones given, are in the reduced space.

    Attributes
    ----------
    pca_components_ : ndarray (q, n_features)
        The principal axes; set, like those that follow, where `pca_components` is given.
    pca_mean_ : ndarray (n_features,)
        The mean row.
    pca_explained_variance_, pca_explained_variance_ratio_ : ndarray (q,)
        The variance along each axis, and its share of the whole.
    pca_noise_variance_ : float
        The variance in each direction off the axes, `reg_covar` included; 0 where there is none.

    Notes
    -----
    Tipping & Bishop (1999), *Probabilistic principal component analysis*, for the directions left out.

    Examples
    --------
    >>> rows = np.array([[1.0, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
    >>> mixture = GaussianMixture(2, random_state=0).fit(rows)
    >>> sorted(mixture.means_.round(6).tolist())
    [[1.0, 2.0], [10.0, 2.0]]
    """

    lower_bound_: float

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_GaussianMixture._parameter_constraints,
        "pca_components": [
            Interval(Integral, 1, None, closed="left"),
            Interval(Real, 0, 1, closed="neither"),
            None,
        ],
    }

    def __init__(
        self,
        n_components: int = 1,
        *,
        covariance_type: str = "full",
        tol: float = 1e-3,
        reg_covar: float = 1e-6,
        max_iter: int = 100,
        n_init: int = 1,
        init_params: str = "kmeans",
        weights_init: Any = None,
        means_init: Any = None,
        precisions_init: Any = None,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: int = 0,
        verbose_interval: int = 10,
        pca_components: int | float | None = None,
    ) -> None:
        super().__init__(
            n_components=n_components,
            covariance_type=covariance_type,
            tol=tol,
            reg_covar=reg_covar,
            max_iter=max_iter,
            n_init=n_init,
            init_params=init_params,
            weights_init=weights_init,
            means_init=means_init,
            precisions_init=precisions_init,
            random_state=random_state,
            warm_start=warm_start,
            verbose=verbose,
            verbose_interval=verbose_interval,
        )
        self.pca_components = pca_components

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the mixture, from `n_init` starts, and return it.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            At least as many rows as components; float32 stays float32.
        y : ignored
            There for scikit-learn's API.
        """
        self.fit_predict(X, y)
        return self

    def fit_predict(self, X: Any, y: Any = None) -> IntArray:
        """Fit the mixture and return the likeliest component of each row, int64 (n_samples,).

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            At least as many rows as components; float32 stays float32.
        y : ignored
            There for scikit-learn's API.
        """
        if _dispatches():
            return cast("IntArray", super().fit_predict(X, y))
        self._validate_params()
        with whole_fit(self):
            rows = validate_data(self, X, dtype=[np.float64, np.float32], order="C", ensure_min_samples=2)
            if len(rows) < self.n_components:
                raise ValueError(
                    f"Expected n_samples >= n_components but got n_components = {self.n_components}, "
                    f"n_samples = {len(rows)}"
                )
            runs = 1 if self._continues() else self.n_init
            with (
                track(f"cluster {len(rows):,} rows by gmm", runs * self.max_iter + 1) as advance,
                one_thread_blas(),
            ):
                return self._fit_rows(rows, runs, advance)

    def predict(self, X: Any) -> IntArray:
        """Return the likeliest component of each row, int64 (n_samples,)."""
        return cast("IntArray", super().predict(X)) if _dispatches() else self._score_rows(X)[0].labels

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each component for each row (n_samples, n_components)."""
        if _dispatches():
            return cast("Floats", super().predict_proba(X))
        return cast("Floats", self._score_rows(X, probabilities=True)[0].responsibilities)

    def score_samples(self, X: Any) -> Floats:
        """Return the log-density at each row (n_samples,), in the precision of the rows."""
        if _dispatches():
            return cast("Floats", super().score_samples(X))
        scores, off, dtype = self._score_rows(X)
        return (scores.log_densities + off).astype(dtype)

    def sample(self, n_samples: int = 1) -> tuple[Floats, IntArray]:
        """Return rows drawn from the mixture (n_samples, n_features), and the component of each."""
        drawn_rows, labels = super().sample(n_samples)
        if self.pca_components is None:
            return drawn_rows, labels
        axes = self.pca_components_.astype(np.float64)
        seed = check_random_state(self.random_state).randint(2**31 - 1)  # not the stream of the line above
        noise = check_random_state(seed).standard_normal((n_samples, axes.shape[1]))
        noise *= np.sqrt(self.pca_noise_variance_)
        noise -= (noise @ axes.T) @ axes
        return noise + drawn_rows @ axes + self.pca_mean_, labels

    def _n_parameters(self) -> int:
        count = int(super()._n_parameters())
        if self.pca_components is None:
            return count
        q, d = self.pca_components_.shape
        return int(count + (d - q) + (d * q - q * (q + 1) // 2) + (q < d))  # mean, axes, noise variance

    def _continues(self) -> bool:
        return bool(self.warm_start and hasattr(self, "converged_"))

    def _fit_rows(self, rows: Floats, runs: int, advance: Advance) -> IntArray:
        """Set what was fitted, at the very end, and return the labels."""
        reduction = self._reduction(rows, advance)
        reduced, off = reduction.apply(rows) if reduction else (rows, np.zeros(1))
        rest = float(off.mean())
        _check_parameters(self, reduced)
        origin = column_means(reduced)
        products = row_products(reduced, origin) if self.covariance_type == "tied" else None
        random_state = check_random_state(self.random_state)
        best: Climb | None = None
        for run in range(runs):
            self._print_verbose_msg_init_beg(run)
            continues = self._continues()
            found = climb(
                reduced,
                self._gaussians(origin)
                if continues
                else self._start(reduced, origin, products, random_state),
                reg_covar=self.reg_covar,
                tol=self.tol,
                max_iter=self.max_iter,
                bound=self.lower_bound_ - rest if continues else -np.inf,
                products=products,
                tell=self._print_verbose_msg_iter_end,
                advance=advance,
            )
            if self.max_iter:
                self._print_verbose_msg_init_end(found.bounds[-1] + rest, found.settled)
            if best is None or not found.bounds or found.bounds[-1] > best.bounds[-1]:
                best = found
        best = cast("Climb", best)
        labels = best.labels(reduced, advance)
        advance(1)
        if not best.settled and self.max_iter:
            warnings.warn(_NOT_CONVERGED, ConvergenceWarning, stacklevel=4)
        self._keep(best.gaussians, rows.dtype)
        self._keep_reduction(reduction)
        self.converged_, self.n_iter_ = best.settled, len(best.bounds)
        self.lower_bounds_ = [bound + rest for bound in best.bounds]
        self.lower_bound_ = self.lower_bounds_[-1] if best.bounds else -np.inf
        return labels

    def _start(
        self,
        rows: Floats,
        origin: Floats,
        products: Floats | None,
        random_state: np.random.RandomState,
    ) -> Gaussians:
        given = (self.weights_init, self.means_init, self.precisions_init)
        return start(
            rows,
            origin,
            self.covariance_type,
            self.n_components,
            memberships=self._memberships(rows, random_state) if any(g is None for g in given) else None,
            reg_covar=self.reg_covar,
            products=products,
            weights=given[0],
            means=given[1],
            precisions=given[2],
        )

    def _memberships(self, rows: Floats, random_state: np.random.RandomState) -> Memberships:
        n, k = len(rows), self.n_components
        if self.init_params == "random":
            return drawn(random_state, k)
        if self.init_params == "kmeans":
            labels = KMeans(n_clusters=k, n_init=1, random_state=random_state).fit(rows).labels_
            return chosen(np.arange(n), np.asarray(labels, dtype=np.int64), k)
        if self.init_params == "k-means++":
            indices = kmeans_plusplus(rows, k, random_state=random_state)[1]
        else:
            indices = random_state.choice(n, size=k, replace=False)
        return chosen(np.asarray(indices), np.arange(k), k)

    def _keep(self, gaussians: Gaussians, dtype: np.dtype[Any]) -> None:
        means = gaussians.means + gaussians.origin.astype(np.float64)
        parts = (gaussians.weights, means, gaussians.covariances, gaussians.factors)
        self._set_parameters(tuple(np.asarray(part, dtype=dtype) for part in parts))

    def _gaussians(self, origin: Floats) -> Gaussians:
        """Return what was fitted, relative to an origin near the data."""
        return Gaussians(
            kind=self.covariance_type,
            origin=origin,
            weights=np.asarray(self.weights_, dtype=np.float64),
            means=np.asarray(self.means_, dtype=np.float64) - origin.astype(np.float64),
            factors=np.asarray(self.precisions_cholesky_),
        )

    def _score_rows(
        self, X: Any, *, probabilities: bool = False
    ) -> tuple[Scores, Floats | float, np.dtype[Any]]:
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float64, np.float32], order="C", reset=False)
        off: Floats | float = 0.0
        if self.pca_components is not None:
            rows, off = self._kept_reduction().apply(rows)
        weights = np.asarray(self.weights_, dtype=np.float64)
        origin = (weights @ np.asarray(self.means_, dtype=np.float64)).astype(rows.dtype)
        return score_rows(rows, self._gaussians(origin), probabilities=probabilities), off, rows.dtype

    def _reduction(self, rows: Floats, advance: Advance) -> Reduction | None:
        if self.pca_components is None:
            return None
        if self._continues():
            return self._kept_reduction()
        return Reduction.fit(rows, self.pca_components, self.reg_covar, advance)

    def _kept_reduction(self) -> Reduction:
        return Reduction(
            mean=self.pca_mean_,
            axes=self.pca_components_,
            variances=self.pca_explained_variance_,
            ratios=self.pca_explained_variance_ratio_,
            noise=self.pca_noise_variance_,
        )

    def _keep_reduction(self, reduction: Reduction | None) -> None:
        names = ("components", "mean", "explained_variance", "explained_variance_ratio", "noise_variance")
        for name in names:
            if hasattr(self, f"pca_{name}_"):
                delattr(self, f"pca_{name}_")
        if reduction is not None:
            self.pca_components_, self.pca_mean_ = reduction.axes, reduction.mean
            self.pca_explained_variance_ = reduction.variances
            self.pca_explained_variance_ratio_ = reduction.ratios
            self.pca_noise_variance_ = reduction.noise


def _dispatches() -> bool:
    """Whether arrays of other libraries may come in, which scikit-learn handles."""
    return bool(get_config()["array_api_dispatch"])


def _check_parameters(mixture: _GaussianMixture, rows: Floats) -> None:
    takes = inspect.signature(mixture._check_parameters).parameters
    mixture._check_parameters(rows, **({"xp": np} if "xp" in takes else {}))
