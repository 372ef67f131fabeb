"""The directions in which rows vary most."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
from scipy import linalg

from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats
from clusterby.kernels.mixture.gaussian_moments import column_means, row_products, rows_per_tile
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["PrincipalAxes", "Reduction", "principal_axes", "project"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalAxes:
    """The leading principal axes of rows, and the variance that they leave.

    Parameters
    ----------
    mean : float (d,)
        The mean row, in the precision of the rows.
    axes : float (q, d)
        Orthonormal, the largest variance first; in each the largest entry is positive.
    variances : float64 (q,)
        The variance along each axis, over n − 1.
    total : float
        The sum of the variances in all directions.
    rest : float
        The mean variance along the other d − q directions; 0 where there is none.
    """

    mean: Floats
    axes: Floats
    variances: Floats
    total: float
    rest: float


def principal_axes(
    rows: Floats, n_components: int | float, *, advance: Advance | None = None
) -> PrincipalAxes:
    """Return the leading principal axes of rows, from their covariance matrix, summed in float64.

    Parameters
    ----------
    rows : float32 or float64 (n, d)
        At least two rows.
    n_components : int or float
        How many axes; or, between 0 and 1, the least number that holds that share of the variance.
    advance : callable, optional
        Called with 0 now and then; what it raises ends the work.

    Raises
    ------
    ValueError
        If there are fewer dimensions than axes asked for.

    Notes
    -----
    Tipping & Bishop (1999), *Probabilistic principal component analysis*: the mean variance along the axes
    left out is the likeliest variance of isotropic noise.

    Examples
    --------
    >>> found = principal_axes(np.array([[0.0, 1.0], [4.0, 1.0], [2.0, 1.0]]), 1)
    >>> found.axes.tolist(), found.variances.tolist(), found.rest
    ([[1.0, 0.0]], [4.0], 0.0)
    """
    n, d = rows.shape
    if not isinstance(n_components, float) and n_components > d:
        raise ValueError(f"pca_components={n_components} of {d} dimensions: ask for at most {d}")
    mean = column_means(rows, advance=still(advance))
    covariance = row_products(rows, mean, advance=still(advance)) / max(1, n - 1)
    total = float(covariance.trace())
    if isinstance(n_components, float):
        variances, axes = linalg.eigh(covariance, check_finite=False)
        held = np.cumsum(np.maximum(variances[::-1], 0)) / max(total, np.finfo(float).tiny)
        q = min(d, int(np.searchsorted(held, n_components * (1 - 1e-12))) + 1)
        variances, axes = variances[d - q :], axes[:, d - q :]
    else:
        q = n_components
        variances, axes = linalg.eigh(covariance, subset_by_index=[d - q, d - 1], check_finite=False)
    leading = np.ascontiguousarray(axes[:, ::-1].T)
    leading *= np.where(leading[np.arange(q), np.abs(leading).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    variances = np.maximum(variances[::-1], 0)
    return PrincipalAxes(
        mean=mean,
        axes=leading.astype(rows.dtype),
        variances=variances,
        total=total,
        rest=max(0.0, (total - float(variances.sum())) / (d - q)) if q < d else 0.0,
    )


def project(
    rows: Floats, mean: Floats, axes: Floats, *, advance: Advance | None = None
) -> tuple[Floats, Floats]:
    """Return the coordinates of rows along axes, and how much of each row lies off them.

    Parameters
    ----------
    rows : float32 or float64 (n, d)
        The rows.
    mean : (d,)
        What they are counted from.
    axes : (q, d)
        Orthonormal.
    advance : callable, optional
        Called with 0 now and then; what it raises ends the work.

    Returns
    -------
    coordinates : (n, q)
        In the precision of the rows.
    off : float64 (n,)
        The squared distance from the plane of the axes.

    Examples
    --------
    >>> coordinates, off = project(np.array([[3.0, 4.0]]), np.zeros(2), np.array([[1.0, 0.0]]))
    >>> coordinates.tolist(), off.tolist()
    ([[3.0]], [16.0])
    """
    coordinates = np.empty((len(rows), len(axes)), dtype=rows.dtype)
    off = np.empty(len(rows))
    mean, axes = mean.astype(rows.dtype, copy=False), axes.astype(rows.dtype, copy=False)

    def part(at: slice) -> None:
        apart = rows[at] - mean
        np.matmul(apart, axes.T, out=coordinates[at])
        apart -= coordinates[at] @ axes
        off[at] = np.einsum("ij,ij->i", apart, apart)

    size = rows_per_tile(rows.shape[1], rows.dtype.itemsize)
    in_parallel(part, blocks(len(rows), size), advance=still(advance))
    return coordinates, off


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """Leading axes, with one Gaussian of equal variance in all other directions.

    Parameters
    ----------
    mean, axes : (d,), (q, d)
        As of :class:`PrincipalAxes`.
    variances, ratios : (q,)
        The variance along each axis, and its share of the whole.
    noise : float
        The variance in each other direction; 0 where there is none.
    """

    mean: Floats
    axes: Floats
    variances: Floats
    ratios: Floats
    noise: float

    @classmethod
    def fit(
        cls, rows: Floats, n_components: int | float, reg_covar: float, advance: Advance | None = None
    ) -> Reduction:
        """Return the reduction of rows to their leading axes; `reg_covar` is added to the noise."""
        found = principal_axes(rows, n_components, advance=advance)
        q, d = found.axes.shape
        return cls(
            mean=found.mean,
            axes=found.axes,
            variances=found.variances.astype(rows.dtype),
            ratios=(found.variances / max(found.total, np.finfo(float).tiny)).astype(rows.dtype),
            noise=found.rest + reg_covar if q < d else 0.0,
        )

    def apply(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return the coordinates of rows (n, q), and the log-density of what is off the axes, float64 (n,)."""
        coordinates, off = project(rows, self.mean, self.axes)
        if self.noise == 0.0:
            return coordinates, np.zeros(len(rows))
        others = self.axes.shape[1] - self.axes.shape[0]
        return coordinates, -0.5 * (others * log(2 * pi * self.noise) + off / self.noise)
