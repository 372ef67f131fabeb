"""The weights, means and covariances of Gaussians, from sums over rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import linalg

from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = [
    "CovarianceType",
    "Gaussians",
    "Moments",
    "each_component",
    "estimate",
    "factor",
    "factor_precisions",
]

CovarianceType = Literal["full", "tied", "diag", "spherical"]

_ILL_DEFINED = (
    "Fitting the mixture model failed because some components have ill-defined empirical covariance (for "
    "instance caused by singleton or collapsed samples). Try to decrease the number of components, increase "
    "reg_covar, or scale the input data."
)


_WORTH_A_JOB = 2_000_000
_ROUNDING = 64 * float(np.finfo(np.float64).eps)  # the share of a variance that is left of a singular matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussians:
    """Weighted Gaussians, with means counted from an origin near the data.

    Parameters
    ----------
    kind : {"full", "tied", "diag", "spherical"}
        The form of the covariances.
    origin : float32 or float64 (d,)
        What rows are counted from, in the precision of the rows.
    weights : float64 (k,)
        How large each component is; they sum to one.
    means : float64 (k, d)
        Relative to `origin`, so that neither products nor squares cancel.
    factors : float (k, d, d), (d, d), (k, d) or (k,)
        As `kind` says: U with U Uᵀ the precision matrix, or one over the standard deviation.
    covariances : float64, of the shape of `factors`, or None
        None where nobody asks for them.
    """

    kind: CovarianceType
    origin: Floats
    weights: Floats
    means: Floats
    factors: Floats
    covariances: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sums over rows, each weighted by its responsibility; rows are counted from the origin.

    Parameters
    ----------
    counts : float64 (k,)
        Of ones.
    sums : float64 (k, d)
        Of rows.
    squares : float64 (k, d), (k, d, d) or (d, d)
        Of squares for "diag" and "spherical", of outer products for "full". For "tied" the outer products of
        all rows, unweighted: responsibilities of a row sum to one.
    """

    counts: Floats
    sums: Floats
    squares: Floats

    def __add__(self, other: Moments) -> Moments:
        """Return the moments of both sets of rows."""
        return Moments(
            counts=self.counts + other.counts,
            sums=self.sums + other.sums,
            squares=self.squares + other.squares,
        )


def estimate(
    moments: Moments, kind: CovarianceType, *, reg_covar: float, epsilon: float
) -> tuple[Floats, Floats, Floats]:
    """Return the counts, means and covariances that maximise the likelihood, all float64.

    The arrays of `moments` are used up.

    Parameters
    ----------
    moments : Moments
        The weighted sums.
    kind : {"full", "tied", "diag", "spherical"}
        The form of the covariances.
    reg_covar : float
        Added to every variance.
    epsilon : float
        The rounding unit of the rows. Each component counts ten times that more than its rows, as in
        scikit-learn, so that one without rows stays defined; its mean is then the origin.

    Notes
    -----
    Dempster, Laird & Rubin (1977), *Maximum likelihood from incomplete data via the EM algorithm*.

    Examples
    --------
    >>> rows = np.array([[-1.0], [1.0]])
    >>> moments = Moments(counts=np.array([2.0]), sums=rows.sum(0)[None], squares=(rows**2).sum(0)[None])
    >>> _, means, variances = estimate(moments, "diag", reg_covar=0.5, epsilon=0.0)
    >>> means.tolist(), variances.tolist()
    ([[0.0]], [[1.5]])
    """
    counts = moments.counts + 10 * epsilon
    means = moments.sums / counts[:, None]
    d = means.shape[1]
    covariances = moments.squares
    if kind == "full":

        def finish(c: int) -> None:
            one = covariances[c]
            one /= counts[c]
            share = moments.counts[c] / counts[c]
            # (share · mean of squares) less what scikit-learn's sum of (row − mean)² leaves out
            one -= np.outer(means[c], means[c] * (2 - share))
            one.flat[:: d + 1] += reg_covar

        each_component(finish, len(counts), d * d)
    elif kind == "tied":
        covariances = covariances - (counts[:, None] * means).T @ means
        covariances /= counts.sum()
        covariances.flat[:: d + 1] += reg_covar
    else:
        covariances /= counts[:, None]
        covariances -= means**2
        np.maximum(covariances, 0.0, out=covariances)
        covariances += reg_covar
        if kind == "spherical":
            covariances = covariances.mean(axis=1)
    return counts, means, covariances


def factor(covariances: Floats, kind: CovarianceType) -> Floats:
    """Return U with U Uᵀ the inverse of each covariance, or one over each standard deviation.

    Raises
    ------
    ValueError
        If a covariance is not positive definite.

    Examples
    --------
    >>> factor(np.array([4.0, 0.25]), "spherical").tolist()
    [0.5, 2.0]
    """
    if kind in ("diag", "spherical"):
        if not (covariances > 0).all():
            raise ValueError(_ILL_DEFINED)
        return np.asarray(1 / np.sqrt(covariances))
    if kind == "tied":
        return np.asarray(_inverse_factor(covariances))
    factors = np.empty_like(covariances)

    def one(c: int) -> None:
        factors[c] = _inverse_factor(covariances[c])

    each_component(one, len(covariances), covariances.shape[1] ** 3)
    return factors


def each_component(task: Callable[[int], None], k: int, cost: int, *, advance: Advance | None = None) -> None:
    """Call `task` for 0 to k − 1, side by side where `cost` operations each are worth a thread.

    Examples
    --------
    >>> seen = []
    >>> each_component(seen.append, 3, 1)
    >>> seen
    [0, 1, 2]
    """

    def some(at: slice) -> None:
        for c in range(at.start, at.stop):
            task(c)

    in_parallel(some, blocks(k, max(1, min(k, _WORTH_A_JOB // max(1, cost)))), advance=advance)


def factor_precisions(precisions: Floats, kind: CovarianceType) -> tuple[Floats, Floats]:
    """Return upper triangular U with U Uᵀ each precision matrix, and the covariances, all float64.

    Parameters
    ----------
    precisions : float (k, d, d), (d, d), (k, d) or (k,)
        Positive definite.
    kind : {"full", "tied", "diag", "spherical"}
        Their form.

    Examples
    --------
    >>> factors, covariances = factor_precisions(np.array([4.0]), "spherical")
    >>> factors.tolist(), covariances.tolist()
    ([2.0], [0.25])
    """
    precisions = np.asarray(precisions, dtype=np.float64)
    if kind in ("diag", "spherical"):
        return np.sqrt(precisions), 1 / precisions
    many = precisions if kind == "full" else precisions[None]
    factors, covariances = np.empty_like(many), np.empty_like(many)
    for c, precision in enumerate(many):
        factors[c] = linalg.cholesky(precision[::-1, ::-1], lower=True)[::-1, ::-1]
        inverse = linalg.lapack.dtrtri(factors[c], lower=0)[0]
        covariances[c] = inverse.T @ inverse
    return (factors, covariances) if kind == "full" else (factors[0], covariances[0])


def _inverse_factor(covariance: Floats) -> Any:
    try:
        lower = linalg.cholesky(covariance, lower=True, check_finite=False)
    except linalg.LinAlgError as error:
        raise ValueError(_ILL_DEFINED) from error
    if (np.diagonal(lower) ** 2 <= _ROUNDING * np.diagonal(covariance)).any():
        raise ValueError(_ILL_DEFINED)
    return linalg.lapack.dtrtri(lower, lower=1)[0].T
