"""The expectation over all rows, iteration after iteration, that leaves out settled rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats
from clusterby.kernels.mixture.gaussian_densities import LinearDensities, normalize_rows
from clusterby.kernels.mixture.gaussian_moments import add_weighted, empty_moments
from clusterby.kernels.mixture.gaussian_parameters import CovarianceType, Gaussians, Moments
from clusterby.kernels.mixture.leads import Terms
from clusterby.kernels.mixture.settled_rows import SettledRows
from clusterby.kernels.parallel import blocks, in_parallel, one_thread_blas

__all__ = ["LinearPasses"]

_SUMS_BYTES = 32 * 2**20
_FEW_ROWS = 1024  # not worth sums of their own
_ROWS_PER_COMPONENT, _PRODUCT = 64, 256  # fewer, or fewer numbers, and bounds cost more than they save


class LinearPasses:
    """Passes over rows under one mixture after the other: all kinds but "full".

    Parameters
    ----------
    rows : float32 or float64 (n, d), C-contiguous
        The rows.
    first : Gaussians
        A mixture of the kind and size of all.
    again : bool
        Whether several passes are likely, so that it pays to find out which rows are settled.

    Examples
    --------
    >>> pair = Gaussians(kind="spherical", origin=np.zeros(1), weights=np.array([0.5, 0.5]),
    ...                  means=np.array([[-1.0], [1.0]]), factors=np.ones(2))
    >>> passes = LinearPasses(np.array([[-8.0], [-9.0], [8.0]]), pair)
    >>> passes.moments(pair)[1].sums.round(3).tolist()
    [[-17.0], [8.0]]
    """

    def __init__(self, rows: Floats, first: Gaussians, *, again: bool = True) -> None:
        k = len(first.weights)
        self.rows = rows
        worth = len(rows) >= _ROWS_PER_COMPONENT * k and first.means.size >= _PRODUCT
        holds = again and worth and first.kind != "tied"
        self.settled = SettledRows(rows, first.origin, k) if holds else None
        self.negligible = float(np.log(np.finfo(rows.dtype).eps / 16))

    def moments(self, gaussians: Gaussians, advance: Advance | None = None) -> tuple[float, Moments]:
        """Return the sum of the log-densities of all rows, and the moments by their responsibilities.

        Responsibilities below a sixteenth of the rounding unit of the rows, times the largest of the row, are zero.
        For "tied" without squares.
        """
        densities = LinearDensities(gaussians, self.rows.dtype)
        settled, every = self.settled, np.arange(len(self.rows))
        if settled is None:
            part = self._expect(every, densities, None, advance)
            return part.total, part.moments
        with one_thread_blas():  # its sums depend on the number of threads
            terms = Terms.of(gaussians, densities.constants)
            doubtful = settled.doubtful(gaussians, terms, -self.negligible, advance=still(advance))
            if doubtful is None:
                part = self._expect(every, densities, None, advance)
                return part.total, part.moments
            part = self._expect(doubtful, densities, settled, advance)
            if part.moved:
                settled.move(np.concatenate(part.moved), np.concatenate(part.before), still(advance))
            return part.total + terms.total(settled.held), part.moments + settled.held

    def labels(self, gaussians: Gaussians, advance: Advance | None = None) -> IntArray:
        """Return the likeliest component of each row, int64 (n,), the first of equals."""
        densities = LinearDensities(gaussians, self.rows.dtype)
        labels, doubtful = np.empty(len(self.rows), dtype=np.int64), np.arange(len(self.rows))
        if self.settled is not None:
            with one_thread_blas():
                terms = Terms.of(gaussians, densities.constants)
                doubtful = self.settled.fallen(terms, 0.0, still(advance))
            labels[:] = self.settled.own

        def label(at: slice) -> None:
            for some, scores, _, _ in self._scores(doubtful[at], densities):
                labels[some] = (scores + densities.constants).argmax(axis=1)

        in_parallel(label, blocks(len(doubtful), 4 * densities.tile_rows), advance=still(advance))
        return labels

    def _expect(
        self,
        doubtful: IntArray,
        densities: LinearDensities,
        settled: SettledRows | None,
        advance: Advance | None,
    ) -> _Part:
        """Score rows by tiles and add their moments while they are in the cache."""
        k, d = len(densities.constants), self.rows.shape[1]
        most = int(np.clip(_SUMS_BYTES // (8 * k * (2 * d + 1)), 4, 32))
        size = max(densities.tile_rows, _FEW_ROWS if settled else 1, -(-len(doubtful) // most))
        parts = in_parallel(
            lambda at: self._expect_some(doubtful[at], densities, settled),
            blocks(len(doubtful), size),
            advance=still(advance),
        )
        whole = _Part.empty(densities.kind, k, d)
        for part in parts:
            whole.add(part)
        return whole

    def _expect_some(
        self, doubtful: IntArray, densities: LinearDensities, settled: SettledRows | None
    ) -> _Part:
        part = _Part.empty(densities.kind, len(densities.constants), self.rows.shape[1])
        for some, scores, shifted, first in self._scores(doubtful, densities):
            if settled is None:
                logs = np.empty(len(some))
                kept = normalize_rows(
                    scores, densities.constants, self.negligible, logs, np.empty(len(some), dtype=np.int64)
                )
                part.total += float(logs.sum())
            else:
                kept, total, moved, before = settled.settle(
                    some, scores, shifted, first, densities, self.negligible
                )
                part.total += total
                part.moved.append(moved)
                part.before.append(before)
            if kept:
                squares = densities.kind != "tied"
                add_weighted(part.moments, shifted, first, scores, kept, squares=squares)
        return part

    def _scores(
        self, rows: IntArray, densities: LinearDensities
    ) -> Iterator[tuple[IntArray, Floats, Floats, int]]:
        """Yield the rows of each tile, and what `scores` of the densities returns; buffers are used again."""
        tile = densities.buffers()
        copy = np.empty((densities.tile_rows, self.rows.shape[1]), dtype=self.rows.dtype)
        for at in blocks(len(rows), densities.tile_rows):
            some = rows[at]
            if some[-1] - some[0] == len(some) - 1:
                block = self.rows[some[0] : some[-1] + 1]
            else:
                block = self.rows.take(some, axis=0, out=copy[: len(some)], mode="clip")
            yield some, *densities.scores(block, tile)


@dataclass(slots=True, kw_only=True)
class _Part:
    """What some rows add to the log-density and the moments, and which of them moved from where."""

    total: float
    moments: Moments
    moved: list[IntArray]
    before: list[NDArray[np.int32]]

    @classmethod
    def empty(cls, kind: CovarianceType, k: int, d: int) -> _Part:
        return cls(total=0.0, moments=empty_moments(kind, k, d), moved=[], before=[])

    def add(self, other: _Part) -> None:
        self.total += other.total
        for own, more in zip(_arrays(self.moments), _arrays(other.moments), strict=True):
            own += more
        self.moved += other.moved
        self.before += other.before


def _arrays(moments: Moments) -> tuple[Floats, Floats, Floats]:
    return moments.counts, moments.sums, moments.squares
