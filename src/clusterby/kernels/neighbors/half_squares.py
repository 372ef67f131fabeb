"""Rows made ready so that a dot product bounds their distance, and how far rounding may lead it astray.

Half the squared distance of two rows is ``half[i] + half[j] - dot``, where half is half the squared length. The
cosine distance is the same of rows of length one. In place of all coordinates a few may serve: those along the
directions in which the rows vary most, and the length of what is left. They give a lower bound, often close. Dot
products come from BLAS in float32; the few that decide a result are computed again from the differences of the
given rows, in float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.compiled import compiled_fast
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["HalfSquares", "Metric", "direct_half_square", "half_squares"]

Metric = Literal["euclidean", "cosine"]

_BLOCK_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfSquares:
    """Rows whose dot products bound half the squared distance, or the cosine distance, from below.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        The rows as they were given.
    metric : {"euclidean", "cosine"}
        Which distance.
    factors : float64 (n,)
        What a row is multiplied with before differences are taken: one, or one over its length; zero marks a row
        of zeros, whose cosine distance to any row is one.
    shift : float64 (d,)
        What was taken from each row times its factor.
    scale : float
        What the rest was multiplied with.
    basis : float64 (d, p), optional
        Orthonormal columns; None where all coordinates are kept.
    rows : float32 (n, d) or (n, p + 1)
        The rows to multiply: scaled, centered and turned as accuracy and speed ask; the vectors themselves where
        they serve.
    halves : float32 (n,)
        What is added for each row.
    whole : HalfSquares, optional
        The same rows by all their coordinates, where these are fewer.
    """

    vectors: Floats
    metric: Metric
    factors: Floats
    shift: Floats
    scale: float
    basis: Floats | None
    rows: Floats
    halves: Floats
    whole: HalfSquares | None = None

    @property
    def unit(self) -> float:
        """What one is worth in half squares of the given rows."""
        return float(1 / self.scale**2)

    @property
    def slack(self) -> float:
        """``halves[i] + halves[j] - dot`` is too large by this times ``halves[i] + halves[j]`` at most."""
        return float((self.rows.shape[1] / 2 + 16) * np.finfo(np.float32).eps)

    def error(self, asked: HalfSquares) -> Floats:
        """Return by how much a bound between each row asked for and any of these rows is too large at most."""
        return self.slack * (asked.halves.astype(np.float64) + float(self.halves.max(initial=0.0)))

    def distances(self, values: Floats) -> Floats:
        """Return the distances that half squares stand for."""
        return np.sqrt(2 * values) if self.metric == "euclidean" else values

    def take(self, members: Ints) -> HalfSquares:
        """Return some of the rows."""
        whole = None if self.whole is None else self.whole.take(members)
        vectors = self.vectors[members] if whole is None else whole.vectors
        return replace(
            self,
            vectors=vectors,
            factors=self.factors[members],
            rows=vectors if self.rows is self.vectors else self.rows[members],
            halves=self.halves[members],
            whole=whole,
        )

    def along(self, basis: Floats) -> HalfSquares:
        """Return the rows by their coordinates in another basis."""
        few = _fill(self.vectors, self.metric, self.factors, self.shift, self.scale, basis)
        return replace(few, whole=self)


def half_squares(vectors: Floats, metric: Metric, *, like: HalfSquares | None = None) -> HalfSquares:
    """Return the rows made ready for one metric, with all their coordinates.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        Finite, C-contiguous, n ≥ 1.
    metric : {"euclidean", "cosine"}
        Which distance.
    like : HalfSquares, optional
        Shift, scale and turn these rows as those, so that the two can be compared.

    Examples
    --------
    >>> import numpy as np
    >>> ready = half_squares(np.array([[3.0, 0.0], [0.0, 4.0]]), "euclidean")
    >>> float(ready.halves[0] + ready.halves[1] - ready.rows[0] @ ready.rows[1]) * ready.unit
    12.5
    """
    factors, mean, squares = _moments(vectors, metric)
    if like is not None:
        asked = _fill(vectors, metric, factors, like.shift, like.scale, None)
        return asked if like.basis is None else asked.along(like.basis)
    largest = math.sqrt(min(float(squares.max(initial=0.0)), 1e300))
    plain = 1e-10 < largest < 1e10 or largest == 0.0
    scale = 1.0 if plain else 2.0 ** -math.frexp(largest)[1]  # squares neither overflow nor vanish
    offset = float(mean @ mean)
    far = offset > max(float(squares.mean()) - offset, 0.0) and bool(factors.all())
    shift = mean if far else np.zeros(vectors.shape[1])
    return _fill(vectors, metric, factors, shift, scale, None)


@compiled_fast
def direct_half_square(
    one: Floats, other: Floats, one_factor: float, other_factor: float, first: Floats, second: Floats
) -> float:
    """Return half the squared difference of two rows times their factors, summed in float64.

    Parameters
    ----------
    one, other : (d,)
        Two rows.
    one_factor, other_factor : float
        Their factors; one if either is zero.
    first, second : float64 (d,)
        Places to work in. Products are rounded before they are subtracted, so equal rows differ by nothing and
        the order of the two does not matter.
    """
    if one_factor == 0.0 or other_factor == 0.0:
        return 1.0
    total = 0.0
    if one_factor == 1.0 and other_factor == 1.0:
        for c in range(len(one)):
            difference = np.float64(one[c]) - np.float64(other[c])
            total += difference * difference
        return 0.5 * total
    for c in range(len(one)):
        first[c] = one[c] * one_factor
    for c in range(len(one)):
        second[c] = other[c] * other_factor
    for c in range(len(one)):
        difference = first[c] - second[c]
        total += difference * difference
    return 0.5 * total


def _block_rows(d: int) -> int:
    return max(1, _BLOCK_BYTES // (8 * max(d, 1)))


def _moments(vectors: Floats, metric: Metric) -> tuple[Floats, Floats, Floats]:
    """Return the factors, and the mean and the squared lengths of the rows times their factors."""
    n, d = vectors.shape
    factors, squares = np.ones(n), np.ones(n)

    def add(part: slice) -> Floats:
        block = vectors[part].astype(np.float64)
        if metric == "euclidean":
            np.einsum("ij,ij->i", block, block, out=squares[part])
            return np.asarray(block.sum(axis=0))
        largest = np.abs(block).max(axis=1, initial=0.0)
        largest[largest == 0.0] = 1.0
        lengths = np.linalg.norm(block / largest[:, None], axis=1) * largest
        factors[part] = np.divide(1.0, lengths, out=np.zeros(len(block)), where=lengths > 0)
        return np.asarray((block * factors[part, None]).sum(axis=0))

    with np.errstate(over="ignore"):
        sums = in_parallel(add, blocks(n, _block_rows(d)))
    return factors, np.sum(sums, axis=0) / max(n, 1), squares


def _fill(
    vectors: Floats,
    metric: Metric,
    factors: Floats,
    shift: Floats,
    scale: float,
    basis: Floats | None,
) -> HalfSquares:
    """Shift, scale and turn the rows, block by block in float64, and halve their squared lengths."""
    n, d = vectors.shape
    as_given = (
        basis is None
        and metric == "euclidean"
        and scale == 1.0
        and not shift.any()
        and vectors.dtype == np.float32
    )
    rows = (
        vectors if as_given else np.empty((n, d if basis is None else basis.shape[1] + 1), dtype=np.float32)
    )
    halves = np.empty(n, dtype=np.float32)

    def fill(part: slice) -> None:
        block = vectors[part].astype(np.float64)
        if not as_given:
            block *= factors[part, None]
            block -= shift
            block *= scale
        squares = np.einsum("ij,ij->i", block, block)
        if basis is not None:
            block = block @ basis
            rows[part, :-1] = block
            rows[part, -1] = np.sqrt(np.maximum(squares - np.einsum("ij,ij->i", block, block), 0.0))
        elif not as_given:
            rows[part] = block
        halves[part] = squares / 2

    in_parallel(fill, blocks(n, _block_rows(d)))
    if metric == "cosine" and not shift.any():
        halves[:] = 0.5  # one less the dot product, also where a row is zero
    return HalfSquares(
        vectors=vectors,
        metric=metric,
        factors=factors,
        shift=shift,
        scale=scale,
        basis=basis,
        rows=rows,
        halves=halves,
    )
