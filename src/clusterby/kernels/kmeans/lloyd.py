"""Lloyd's iterations, exact, on the rows whose nearest center may have changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.kmeans.cluster_sums import (
    ClusterSums,
    inertia_of,
    mean_centers_of,
    move_rows,
    sums_of_clusters,
)
from clusterby.kernels.kmeans.kmeans_rows import Rows
from clusterby.kernels.kmeans.nearest_rows import Assignment, assign_rows, begin_assignment

__all__ = ["LloydRun", "group_centers", "lloyd"]

_CENTERS_PER_GROUP = 6  # centers per group: fewer make tighter bounds, and more of them to keep
_MOST_GROUPS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LloydRun:
    """Where Lloyd's iterations ended.

    Parameters
    ----------
    centers : float (k, d)
    labels : int32 (n,)
        The nearest of these centers for each row.
    sums, weights : float64 (k, d), float64 (k,)
        What the rows add up to of which the centers are means.
    n_iter : int
        How many iterations were run.
    converged : bool
        Whether the last one changed nothing: each center is the mean of its rows.
    looked_at : tuple of int
        For how many rows the distances to all centers were computed, each time.
    """

    centers: Floats
    labels: NDArray[np.int32]
    sums: NDArray[np.float64]
    weights: NDArray[np.float64]
    n_iter: int
    converged: bool
    looked_at: tuple[int, ...]


def lloyd(
    rows: Rows,
    centers: Floats,
    *,
    max_iter: int,
    tol: float,
    advance: Advance | None = None,
    tell: Callable[[str], None] | None = None,
) -> LloydRun:
    """Return the centers to which Lloyd's iterations lead from `centers`, and the labels that go with them.

    Parameters
    ----------
    rows : Rows
        (n, d).
    centers : float (k, d)
        Where to start; unit vectors where the rows are read at unit length.
    max_iter : int
        The most iterations.
    tol : float
        Ends when the squared distances that the centers moved sum to at most this; in any case when no row
        changed its cluster.
    advance : callable, optional
        Told of each iteration; what it raises ends the run.
    tell : callable, optional
        Given a line about each iteration.

    Notes
    -----
    Lloyd (1982), *Least squares quantization in PCM*. An empty cluster gets the row that is farthest from its
    own center, as in scikit-learn. Sums are kept in float64, changed by the rows that moved, and taken anew
    before the end.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> line = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> run = lloyd(make_rows(line), line[:2], max_iter=9, tol=0)
    >>> run.centers.ravel().tolist(), run.labels.tolist(), run.n_iter
    ([0.5, 10.5], [0, 0, 1, 1], 3)
    """
    assignment = begin_assignment(rows, centers, group_centers(centers))
    order, labels = assignment.order, assignment.labels
    here = np.ascontiguousarray(centers[order])
    sums = ClusterSums.of_none(here.shape)
    exact = True  # whether the sums were taken anew since rows moved
    converged, n_iter = False, 0
    while n_iter < max_iter:
        moves = assign_rows(rows, here, assignment, advance=advance)
        if n_iter and not len(moves.rows):
            if not exact:
                sums = sums_of_clusters(rows, labels, len(here))
                exact = True
                there = mean_centers_of(rows, sums, here, labels)
                if not np.array_equal(there, here):
                    here = there
                    continue
            converged = True
            n_iter += 1
            if advance is not None:
                advance(1)
            if tell is not None:
                tell(f"Converged at iteration {n_iter - 1}: strict convergence.")
            break
        move_rows(rows, labels, moves, sums)
        exact = n_iter == 0
        there = mean_centers_of(rows, sums, here, labels)
        if tell is not None:
            tell(f"Iteration {n_iter}, inertia {inertia_of(rows, labels, here)}.")
        shift = float(((there.astype(np.float64) - here) ** 2).sum())
        here = there
        n_iter += 1
        if advance is not None:
            advance(1)
        if shift <= tol:
            converged = shift == 0
            if tell is not None:
                tell(f"Converged at iteration {n_iter - 1}: center shift {shift} within tolerance {tol}.")
            break
    if not converged:
        assign_rows(rows, here, assignment, advance=advance)
    return _in_first_order(assignment, here, sums, n_iter, converged)


def _in_first_order(
    assignment: Assignment, centers: Floats, sums: ClusterSums, n_iter: int, converged: bool
) -> LloydRun:
    back = np.argsort(assignment.order)
    return LloydRun(
        centers=centers[back],
        labels=assignment.order.astype(np.int32)[assignment.labels],
        sums=sums.totals[back],
        weights=sums.weights[back],
        n_iter=n_iter,
        converged=converged,
        looked_at=tuple(assignment.looked_at),
    )


def group_centers(centers: Floats) -> list[NDArray[np.int64]]:
    """Return groups of centers that lie together: a few of Lloyd's iterations on the centers themselves."""
    k = len(centers)
    count = min(_MOST_GROUPS, k // _CENTERS_PER_GROUP)
    if count < 2:
        return [np.arange(k)]
    points = centers.astype(np.float64) - centers.mean(axis=0, dtype=np.float64)
    middles = points[np.linspace(0, k - 1, count).astype(np.int64)]
    for _ in range(5):
        gaps = (middles**2).sum(axis=1) - 2 * points @ middles.T
        nearest = gaps.argmin(axis=1)
        present = np.unique(nearest)
        middles = np.stack([points[nearest == g].mean(axis=0) for g in present])
        nearest = np.searchsorted(present, nearest)
    return [np.flatnonzero(nearest == g) for g in range(len(middles))]
