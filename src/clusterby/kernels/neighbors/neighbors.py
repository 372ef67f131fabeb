"""The nearest neighbors of rows, exactly, by blocks of dot products."""

from __future__ import annotations

import numpy as np

from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.neighbors.candidates import fill_lists, fill_lists_of_all
from clusterby.kernels.neighbors.half_squares import HalfSquares, Metric, half_squares
from clusterby.kernels.neighbors.narrow import narrowed
from clusterby.kernels.neighbors.settle import settle
from clusterby.kernels.neighbors.top_k import NO_ROW
from clusterby.kernels.neighbors.torch_candidates import lists_on_device

__all__ = ["begin", "nearest_neighbors", "nearest_of_all", "nearest_outside"]

_SPARE = 8  # candidates beyond those needed, so that rounding in the last place seldom decides
_PROBES = 128  # rows that tell whether a few coordinates are enough


def nearest_neighbors(
    vectors: Floats,
    k: int,
    *,
    queries: Floats | None = None,
    metric: Metric = "euclidean",
    device: str | None = None,
    advance: Advance | None = None,
) -> tuple[Floats, Ints]:
    """Return the distances and the rows of the k nearest neighbors.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        Finite.
    k : int
        At least 1; at most n − 1, or n where queries are given.
    queries : (m, d), of the same dtype, optional
        Find the neighbors of these rows. By default those of each row of `vectors` among the others, where a
        distance is computed once for both of its rows.
    metric : {"euclidean", "cosine"}
        Cosine is one less the cosine, and one where a row is zero.
    device : str, optional
        A torch device to multiply on, where no queries are given; results are settled on the processor, and the same.
    advance : callable, optional
        Told how many rows were finished, of n (m) in all.

    Returns
    -------
    distances : float64 (n, k) or (m, k)
        In increasing order, from differences summed in float64: zero for equal rows.
    rows : int64 (n, k) or (m, k)
        Of equally near rows the smaller ones, in increasing order.

    Raises
    ------
    ValueError
        If k is out of range.

    Notes
    -----
    Tiles of dot products stay in the cache and are pushed into lists of k + 8 candidates at once. The candidates'
    distances are computed again directly. Where the rounding of the products leaves open whether a row outside
    the list is nearer than the k-th, all rows near enough are compared directly. Memory beside the rows: O(n·k).

    Examples
    --------
    >>> import numpy as np
    >>> distances, rows = nearest_neighbors(np.array([[0.0], [1.0], [3.0]]), 1)
    >>> distances.ravel().tolist(), rows.ravel().tolist()
    ([1.0, 1.0, 2.0], [1, 0, 1])
    """
    limit = len(vectors) - (queries is None)
    if not 1 <= k <= limit:
        raise ValueError(f"k={k} neighbors: ask for 1 to {limit} of {len(vectors)} rows")
    ready, length = begin(vectors, k, metric, None if queries is not None else device)
    if queries is None:
        values, rows = nearest_of_all(ready, k, length, device=device, advance=advance)
        return ready.distances(values), rows.astype(np.int64)
    asked = half_squares(np.ascontiguousarray(queries, dtype=vectors.dtype), metric, like=ready)
    values, rows = nearest_outside(
        asked,
        ready,
        k,
        length,
        asked_groups=np.full(len(queries), -1, dtype=np.int32),
        groups=np.zeros(len(vectors), dtype=np.int32),
        advance=advance,
    )
    rows[asked.factors == 0] = np.arange(k)  # zeros are as far from every row
    values[asked.factors == 0] = 1.0
    return ready.distances(values), rows.astype(np.int64)


def begin(vectors: Floats, k: int, metric: Metric, device: str | None) -> tuple[HalfSquares, int]:
    """Return the rows made ready to find k neighbors of each, and how many candidates to begin with.

    Examples
    --------
    >>> import numpy as np
    >>> begin(np.array([[0.0], [1.0], [3.0]]), 2, "euclidean", None)[1]
    2
    """
    ready = half_squares(np.ascontiguousarray(vectors), metric)
    return narrowed(ready, k) if device is None else (ready, k)


def nearest_of_all(
    ready: HalfSquares, k: int, length: int, *, device: str | None = None, advance: Advance | None = None
) -> tuple[Floats, Ints]:
    """Return half squares and rows, float64 and int32 (n, k), of the nearest of each row among the others.

    Parameters
    ----------
    ready : HalfSquares
        The rows.
    k : int
        At most n − 1.
    length : int
        How many candidates to begin with; see :func:`clusterby.kernels.neighbors.narrow.narrowed`.
    device : str, optional
        A torch device to multiply on; results are settled on the processor, and the same.
    advance : callable, optional
        Told how many rows were finished.

    Examples
    --------
    >>> import numpy as np
    >>> values, rows = nearest_of_all(half_squares(np.array([[0.0], [1.0], [3.0]]), "euclidean"), 1, 1)
    >>> values.ravel().tolist()
    [0.5, 0.5, 2.0]
    """
    n = len(ready.rows)
    longer = min(length + _SPARE, n - 1)
    if device is None:
        found = fill_lists_of_all(ready, longer, advance=advance)
    else:
        found = lists_on_device(ready, longer, device=device, advance=advance)
    groups = np.arange(n, dtype=np.int32)
    none = np.zeros(n)
    return settle(ready, ready, *found, np.full(n, np.inf), k, asked_groups=groups, groups=groups, least=none)


def nearest_outside(
    asked: HalfSquares,
    ready: HalfSquares,
    k: int,
    length: int,
    *,
    asked_groups: Ints,
    groups: Ints,
    least: Floats | None = None,
    limits: Floats | None = None,
    advance: Advance | None = None,
) -> tuple[Floats, Ints]:
    """Return half squares and rows, float64 and int32 (m, k), of the nearest rows of other groups.

    Parameters
    ----------
    asked, ready : HalfSquares
        The rows to find neighbors of, and those among which to find them.
    k, length : int
        How many, and how many candidates to begin with.
    asked_groups, groups : int32 (m,), (n,)
        The groups of both.
    least : float64 (n,), optional
        A row's half square is not taken for less.
    limits : float64 (m,), optional
        Leave out what is farther than this; it stands in a list where fewer than k are not, beside
        :data:`~clusterby.kernels.neighbors.top_k.NO_ROW`.
    advance : callable, optional
        Told how many rows asked for were finished.

    Examples
    --------
    >>> import numpy as np
    >>> ready = half_squares(np.array([[0.0], [1.0], [3.0]]), "euclidean")
    >>> groups = np.array([0, 0, 1], dtype="int32")
    >>> values, rows = nearest_outside(ready, ready, 1, 1, asked_groups=groups, groups=groups)
    >>> values.ravel().tolist(), rows.ravel().tolist()
    ([4.5, 2.0, 2.0], [2, 2, 1])
    """
    least = np.zeros(len(groups)) if least is None else least
    limits = np.full(len(asked.rows), np.inf) if limits is None else limits
    if ready.whole is not None and asked.whole is not None and len(asked.rows) > 8 * _PROBES:
        probes = np.arange(0, len(asked.rows), len(asked.rows) // _PROBES)
        _, listed = fill_lists(
            asked.take(probes),
            ready,
            min(length + _SPARE, len(groups)),
            limits[probes],
            asked_groups=asked_groups[probes],
            groups=groups,
            least=least,
        )
        if (listed[np.isfinite(limits[probes]), -1] != NO_ROW).sum() > len(probes) / 4:
            asked, ready, length = (
                asked.whole,
                ready.whole,
                k,
            )  # a few coordinates leave too many within the limits
    found = fill_lists(
        asked,
        ready,
        min(length + _SPARE, len(groups)),
        limits,
        asked_groups=asked_groups,
        groups=groups,
        least=least,
        advance=advance,
    )
    return settle(asked, ready, *found, limits, k, asked_groups=asked_groups, groups=groups, least=least)
