"""How probable each row is under each of several Gaussians."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Floats
from clusterby.kernels.compiled import compiled
from clusterby.kernels.mixture.gaussian_moments import rows_per_tile
from clusterby.kernels.mixture.gaussian_parameters import Gaussians

__all__ = ["FullDensities", "LinearDensities", "log_constants", "normalize_rows"]

_REACH = 1e5  # squared standard deviations; float32 then errs by some 1e-2 in a log-density


def log_constants(gaussians: Gaussians) -> Floats:
    """Return log weight − d/2 log 2π + ½ log |precision| of each component, float64 (k,).

    Examples
    --------
    >>> one = np.ones(1)
    >>> standard = Gaussians(kind="spherical", origin=np.zeros(1), weights=one, means=np.zeros((1, 1)),
    ...                      factors=one)
    >>> round(float(log_constants(standard)[0]), 4)
    -0.9189
    """
    d = len(gaussians.origin)
    factors = gaussians.factors
    if gaussians.kind == "full":
        halves = np.log(np.diagonal(factors, axis1=1, axis2=2), dtype=np.float64).sum(axis=1)
    elif gaussians.kind == "tied":
        halves = np.log(np.diagonal(factors), dtype=np.float64).sum()
    elif gaussians.kind == "diag":
        halves = np.log(factors, dtype=np.float64).sum(axis=1)
    else:
        halves = d * np.log(factors, dtype=np.float64)
    with np.errstate(divide="ignore"):  # a component may start with no weight
        return np.asarray(np.log(gaussians.weights) + halves - d / 2 * log(2 * pi), dtype=np.float64)


@dataclass(slots=True)
class Tile:
    """Buffers of one thread for a tile of rows."""

    shifted: Floats
    features: Floats
    scores: Floats


class LinearDensities:
    """Log-densities that are one matrix product of features of a row: all but "full" covariances.

    The features of a row x, counted from the origin, are [x², x] for "diag", [‖x‖², x] for "spherical", and
    [‖z‖², z] with z = xU for "tied".

    Parameters
    ----------
    gaussians : Gaussians
        Of kind "diag", "spherical" or "tied".
    dtype : numpy.dtype
        The precision of the rows. Products of float32 rows are float32 too, unless a component's mean is so
        many of its standard deviations from the origin that they would cancel; then they are float64.

    Examples
    --------
    >>> one = np.ones(1)
    >>> standard = Gaussians(kind="spherical", origin=np.zeros(1), weights=one, means=np.zeros((1, 1)),
    ...                      factors=one)
    >>> densities = LinearDensities(standard, np.dtype(float))
    >>> tile = densities.buffers()
    >>> scores, rows, first = densities.scores(np.array([[2.0]]), tile)
    >>> scores.tolist()
    [[-2.0]]
    """

    def __init__(self, gaussians: Gaussians, dtype: np.dtype[Any]) -> None:
        means, factors = gaussians.means, gaussians.factors.astype(np.float64, copy=False)
        self.kind, self.origin = gaussians.kind, gaussians.origin
        self.d = len(self.origin)
        if self.kind == "tied":
            means = means @ factors
            precisions = np.ones((1, len(means)))
        elif self.kind == "diag":
            precisions = np.square(factors).T
        else:
            precisions = np.square(factors)[None]
        reach = (np.square(means).T * precisions).sum(axis=0)
        self.reach = reach
        self.constants = log_constants(gaussians) - reach / 2
        self.dtype = dtype if float(reach.max()) < _REACH else np.dtype(np.float64)
        self.matrix = np.concatenate([-precisions / 2, means.T * precisions]).astype(self.dtype)
        self.turn = factors.astype(self.dtype) if self.kind == "tied" else None
        self.tile_rows = 2 * rows_per_tile(
            len(self.matrix), self.dtype.itemsize
        )  # higher products are faster

    def buffers(self) -> Tile:
        """Return the buffers that one thread needs."""
        width, k = self.matrix.shape
        rows = self.tile_rows
        return Tile(
            shifted=np.empty((rows if self.turn is not None else 0, self.d), dtype=self.dtype),
            features=np.empty((rows, width), dtype=self.dtype),
            scores=np.empty((rows, k), dtype=self.dtype),
        )

    def scores(self, block: Floats, tile: Tile) -> tuple[Floats, Floats, int]:
        """Return the log-densities (m, k) of a tile's rows, less constants; and the rows from the origin.

        The rows are columns `first` to `first` + d of the second array returned, `first` is the third.
        """
        m = len(block)
        features, scores = tile.features[:m], tile.scores[:m]
        first = features.shape[1] - self.d
        last = features[:, first:]
        rows = features
        if self.turn is None:
            np.subtract(block, self.origin, out=last)
        else:
            rows = tile.shifted[:m]
            np.subtract(block, self.origin, out=rows)
            np.matmul(rows, self.turn, out=last)
        if self.kind == "diag":
            np.multiply(last, last, out=features[:, :first])
        else:
            np.einsum("ij,ij->i", last, last, out=features[:, 0])
        np.matmul(features, self.matrix, out=scores)
        return scores, rows, first if self.turn is None else 0


class FullDensities:
    """Log-densities of Gaussians that have a covariance matrix each: a matrix product per component.

    Parameters
    ----------
    gaussians : Gaussians
        Of kind "full".
    dtype : numpy.dtype
        The precision of the rows and of the products.

    Examples
    --------
    >>> one = np.ones((1, 1, 1))
    >>> standard = Gaussians(kind="full", origin=np.zeros(1), weights=np.ones(1), means=np.zeros((1, 1)),
    ...                      factors=one)
    >>> densities = FullDensities(standard, np.dtype(float))
    >>> scores = np.empty((1, 1))
    >>> densities.scores(np.array([[2.0]]), scores)
    >>> scores.tolist()
    [[-2.0]]
    """

    def __init__(self, gaussians: Gaussians, dtype: np.dtype[Any]) -> None:
        self.constants = log_constants(gaussians)
        self.origin = gaussians.origin
        self.means = gaussians.means.astype(dtype)
        self.factors = gaussians.factors.astype(dtype, copy=False)
        self.tile_rows = max(256, rows_per_tile(len(self.origin), dtype.itemsize))

    def scores(self, block: Floats, scores: Floats) -> None:
        """Set the log-densities (m, k) of a tile's rows, less constants."""
        rows = block - self.origin
        apart, turned = np.empty_like(rows), np.empty_like(rows)
        for c in range(len(self.means)):
            np.subtract(rows, self.means[c], out=apart)
            np.matmul(apart, self.factors[c], out=turned)
            np.einsum("ij,ij->i", turned, turned, out=scores[:, c])
        scores *= -0.5


@compiled
def normalize_rows(
    scores: Floats, constants: Floats, negligible: float, logs: Floats, labels: IntArray
) -> int:
    """Turn log-densities into responsibilities, in place, and return how many are not zero.

    Parameters
    ----------
    scores : float32 or float64 (m, k)
        Log-densities less `constants`.
    constants : float64 (k,)
        What is added to each column.
    negligible : float
        Responsibilities below its exponential, times the row's largest, become zero.
    logs : float64 (m,)
        Set to the log-density of each row under the whole mixture.
    labels : int64 (m,)
        Set to the likeliest component of each row, the first of equals.

    Examples
    --------
    >>> scores = np.zeros((1, 2))
    >>> logs, labels = np.empty(1), np.empty(1, dtype=np.int64)
    >>> normalize_rows(scores, np.log([0.25, 0.75]), -40.0, logs, labels)
    2
    >>> scores.round(2).tolist(), labels.tolist(), abs(logs.round(6)).tolist()
    ([[0.25, 0.75]], [1], [0.0])
    """
    m, k = scores.shape
    kept = 0
    for i in range(m):
        best, at = -np.inf, 0
        for c in range(k):
            value = scores[i, c] + constants[c]
            if value > best:
                best, at = value, c
        total = 0.0
        for c in range(k):
            gap = scores[i, c] + constants[c] - best
            if gap > negligible:
                share = np.exp(gap)
                total += share
                scores[i, c] = share
                kept += 1
            else:
                scores[i, c] = 0.0
        for c in range(k):
            scores[i, c] /= total
        logs[i] = best + np.log(total)
        labels[i] = at
    return kept
