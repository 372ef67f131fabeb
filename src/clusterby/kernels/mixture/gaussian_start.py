"""Where expectation-maximisation starts: first responsibilities, and the mixture that follows from them."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.mixture.gaussian_moments import Memberships, moments_of
from clusterby.kernels.mixture.gaussian_parameters import (
    CovarianceType,
    Gaussians,
    estimate,
    factor,
    factor_precisions,
)

__all__ = ["chosen", "drawn", "start"]


def chosen(rows: IntArray, components: IntArray, k: int) -> Memberships:
    """Return responsibilities of one for pairs of row and component, of zero for all others.

    Parameters
    ----------
    rows, components : int64 (m,)
        The pairs.
    k : int
        The number of components.

    Examples
    --------
    >>> chosen(np.array([0, 3]), np.array([1, 0]), 2)(slice(2, 4)).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """

    def of(at: slice) -> Floats:
        weights = np.zeros((at.stop - at.start, k))
        inside = np.flatnonzero((rows >= at.start) & (rows < at.stop))
        weights[rows[inside] - at.start, components[inside]] = 1.0
        return weights

    return of


def drawn(random_state: np.random.RandomState, k: int) -> Memberships:
    """Return responsibilities drawn anew for each slice of rows, uniform and then divided by their sum.

    Examples
    --------
    >>> drawn(np.random.RandomState(0), 2)(slice(0, 3)).sum(axis=1).round(6).tolist()
    [1.0, 1.0, 1.0]
    """

    def of(at: slice) -> Floats:
        weights = random_state.uniform(size=(at.stop - at.start, k))
        weights /= weights.sum(axis=1, keepdims=True)
        return weights

    return of


def start(
    rows: Floats,
    origin: Floats,
    kind: CovarianceType,
    k: int,
    *,
    memberships: Memberships | None,
    reg_covar: float,
    products: Floats | None = None,
    weights: Floats | None = None,
    means: Floats | None = None,
    precisions: Floats | None = None,
    advance: Advance | None = None,
) -> Gaussians:
    """Return the mixture that given responsibilities make; what is given otherwise takes precedence.

    Parameters
    ----------
    rows : float32 or float64 (n, d), C-contiguous
        The rows.
    origin : (d,)
        What they are counted from.
    kind : {"full", "tied", "diag", "spherical"}
        The form of the covariances.
    k : int
        The number of components.
    memberships : callable or None
        The responsibilities; None where weights, means and precisions are all given.
    reg_covar : float
        Added to every variance.
    products : float64 (d, d), optional
        What `row_products` returned; needed for "tied".
    weights, means, precisions : (k,), (k, d), as `kind` says; optional
        Given by the caller; means are not relative to the origin.
    advance : callable, optional
        Called with 0 now and then; what it raises ends the work.

    Raises
    ------
    ValueError
        If a covariance is not positive definite, or something is missing.

    Examples
    --------
    >>> line = np.array([[-3.0], [-1.0], [5.0], [7.0]])
    >>> labels = chosen(np.arange(4), np.array([0, 0, 1, 1]), 2)
    >>> start(line, np.zeros(1), "diag", 2, memberships=labels, reg_covar=0.0).means.round(6).tolist()
    [[-2.0], [6.0]]
    """
    own_weights = own_means = covariances = None
    if memberships is not None:
        moments = moments_of(rows, origin, memberships, kind, k, products=products, advance=advance)
        epsilon = float(np.finfo(rows.dtype).eps)
        whole = float(moments.counts.sum())
        own_weights, own_means, covariances = estimate(moments, kind, reg_covar=reg_covar, epsilon=epsilon)
        if kind == "tied" and products is not None and round(whole) < len(rows):
            covariances = _tied_of_few(products, origin, len(rows), own_weights, own_means, reg_covar)
        own_weights = own_weights / len(rows)
    if precisions is not None:
        factors, covariances = factor_precisions(precisions, kind)
    else:
        factors = factor(_given(None, covariances), kind)
    return Gaussians(
        kind=kind,
        origin=origin,
        weights=_given(weights, own_weights),
        means=_given(None if means is None else means - origin.astype(np.float64), own_means),
        covariances=covariances,
        factors=factors,
    )


def _tied_of_few(
    products: Floats,
    origin: Floats,
    n: int,
    counts: Floats,
    means: Floats,
    reg_covar: float,
) -> Floats:
    """Return scikit-learn's first tied covariance where most rows belong to no component.

    It sets the products of all rows, from zero, against the means of the few; so the start is the same.
    """
    exact = origin.astype(np.float64)
    whole = means + exact
    covariance = products + n * np.outer(exact, exact) - (counts[:, None] * whole).T @ whole
    covariance /= counts.sum()
    covariance.flat[:: len(exact) + 1] += reg_covar
    return np.asarray(covariance)


def _given(given: Floats | None, own: Floats | None) -> Floats:
    value = own if given is None else given
    if value is None:
        raise ValueError("no responsibilities: give weights, means and precisions")
    return np.asarray(value, dtype=np.float64)
