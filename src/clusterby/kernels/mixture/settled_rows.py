"""Rows that certainly belong to one component, which need not be read again."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.mixture.gaussian_densities import LinearDensities, normalize_rows
from clusterby.kernels.mixture.gaussian_moments import add_weighted, empty_moments
from clusterby.kernels.mixture.gaussian_parameters import Gaussians, Moments
from clusterby.kernels.mixture.leads import Reference, Terms
from clusterby.kernels.mixture.settled_loops import doubtful_rows, settle_rows
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["SettledRows"]

_BOUND_ROWS, _TILE_ROWS = 2**14, 2**8
_SOON, _LONGEST_WAIT = 3, 7  # passes
_LEFT = 1e-6  # the share of a sum of squares below which what is left of it may be rounding


class SettledRows:
    """The rows that belong to one component as far as the others' share is not negligible.

    A row is settled while the log-density under its own component is certainly so far above that under any other
    that all other responsibilities are zero. Each mixture that follows lowers what is certain by how far the
    log-densities may have changed at the row; the sums of settled rows are kept.

    Parameters
    ----------
    rows : float32 or float64 (n, d), C-contiguous
        The rows.
    origin : (d,)
        What they are counted from.
    k : int
        The number of components.

    Attributes
    ----------
    own : int32 (n,)
        The component of each settled row, −1 for others.
    bounds : float32 (n, groups)
        At least the lead in log-density of a settled row's component over each group of others.
    spread : float32 (n, 2)
        |u|² − d, and the norm of u² − mean(u²), for u the row as the reference measures it.
    held : Moments
        The sums of settled rows.
    """

    def __init__(self, rows: Floats, origin: Floats, k: int) -> None:
        n, d = rows.shape
        self.rows, self.origin = rows, origin
        self.own = np.full(n, -1, dtype=np.int32)
        self.bounds = np.empty((n, (k - 1).bit_length()), dtype=np.float32)
        self.spread = np.empty((n, 2), dtype=np.float32)
        self.held = empty_moments("diag", k, d)
        self._most = np.zeros((k, d))
        self.reference: Reference | None = None
        self._terms: Terms | None = None
        self._age = self._wait = self._rest = 0

    def doubtful(
        self, gaussians: Gaussians, terms: Terms, limit: float, *, advance: Advance | None = None
    ) -> IntArray | None:
        """Return the rows that are not settled under a mixture, in order; None where to know is not worth its cost.

        Where less than half of what was settled still is, or a quarter of all rows, all is forgotten and the mixture
        becomes the reference; after that was in vain, one more pass goes by before it is tried again, then three, …

        Parameters
        ----------
        gaussians : Gaussians
            The mixture, the next after that of the last call.
        terms : Terms
            Its log-densities.
        limit : float
            The lead that a settled row has.
        """
        self._age += 1
        if self.reference is not None:
            settled = int(np.count_nonzero(self.own >= 0))
            found = self.fallen(terms, limit, advance)
            if len(self.rows) - len(found) > max(settled // 2, len(self.rows) // 4):
                return found
            self._forget()
            self._wait = min(2 * self._wait + 1, _LONGEST_WAIT) if self._age < _SOON else 0
            self._rest = self._wait
        if self._rest > 0:
            self._rest -= 1
            return None
        self.reference, self._terms, self._age = Reference.of(gaussians, terms), terms, 0
        return np.arange(len(self.rows))

    def fallen(self, terms: Terms, limit: float, advance: Advance | None = None) -> IntArray:
        """Return the rows that are not settled under a mixture, in order, those that never were among them."""
        if self.reference is None or self._terms is None:
            return np.arange(len(self.rows))
        least = self.reference.least_changes(self._terms, terms)
        self._terms = terms

        def part(at: slice) -> IntArray:
            found = np.empty(at.stop - at.start, dtype=np.int64)
            d, start, stop = self.rows.shape[1], at.start, at.stop
            count = doubtful_rows(self.own, self.bounds, self.spread, least, limit, d, start, stop, found)
            return found[:count]

        return np.concatenate(in_parallel(part, blocks(len(self.rows), _BOUND_ROWS), advance=advance))

    def settle(
        self,
        rows: IntArray,
        scores: Floats,
        shifted: Floats,
        first: int,
        densities: LinearDensities,
        negligible: float,
    ) -> tuple[int, float, IntArray, NDArray[np.int32]]:
        """Turn log-densities into responsibilities, but for rows that are settled: those become zeros.

        Parameters
        ----------
        rows : int64 (m,)
            Which rows they are.
        scores : float (m, k)
            Log-densities less the constants of `densities`; set.
        shifted : float (m, ≥ d)
            The rows from the origin, in columns `first` to `first` + d.
        densities : LinearDensities
            Where the scores are from.
        negligible : float
            As for `normalize_rows`.

        Returns
        -------
        kept : int
            How many responsibilities are not zero.
        total : float
            The sum of the log-densities of the rows that are not settled.
        moved : int64 (p,)
            The rows that became settled, are so no longer, or are in another component.
        before : int32 (p,)
            The components that they were settled in, −1 for none.
        """
        reference = cast("Reference", self.reference)
        unit = (self.rows.shape[1] + 16) * float(np.finfo(densities.dtype).eps)
        errors = unit * (4 * densities.constants + 4.5 * densities.reach)
        before = np.empty(len(rows), dtype=np.int32)
        settle_rows(
            scores, densities.constants, errors, 4 * unit, negligible, shifted, first, rows, reference.means,
            reference.factors, reference.groups, self.own, self.bounds, self.spread, before,
        )  # fmt: skip
        own = self.own[rows]
        changed, rest = np.flatnonzero(own != before), np.flatnonzero(own < 0)
        some, logs = scores[rest], np.empty(len(rest))
        kept = normalize_rows(
            some, densities.constants, negligible, logs, np.empty(len(rest), dtype=np.int64)
        )
        scores[rest] = some
        return kept, float(logs.sum()), rows[changed], before[changed]

    def move(self, moved: IntArray, before: NDArray[np.int32], advance: Advance | None = None) -> None:
        """Let the sums follow rows whose component has changed.

        Parameters
        ----------
        moved : int64 (m,)
            The rows.
        before : int32 (m,)
            The components that they were settled in, −1 for none.
        """
        left = np.unique(before[before >= 0])
        self._move(moved, before, advance)
        np.maximum(self._most, self.held.squares, out=self._most)
        thin = left[(self.held.squares[left] < _LEFT * self._most[left]).any(axis=1)]
        if len(thin):
            self.held.sums[thin] = self.held.squares[thin] = self.held.counts[thin] = 0
            again = np.flatnonzero(np.isin(self.own, thin))
            self._move(again, np.full(len(again), -1, dtype=np.int32), advance)
            self._most[thin] = self.held.squares[thin]

    def _move(self, moved: IntArray, before: NDArray[np.int32], advance: Advance | None) -> None:
        k, d = self.held.sums.shape

        def part(at: slice) -> Moments:
            some = empty_moments("diag", k, d)
            for start in range(at.start, at.stop, _TILE_ROWS):
                tile = slice(start, min(start + _TILE_ROWS, at.stop))
                weights = np.zeros((tile.stop - tile.start, k), dtype=self.rows.dtype)
                for components, weight in ((self.own[moved[tile]], 1.0), (before[tile], -1.0)):
                    inside = np.flatnonzero(components >= 0)
                    weights[inside, components[inside]] = weight
                rows = self.rows.take(moved[tile], axis=0) - self.origin
                add_weighted(some, rows, 0, weights, int(np.count_nonzero(weights)), squares=True)
            return some

        size = max(4 * _TILE_ROWS, -(-len(moved) // 8))
        for some in in_parallel(part, blocks(len(moved), size), advance=advance):
            self.held.counts[:] += some.counts
            self.held.sums[:] += some.sums
            self.held.squares[:] += some.squares

    def _forget(self) -> None:
        self.own[:] = -1
        self.held = empty_moments("diag", *self.held.sums.shape)
        self._most[:] = 0
        self.reference = self._terms = None
