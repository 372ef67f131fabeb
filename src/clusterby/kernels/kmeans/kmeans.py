"""k-means: starts on a sample, Lloyd's iterations on growing samples, and exact ones on all rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats
from clusterby.kernels.kmeans.cluster_sums import inertia_of
from clusterby.kernels.kmeans.kmeans_plus_plus import kmeans_plus_plus
from clusterby.kernels.kmeans.kmeans_rows import Rows, read_rows, take_rows, to_unit_length
from clusterby.kernels.kmeans.lloyd import LloydRun, lloyd
from clusterby.kernels.kmeans.torch_lloyd import lloyd_on_device
from clusterby.kernels.parallel import one_thread_blas

__all__ = ["KMeansResult", "begin_centers", "kmeans", "sample_sizes"]

_SAMPLE_ROWS = 4096
_ROWS_PER_CENTER = 50  # of the smallest sample: fewer, and centers fit the sample rather than the data
_START_ROWS_PER_CENTER = 25  # among so many k-means++ draws as well as among all of the smallest sample
_GROWTH = 4
_STARTS_ON_SAMPLE = 2  # per start asked for: a run on the smallest sample costs little, and one start varies
_SAMPLE_BYTES = 2**28

Start = Callable[[np.random.RandomState], Floats]
"""Makes centers (k, d) from chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KMeansResult:
    """The centers found, which of them is nearest to each row, and how it went.

    Parameters
    ----------
    centers : float (k, d)
    labels : int32 (n,)
    inertia : float
        The weighted sum of squared distances to them; of 1 − cosine where rows are read at unit length.
    n_iter : int
        How many iterations ran on all rows.
    sums, weights : float64 (k, d), float64 (k,)
        What the rows add up to of which the centers are means.
    """

    centers: Floats
    labels: NDArray[np.int32]
    inertia: float
    n_iter: int
    sums: NDArray[np.float64]
    weights: NDArray[np.float64]


def kmeans(
    rows: Rows,
    k: int,
    *,
    start: str | Start = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 0.0,
    random_state: np.random.RandomState,
    device: str | None = None,
    advance: Advance | None = None,
    tell: Callable[[str], None] | None = None,
) -> KMeansResult:
    """Return the k centers with the least inertia found, a fixed point of Lloyd's iterations if `tol` is 0.

    Parameters
    ----------
    rows : Rows
        (n, d), n ≥ k.
    k : int
        How many centers.
    start : {"k-means++", "random"} or callable
        A callable makes the first centers of a run, which then goes over all rows.
    n_init : int
        How many starts. Where there are samples, twice as many run on the smallest, and the best goes on.
    max_iter, tol
        As for :func:`~clusterby.kernels.kmeans.lloyd.lloyd`.
    random_state : RandomState
    device : str, optional
        A torch device for the iterations on all rows; those on the processor go on from there to the end. Not
        for rows read at unit length.
    advance : callable, optional
        Told `max_iter` in all, as iterations finish.
    tell : callable, optional
        Given a line about each iteration on all rows.

    Notes
    -----
    Memory: the rows, about 110 bytes for each (180 in float64), and a sample of at most a quarter of them and 256 MiB.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> line = make_rows(np.array([[0.0], [1.0], [10.0], [11.0]]))
    >>> kmeans(line, 2, random_state=np.random.RandomState(0)).inertia
    1.0
    """
    d = rows.vectors.shape[1]
    weighty = int(np.count_nonzero(rows.weights))
    sizes = sample_sizes(weighty, k, d * rows.vectors.itemsize) if isinstance(start, str) else []
    runs = 1 if sizes else n_init
    ask = still(advance)

    def run() -> KMeansResult:
        if sizes:
            centers = _from_samples(rows, k, start, n_init, sizes, max_iter, tol, random_state, ask)
        else:
            centers = begin_centers(rows, k, start, random_state, advance=ask)
        if tell is not None:
            tell("Initialization complete")
        told = advance if runs == 1 else ask
        if device is not None and not rows.spherical:
            weights = None if (rows.weights == 1).all() else rows.weights
            centers = lloyd_on_device(
                rows.vectors, centers, weights=weights, device=device, max_iter=max_iter, tol=tol, advance=ask
            )
        found = lloyd(rows, centers, max_iter=max_iter, tol=tol, advance=told, tell=tell)
        return _result(rows, found)

    with one_thread_blas():
        best = run()
        for _ in range(runs - 1):
            other = run()
            if other.inertia < best.inertia and not _same_clustering(other.labels, best.labels, k):
                best = other
    if advance is not None:
        advance(max_iter - best.n_iter if runs == 1 else max_iter)
    return best


def sample_sizes(n: int, k: int, row_bytes: int) -> list[int]:
    """Return how many rows each sample has that Lloyd's iterations run on before all n, smallest first.

    Examples
    --------
    >>> sample_sizes(100_000, 100, 2048)
    [6250, 25000]
    >>> sample_sizes(10_000, 8, 2048)
    []
    """
    least = max(_SAMPLE_ROWS, _ROWS_PER_CENTER * k)
    sizes: list[int] = []
    size = min(n // _GROWTH, _SAMPLE_BYTES // row_bytes)
    while size >= least:
        sizes.insert(0, size)
        size //= _GROWTH
    return sizes


def _from_samples(
    rows: Rows,
    k: int,
    start: str | Start,
    n_init: int,
    sizes: list[int],
    max_iter: int,
    tol: float,
    random_state: np.random.RandomState,
    ask: Advance | None,
) -> Floats:
    """Return the centers of the best start, after iterations on samples of growing size."""
    weighty = np.flatnonzero(rows.weights > 0)
    drawn = random_state.permutation(len(weighty))[: sizes[-1]]

    def sample_of(size: int, first: int = 0) -> Rows:
        return take_rows(rows, weighty[np.sort(drawn[first : first + size])])

    sample = sample_of(sizes[0])
    few = min(sizes[0], _START_ROWS_PER_CENTER * k)
    best = np.inf
    for i in range(n_init * _STARTS_ON_SAMPLE):
        begin = begin_centers(
            sample_of(few, i * few % (sizes[-1] - few + 1)), k, start, random_state, advance=ask
        )
        run = lloyd(sample, begin, max_iter=max_iter, tol=tol, advance=ask)
        inertia = inertia_of(sample, run.labels, run.centers)
        if inertia < best:
            centers, best = run.centers, inertia
    for size in sizes[1:]:
        centers = lloyd(sample_of(size), centers, max_iter=max_iter, tol=tol, advance=ask).centers
    return centers


def begin_centers(
    rows: Rows,
    k: int,
    start: str | Start,
    random_state: np.random.RandomState,
    *,
    advance: Advance | None = None,
) -> Floats:
    """Return the first centers of a run, (k, d).

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> begin_centers(make_rows(np.array([[3.0]])), 1, "random", np.random.RandomState(0)).tolist()
    [[3.0]]
    """
    if callable(start):
        given = start(random_state)
        if not rows.spherical:
            return given
        unit: Floats = to_unit_length(given.astype(np.float64)).astype(given.dtype)
        return unit
    if start == "k-means++":
        return read_rows(rows, kmeans_plus_plus(rows, k, random_state, advance=advance))
    share = rows.weights / rows.weights.sum()
    return read_rows(rows, random_state.choice(len(share), size=k, replace=False, p=share))


def _result(rows: Rows, run: LloydRun) -> KMeansResult:
    return KMeansResult(
        centers=run.centers,
        labels=run.labels,
        inertia=inertia_of(rows, run.labels, run.centers),
        n_iter=run.n_iter,
        sums=run.sums,
        weights=run.weights,
    )


def _same_clustering(a: NDArray[np.int32], b: NDArray[np.int32], k: int) -> bool:
    """Whether two labellings differ by the names of the clusters at most."""
    name = np.full(k, -1, dtype=np.int32)
    name[a] = b
    return bool(np.array_equal(name[a], b))
