"""How far the lead of one component over the others, at the rows near it, may shrink from mixture to mixture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.kernels.arrays import Doubles
from clusterby.kernels.mixture.gaussian_parameters import Gaussians, Moments
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["Reference", "Terms"]

_TOGETHER = 32  # components


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Log-densities of rows x, counted from the origin, as constants + squares · x² + slopes · x.

    Parameters
    ----------
    constants : float64 (k,)
    squares, slopes : float64 (k, d)
    """

    constants: Doubles
    squares: Doubles
    slopes: Doubles

    @classmethod
    def of(cls, gaussians: Gaussians, constants: Doubles) -> Terms:
        """Return the terms of a mixture of kind "diag" or "spherical".

        Examples
        --------
        >>> one = np.ones(1)
        >>> standard = Gaussians(kind="spherical", origin=np.zeros(1), weights=one, means=np.full((1, 1), 3.0),
        ...                      factors=one)
        >>> terms = Terms.of(standard, np.zeros(1))
        >>> terms.squares.tolist(), terms.slopes.tolist()
        ([[-0.5]], [[3.0]])
        """
        precisions = np.square(_factors(gaussians))
        means = gaussians.means.astype(np.float64, copy=False)
        return cls(constants=constants, squares=-precisions / 2, slopes=means * precisions)

    def total(self, moments: Moments) -> float:
        """Return the sum of the log-densities of rows that belong to one component each, from their moments."""
        there = moments.counts > 0
        constants = float(self.constants[there] @ moments.counts[there])
        return constants + float(np.vdot(self.squares, moments.squares) + np.vdot(self.slopes, moments.sums))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where each component was when bounds were last set up, and which others are near it.

    Parameters
    ----------
    means, factors : float64 (k, d)
        A row x of a component is measured as u = (x − mean) · factor.
    order : int32 (k, k − 1)
        The other components, those under which its rows are likeliest first.
    starts : int64 (groups,)
        Where groups of them begin in that order: groups of 1, 2, 4, … components, the last of what is left.
    groups : int8 (k, k)
        In which group of a component another is; −1 for itself.
    """

    means: Doubles
    factors: Doubles
    order: NDArray[np.int32]
    starts: NDArray[np.int64]
    groups: NDArray[np.int8]

    @classmethod
    def of(cls, gaussians: Gaussians, terms: Terms) -> Reference:
        """Return the reference that a mixture is.

        Examples
        --------
        >>> line = Gaussians(kind="spherical", origin=np.zeros(1), weights=np.full(3, 1 / 3),
        ...                  means=np.array([[0.0], [5.0], [7.0]]), factors=np.ones(3))
        >>> reference = Reference.of(line, Terms.of(line, -np.square(line.means[:, 0]) / 2))
        >>> reference.order.tolist(), reference.starts.tolist()
        ([[1, 2], [2, 0], [1, 0]], [0, 1])
        """
        k = len(gaussians.means)
        means, factors = gaussians.means.astype(np.float64), _factors(gaussians)
        likely = (np.square(means) + 1 / np.square(factors)) @ terms.squares.T + means @ terms.slopes.T
        likely += terms.constants
        order = np.empty((k, k - 1), dtype=np.int32)
        starts = 2 ** np.arange((k - 1).bit_length()) - 1
        groups = np.full((k, k), -1, dtype=np.int8)
        of_rank = np.searchsorted(starts, np.arange(k - 1), side="right") - 1
        for own in range(k):
            ranked = np.argsort(-likely[own], kind="stable")
            order[own] = ranked[ranked != own]
            groups[own, order[own]] = of_rank
        return cls(means=means, factors=factors, order=order, starts=starts, groups=groups)

    def least_changes(self, before: Terms, after: Terms) -> Doubles:
        """Return how far the lead of each component over each group of others may have shrunk, (5, k, groups).

        At a row whose excess is |u|² − d and whose unevenness is the norm of u² − mean(u²), the lead changes by at
        least the first number, plus the excess times the second or third, whichever is less, less |u| times the
        fourth, less the unevenness times the fifth.
        """
        k = len(self.means)
        least = np.empty((5, k, len(self.starts)))
        worst = (np.minimum, np.minimum, np.maximum, np.maximum, np.maximum)
        with np.errstate(invalid="ignore"):  # a component may start with no weight
            steps = _Steps.between(before, after)

        def part(at: slice) -> None:
            with np.errstate(invalid="ignore"):
                changes = self._changes(at, steps, self._rounding(at, before) + self._rounding(at, after))
            order = self.order[at].astype(np.int64)
            for i, (change, least_of) in enumerate(zip(changes, worst, strict=True)):
                ranked = np.take_along_axis(change, order, axis=1)
                least[i, at] = least_of.reduceat(ranked, self.starts, axis=1)

        if k > 1:
            in_parallel(part, blocks(k, _TOGETHER))
        return least

    def _changes(self, at: slice, steps: _Steps, lost: Doubles) -> tuple[Doubles, ...]:
        """Return the five numbers for components `at` against each other one, (m, k) each."""
        mean, variance, d = self.means[at], 1 / np.square(self.factors[at]), self.means.shape[1]
        own, every, (a, b, aa, ab, bb) = steps.squares[at], steps.every, steps.moved
        tilted = (2 * own * mean + steps.slopes[at]) * variance

        def against(values: Doubles) -> Doubles:
            return np.diagonal(values, at.start)[:, None]

        constant = steps.constants + every((np.square(mean) + variance) @ a + mean @ b)
        bend = every(variance @ a) / d
        bent = every(np.square(variance) @ aa)
        bends = every((own * np.square(variance)) @ a)
        sizes = every((4 * np.square(mean) * variance) @ aa + variance @ bb)
        tilt = sizes + every((4 * mean * variance) @ ab)
        tilts = every((2 * mean * tilted) @ a + tilted @ b)
        slope = against(bend) - bend
        cancelled = 16 * _unit(d)
        norm = against(tilt) - 2 * tilts + tilt + cancelled * (against(sizes) + sizes)
        other = against(bent) - 2 * bends + bent - d * np.square(slope) + cancelled * (against(bent) + bent)
        return (
            against(constant) - constant - lost,
            slope - lost,
            slope + lost,
            np.sqrt(np.maximum(norm, 0)) + lost,
            np.sqrt(np.maximum(other, 0)) + lost,
        )

    def _rounding(self, at: slice, terms: Terms) -> Doubles:
        """Return how far leads of components `at` that are computed from terms may be off, per unit of |u|; (m, k)."""
        size = (np.abs(self.means[at]) + 1 / self.factors[at]).max(axis=1)
        squares, slopes = np.abs(terms.squares).sum(axis=1), np.abs(terms.slopes).sum(axis=1)
        most = np.outer(np.square(size), squares) + np.outer(size, slopes) + np.abs(terms.constants)
        return np.asarray(_unit(self.means.shape[1]) * (most + np.diagonal(most, at.start)[:, None]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """By how much terms changed; `moved` are those of the components `moving`, their squares and products, (d, p)."""

    constants: Doubles
    squares: Doubles
    slopes: Doubles
    moving: NDArray[np.int64]
    moved: tuple[Doubles, Doubles, Doubles, Doubles, Doubles]

    @classmethod
    def between(cls, before: Terms, after: Terms) -> _Steps:
        squares, slopes = after.squares - before.squares, after.slopes - before.slopes
        moving = np.flatnonzero(squares.any(axis=1) | slopes.any(axis=1))
        a, b = squares[moving].T, slopes[moving].T
        return cls(
            constants=after.constants - before.constants,
            squares=squares,
            slopes=slopes,
            moving=moving,
            moved=(a, b, np.square(a), a * b, np.square(b)),
        )

    def every(self, products: Doubles) -> Doubles:
        """Put zeros in the columns of components that did not move."""
        columns = np.zeros((len(products), len(self.constants)))
        columns[:, self.moving] = products
        return columns


def _unit(d: int) -> float:
    """Return the rounding of a sum of 2 d products in float64."""
    return float((2 * d + 16) * np.finfo(np.float64).eps)


def _factors(gaussians: Gaussians) -> Doubles:
    """Return one over each standard deviation, (k, d)."""
    factors = gaussians.factors.astype(np.float64, copy=False)
    shape = gaussians.means.shape
    return np.ascontiguousarray(np.broadcast_to(factors[:, None] if factors.ndim == 1 else factors, shape))
