"""k-means on rows that come in chunks and are never together in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats
from clusterby.kernels.kmeans.cluster_sums import (
    ClusterSums,
    centers_of_sums,
    distances_to_own,
    inertia_of,
    relocate,
    sums_of_clusters,
)
from clusterby.kernels.kmeans.kmeans import KMeansResult
from clusterby.kernels.kmeans.kmeans_rows import Rows, make_rows, read_rows, to_unit_length
from clusterby.kernels.kmeans.nearest_rows import nearest_centers
from clusterby.kernels.parallel import one_thread_blas

__all__ = ["Chunks", "sample_of_chunks", "stream_kmeans", "update_centers"]

Chunks = Callable[[], Iterable[Floats]]
"""Starts another reading of all rows: float (m, d) arrays of one dtype, the same ones in the same order."""


def stream_kmeans(
    chunks: Chunks,
    centers: Floats,
    *,
    spherical: bool = False,
    max_iter: int = 300,
    tol: float = 0.0,
    advance: Advance | None = None,
) -> KMeansResult:
    """Return the centers to which Lloyd's iterations lead from `centers`, reading every chunk once in each.

    The fixed points are those of :func:`~clusterby.kernels.kmeans.lloyd.lloyd` on all rows together.

    Parameters
    ----------
    chunks : callable
        Returns an iterable of float (m, d) arrays.
    centers : float (k, d)
        Where to start, of the chunks' dtype.
    spherical : bool
        Read rows at unit length.
    max_iter, tol
        As for :func:`~clusterby.kernels.kmeans.lloyd.lloyd`.
    advance : callable, optional
        Told of each reading; asked whether to go on after each chunk.

    Raises
    ------
    ValueError
        If a reading has not as many rows as the first.

    Notes
    -----
    Memory: one chunk, and 8 bytes a row.

    Examples
    --------
    >>> line = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> stream_kmeans(lambda: [line[:3], line[3:]], line[:2]).centers.ravel().tolist()
    [0.5, 10.5]
    """
    ask = still(advance)
    here = np.ascontiguousarray(centers)
    if spherical:
        here = to_unit_length(here.astype(np.float64)).astype(here.dtype)
    labels: NDArray[np.int32] | None = None
    n_iter, ended = 0, False
    with one_thread_blas():
        while True:
            found, inertia, sums = _read(chunks, here, spherical, ask)
            if labels is not None and len(labels) != len(found):
                raise ValueError(f"chunks() gave {len(labels)} rows at first and {len(found)} now")
            settled = labels is not None and np.array_equal(found, labels)
            labels = found
            if settled or ended or n_iter == max_iter:
                if settled and not ended and n_iter < max_iter:
                    n_iter += 1
                    if advance is not None:
                        advance(1)
                return KMeansResult(
                    centers=here,
                    labels=found,
                    inertia=inertia,
                    n_iter=n_iter,
                    sums=sums.totals,
                    weights=sums.weights,
                )
            if not sums.members.all():
                _fill_empty(chunks, here, found, spherical, sums, ask)
            there = centers_of_sums(sums, here, spherical=spherical)
            ended = float(((there.astype(np.float64) - here) ** 2).sum()) <= tol
            here = there
            n_iter += 1
            if advance is not None:
                advance(1)


def update_centers(
    rows: Rows, centers: Floats, sums: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[Floats, NDArray[np.int32]]:
    """Return centers moved by more rows, and the center that was nearest to each; `sums` and `counts` grow.

    Parameters
    ----------
    rows : Rows
    centers : float (k, d)
    sums, counts : float64 (k, d), float64 (k,)
        The weighted sum of all rows that each center ever got, and their weight; changed in place.

    Notes
    -----
    Sculley (2010), *Web-scale k-means clustering*: each center is the mean of the rows it ever got.

    Examples
    --------
    >>> sums, counts = np.zeros((1, 1)), np.zeros(1)
    >>> update_centers(make_rows(np.array([[1.0], [3.0]])), np.array([[9.0]]), sums, counts)[0].tolist()
    [[2.0]]
    """
    labels = nearest_centers(rows, centers)
    more = sums_of_clusters(rows, labels, len(centers))
    sums += more.totals
    counts += more.weights
    together = ClusterSums(totals=sums, weights=counts, members=(counts > 0).astype(np.int64))
    return centers_of_sums(together, centers, spherical=rows.spherical), labels


def sample_of_chunks(
    chunks: Chunks, size: int, random_state: np.random.RandomState, *, advance: Advance | None = None
) -> tuple[Floats, int, float]:
    """Return rows drawn without replacement, (size, d) or all, how many there are, and their mean variance.

    Examples
    --------
    >>> sample, n, variance = sample_of_chunks(lambda: [np.zeros((2, 1)), np.ones((2, 1))], 3, np.random.RandomState(0))
    >>> sample.shape, n, variance
    ((3, 1), 4, 0.25)
    """
    kept: Floats | None = None
    keys = np.empty(0)
    n, mean, squares = 0, np.zeros(0), 0.0
    for chunk in chunks():
        drawn = random_state.uniform(size=len(chunk))
        together = np.concatenate([keys, drawn])
        best = np.sort(np.argsort(together, kind="stable")[:size])
        old, new = best[best < len(keys)], best[best >= len(keys)] - len(keys)
        kept = chunk[new] if kept is None else np.concatenate([kept[old], chunk[new]])
        keys = together[best]
        part = chunk.mean(axis=0, dtype=np.float64)
        spread = sum(
            float(((chunk[i : i + 1024] - part) ** 2).sum(dtype=np.float64))
            for i in range(0, len(chunk), 1024)
        )
        if n == 0:
            mean = part
        gap = part - mean
        squares += spread + float(gap @ gap) * n * len(chunk) / max(1, n + len(chunk))
        mean = mean + gap * (len(chunk) / max(1, n + len(chunk)))
        n += len(chunk)
        if advance is not None:
            advance(0)
    if kept is None:
        raise ValueError("chunks() gave no rows")
    return kept, n, squares / max(1, n) / kept.shape[1]


def _read(
    chunks: Chunks, centers: Floats, spherical: bool, ask: Advance | None
) -> tuple[NDArray[np.int32], float, ClusterSums]:
    sums, inertia = ClusterSums.of_none(centers.shape), 0.0
    every: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)]
    for chunk in chunks():
        rows = make_rows(np.ascontiguousarray(chunk), spherical=spherical)
        labels = nearest_centers(rows, centers, advance=ask)
        _add(sums, sums_of_clusters(rows, labels, len(centers)))
        inertia += inertia_of(rows, labels, centers)
        every.append(labels)
        if ask is not None:
            ask(0)
    return np.concatenate(every), inertia, sums


def _add(sums: ClusterSums, more: ClusterSums) -> None:
    np.add(sums.totals, more.totals, out=sums.totals)
    np.add(sums.weights, more.weights, out=sums.weights)
    np.add(sums.members, more.members, out=sums.members)


def _fill_empty(
    chunks: Chunks,
    centers: Floats,
    labels: NDArray[np.int32],
    spherical: bool,
    sums: ClusterSums,
    ask: Advance | None,
) -> None:
    """Move the rows that are farthest from their centers to the empty clusters, in place: one more reading."""
    empty = np.flatnonzero(sums.members == 0)
    far: list[tuple[float, int, Floats]] = []
    start = 0
    for chunk in chunks():
        rows = make_rows(np.ascontiguousarray(chunk), spherical=spherical)
        own = labels[start : start + len(chunk)]
        squared = distances_to_own(rows, own, centers)
        squared[rows.weights == 0] = 0
        most = np.argsort(-squared, kind="stable")[: len(empty)]
        far += zip(squared[most].tolist(), own[most].tolist(), read_rows(rows, most), strict=True)
        far = sorted(far, key=lambda one: -one[0])[: len(empty)]
        start += len(chunk)
        if ask is not None:
            ask(0)
    for cluster, (distance, old, row) in zip(empty, far, strict=False):
        if distance > 0:
            relocate(sums, int(cluster), old, row, 1.0)
