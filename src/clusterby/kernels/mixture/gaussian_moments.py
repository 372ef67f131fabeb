"""Sums over rows that the parameters of Gaussians are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.compiled import compiled_fast
from clusterby.kernels.mixture.gaussian_parameters import CovarianceType, Moments, each_component
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = [
    "Memberships",
    "add_rows",
    "add_weighted",
    "column_means",
    "empty_moments",
    "moments_of",
    "row_products",
    "rows_per_slab",
    "rows_per_tile",
]

_TILE_BYTES = 512 * 2**10
_SLAB_BYTES = 32 * 2**20
_DENSE = 0.4  # the share of entries above which a product of whole matrices is faster

Memberships = Callable[[slice], Floats]
"""Returns the responsibilities (rows, k) of a slice of rows; slices are asked for in order."""


def rows_per_tile(width: int, itemsize: int) -> int:
    """Return how many rows of `width` numbers stay in a core's cache.

    Examples
    --------
    >>> rows_per_tile(1024, 4)
    128
    """
    return int(np.clip(_TILE_BYTES // (width * itemsize), 64, 4096))


def rows_per_slab(k: int) -> int:
    """Return how many rows of k responsibilities are held at once where a pass needs them twice.

    Examples
    --------
    >>> rows_per_slab(100)
    41943
    """
    return max(1024, _SLAB_BYTES // (8 * k))


def empty_moments(kind: CovarianceType, k: int, d: int) -> Moments:
    """Return moments of no rows; for "tied" without squares, which are those of all rows together.

    Examples
    --------
    >>> empty_moments("full", 3, 2).squares.shape
    (3, 2, 2)
    """
    shape = {"full": (k, d, d), "tied": (0, 0)}.get(kind, (k, d))
    return Moments(counts=np.zeros(k), sums=np.zeros((k, d)), squares=np.zeros(shape))


def column_means(rows: Floats, *, advance: Advance | None = None) -> Floats:
    """Return the mean of the rows (d,), in their precision, summed in float64.

    Examples
    --------
    >>> column_means(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [2.0, 3.0]
    """
    parts = in_parallel(
        lambda at: rows[at].sum(axis=0, dtype=np.float64), blocks(len(rows), _chunk(rows)), advance=advance
    )
    return np.asarray(sum(parts) / len(rows), dtype=rows.dtype)


def row_products(rows: Floats, origin: Floats, *, advance: Advance | None = None) -> Floats:
    """Return the sum of (x − origin)(x − origin)ᵀ over all rows, float64 (d, d).

    Examples
    --------
    >>> row_products(np.array([[1.0], [5.0]]), np.array([3.0])).tolist()
    [[8.0]]
    """
    tile = rows_per_tile(rows.shape[1], 8)

    def products(at: slice) -> Floats:
        total = np.zeros((rows.shape[1], rows.shape[1]))
        for one in _within(at, tile):
            shifted = (rows[one] - origin).astype(np.float64, copy=False)
            total += shifted.T @ shifted
        return total

    size = max(_chunk(rows), -(-len(rows) // 8) if rows.shape[1] > 512 else 1)
    return np.asarray(sum(in_parallel(products, blocks(len(rows), size), advance=advance)))


def moments_of(
    rows: Floats,
    origin: Floats,
    memberships: Memberships,
    kind: CovarianceType,
    k: int,
    *,
    products: Floats | None = None,
    advance: Advance | None = None,
) -> Moments:
    """Return the moments of rows with the given responsibilities.

    Parameters
    ----------
    rows : float32 or float64 (n, d)
        The rows.
    origin : (d,)
        What they are counted from.
    memberships : callable
        Called with slices of rows in increasing order, from this thread; returns (rows, k).
    kind : {"full", "tied", "diag", "spherical"}
        Which squares are wanted.
    k : int
        The number of components.
    products : float64 (d, d), optional
        What `row_products` returned; needed for "tied".

    Examples
    --------
    >>> line = np.array([[1.0], [2.0], [5.0]])
    >>> one_hot = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> moments_of(line, np.zeros(1), one_hot.__getitem__, "diag", 2).sums.tolist()
    [[3.0], [5.0]]
    """
    moments = empty_moments(kind, k, rows.shape[1])
    for at in blocks(len(rows), rows_per_slab(k)):
        moments = add_rows(
            moments, rows[at], origin, np.ascontiguousarray(memberships(at), rows.dtype), kind, advance
        )
    if products is not None:
        moments = Moments(counts=moments.counts, sums=moments.sums, squares=products)
    return moments


def add_rows(
    moments: Moments,
    rows: Floats,
    origin: Floats,
    weights: Floats,
    kind: CovarianceType,
    advance: Advance | None = None,
) -> Moments:
    """Return the moments with those of more rows added; the arrays of `moments` are used up.

    Parameters
    ----------
    moments : Moments
        Of earlier rows.
    rows, origin : (m, d), (d,)
        The rows, and what they are counted from.
    weights : float (m, k), C-contiguous
        Their responsibilities.
    kind : {"full", "tied", "diag", "spherical"}
        Which squares are added; none for "tied".

    Examples
    --------
    >>> start = empty_moments("diag", 1, 1)
    >>> add_rows(start, np.array([[3.0]]), np.zeros(1), np.ones((1, 1)), "diag").squares.tolist()
    [[9.0]]
    """
    k, d = moments.sums.shape
    if kind == "full":

        def component(c: int) -> None:
            _add_products(moments, rows, origin, weights, c)

        each_component(component, k, len(rows) * d * d // k, advance=advance)
        return moments

    def part(at: slice) -> Moments:
        some = empty_moments(kind, k, d)
        for one in _within(at, rows_per_tile(2 * d, rows.dtype.itemsize)):
            kept = int(np.count_nonzero(weights[one]))
            shifted = rows[one] - origin
            add_weighted(some, shifted, 0, weights[one], kept, squares=kind != "tied")
        return some

    for some in in_parallel(part, blocks(len(rows), max(1024, -(-len(rows) // 8))), advance=advance):
        moments += some
    return moments


def add_weighted(
    moments: Moments, rows: Floats, first: int, weights: Floats, kept: int, *, squares: bool
) -> None:
    """Add the rows of a tile to the counts, sums and squares of features, in place and in float64.

    Parameters
    ----------
    moments : Moments
        What is added to.
    rows : (m, ≥ d), C-contiguous
        Relative to the origin, in columns `first` to `first` + d.
    weights : (m, k), C-contiguous
        Responsibilities; zeros cost next to nothing.
    kept : int
        How many are not zero.
    squares : bool
        Whether squares are wanted.

    Examples
    --------
    >>> moments = empty_moments("diag", 1, 1)
    >>> add_weighted(moments, np.array([[3.0]]), 0, np.array([[0.5]]), 1, squares=True)
    >>> moments.squares.tolist()
    [[4.5]]
    """
    d = moments.sums.shape[1]
    if kept <= _DENSE * weights.size or d < 8:
        _add_entries(rows, first, weights, moments.counts, moments.sums, moments.squares, squares)
        return
    exact = rows[:, first : first + d].astype(np.float64)
    transposed = weights.T.astype(np.float64)
    moments.counts[:] += transposed.sum(axis=1)
    moments.sums[:] += transposed @ exact
    if squares:
        moments.squares[:] += transposed @ np.square(exact, out=exact)


def _add_products(moments: Moments, rows: Floats, origin: Floats, weights: Floats, c: int) -> None:
    """Add to one component the outer products of the rows that belong to it."""
    column = np.ascontiguousarray(weights[:, c], dtype=np.float64)
    own = np.flatnonzero(column)
    moments.counts[c] += column.sum()
    for one in blocks(len(own), 4 * rows_per_tile(rows.shape[1], 8)):
        at = own[one]
        scaled = (rows[at] - origin).astype(np.float64)
        root = np.sqrt(column[at])
        scaled *= root[:, None]
        moments.sums[c] += root @ scaled
        moments.squares[c] += scaled.T @ scaled


def _within(at: slice, size: int) -> list[slice]:
    return [slice(at.start + s.start, at.start + s.stop) for s in blocks(at.stop - at.start, size)]


def _chunk(rows: Floats) -> int:
    return int(max(1, 4 * 2**20 // (rows.shape[1] * rows.dtype.itemsize)))


@compiled_fast
def _add_entries(
    rows: Floats,
    first: int,
    weights: Floats,
    counts: Floats,
    sums: Floats,
    squared: Floats,
    squares: bool,
) -> None:
    d = sums.shape[1]
    for i in range(weights.shape[0]):
        row = rows[i, first : first + d]
        for c in range(weights.shape[1]):
            weight = np.float64(weights[i, c])
            if weight == 0.0:
                continue
            counts[c] += weight
            total = sums[c]
            if squares:
                square = squared[c]
                for j in range(d):
                    x = np.float64(row[j])
                    total[j] += weight * x
                    square[j] += weight * x * x
            else:
                for j in range(d):
                    total[j] += weight * np.float64(row[j])
