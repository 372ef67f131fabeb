"""Compare clusters by their centroids, tile by tile."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.compiled import compiled
from clusterby.kernels.linkage.centroid_offers import offer_dots
from clusterby.kernels.linkage.cluster_distance import WARD, squared_distance
from clusterby.kernels.linkage.cluster_lists import clear_lists, close_lists
from clusterby.kernels.linkage.cluster_state import ClusterState
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["centroid_keys", "list_all_points", "list_centroids", "n_tile_jobs"]

_ROWS = 512
"""Rows and columns of a tile: 1 MB in float32, and so are its operands at 512 dimensions."""

_AT_ONCE = 4
"""How many tiles one job compares."""

_NEAR = 1e-6
"""Below which share of ‖x‖² + ‖y‖² a squared distance is not taken from a dot product in float64."""


def list_all_points(
    state: ClusterState, linkage: int, rows: NDArray[Any], *, advance: Advance | None = None
) -> None:
    """Fill the lists of all slots with lower bounds, when every point is a cluster: n²/2 distances.

    Parameters
    ----------
    state : ClusterState
        Its lists are changed.
    linkage : int
        WARD or HALF_SQUARES; the lists of other linkages follow from the latter's.
    rows : float32 or float64 (n, p)
        The points, or others no farther from each other than they.
    advance : callable, optional
        Called with 1 for each of :func:`n_tile_jobs` jobs.
    """
    n = len(rows)
    parts = blocks(n, _ROWS)
    slots = np.arange(n)
    norms = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
    facts = _facts(rows, norms, state.slots["scatter"], state.slots["size"])
    locks = [threading.Lock() for _ in parts]
    clear_lists(state.lists, slots)
    tile = _Tile(rows.dtype)

    def compare(job: tuple[int, range]) -> None:
        i, others = job
        one, of_rows = parts[i], facts[:, parts[i]].T.copy()
        for j in others:
            other, of_cols = parts[j], facts[:, parts[j]].copy()
            dots = tile.dots(rows[one], rows[other])
            with locks[i], locks[j] if i != j else nullcontext():
                offer_dots(
                    state, linkage, dots, rows[one], rows[other], slots[one], slots[other], of_rows, of_cols,
                    i != j, False,
                )  # fmt: skip

    in_parallel(compare, _jobs(len(parts)), advance=advance)
    close_lists(state, slots)


def n_tile_jobs(n: int) -> int:
    """Return how many jobs :func:`list_all_points` makes of n points.

    Examples
    --------
    >>> n_tile_jobs(3_000)
    8
    """
    return len(_jobs(len(blocks(n, _ROWS))))


def _jobs(n_parts: int) -> list[tuple[int, range]]:
    """Return the tiles on and above the diagonal, as many in a row as are one job."""
    return [
        (i, range(start, min(start + _AT_ONCE, n_parts)))
        for i in range(n_parts)
        for start in range(i, n_parts, _AT_ONCE)
    ]


def list_centroids(
    state: ClusterState, linkage: int, wanted: IntArray, slots: IntArray, *, direct: bool
) -> None:
    """Fill the lists of the wanted slots from all slots with a cluster.

    Parameters
    ----------
    state : ClusterState
        The lists of `wanted` are changed.
    linkage : int
        WARD or HALF_SQUARES.
    wanted, slots : int64 (w,), (m,)
        Slots with a cluster.
    direct : bool
        Whether keys are computed from differences at once. Otherwise the lists hold lower bounds, which rounding
        may leave too close to each other to tell which is least.
    """
    clear_lists(state.lists, wanted)
    tile = _Tile(state.points.dtype)
    parts = blocks(len(wanted), _ROWS)
    rows = [state.points[wanted[part]] for part in parts]
    of_rows = [_facts_of_slots(state, wanted[part]).T.copy() for part in parts]
    locks = [threading.Lock() for _ in parts]

    def compare(part: slice) -> None:
        others = slots[part]
        cols = state.points[others]
        of_cols = _facts_of_slots(state, others)
        for i in range(len(parts)):
            dots = tile.dots(rows[i], cols)
            with locks[i]:
                offer_dots(
                    state,
                    linkage,
                    dots,
                    rows[i],
                    cols,
                    wanted[parts[i]],
                    others,
                    of_rows[i],
                    of_cols,
                    False,
                    direct,
                )

    in_parallel(compare, blocks(len(slots), _ROWS))
    close_lists(state, wanted)


def centroid_keys(state: ClusterState, linkage: int, slots: IntArray) -> Doubles:
    """Return the keys between all clusters, float64 (m, m), from dot products in float64."""
    points = state.points[slots].astype(np.float64)
    keys = np.empty((len(slots), len(slots)))
    half = state.slots["scatter"][slots] / 2
    norms = np.einsum("ij,ij->i", points, points)

    sizes = state.slots["size"][slots]

    def fill(part: slice) -> None:
        np.matmul(points[part], points.T, out=keys[part])
        _keys_of_dots(part.start, linkage == WARD, points, norms, half, sizes, keys[part])

    in_parallel(fill, blocks(len(slots), 128))
    _mirror(keys)
    return keys


@compiled
def _keys_of_dots(
    first: int, ward: bool, points: Doubles, norms: Doubles, half: Doubles, sizes: Doubles, dots: Doubles
) -> None:
    """Turn the dot products of some rows with all into keys; small distances come from differences."""
    for at in range(dots.shape[0]):
        i = first + at
        for j in range(dots.shape[1]):
            both = norms[i] + norms[j]
            squared = both - 2.0 * dots[at, j]
            if squared < _NEAR * both:
                squared = squared_distance(points, i, points, j)
            if ward:
                dots[at, j] = squared * (sizes[i] * sizes[j] / (sizes[i] + sizes[j]))
            else:
                dots[at, j] = 0.5 * squared + half[i] + half[j]


@compiled
def _mirror(keys: Doubles) -> None:
    for i in range(len(keys)):
        for j in range(i):
            keys[i, j] = keys[j, i]


def _facts_of_slots(state: ClusterState, slots: IntArray) -> NDArray[Any]:
    records = state.slots[slots]
    return _facts(state.points, records["norm"], records["scatter"], records["size"])


def _facts(rows: NDArray[Any], norms: Doubles, scatter: Doubles, sizes: Doubles) -> NDArray[Any]:
    """Return norms and half the scatter, less what rounding may add to a key, and the sizes, (3, m).

    A dot product of d terms is off by at most d·u·‖x‖‖y‖ (Higham, "Accuracy and Stability of Numerical
    Algorithms", 2002, section 3.1), twice of which is no more than d·u·(‖x‖² + ‖y‖²).
    """
    eps = np.finfo(rows.dtype).eps
    facts = np.empty((3, len(norms)), dtype=rows.dtype)
    facts[0] = norms * (1 - (rows.shape[1] / 2 + 16) * eps)
    facts[1] = scatter / 2 * (1 - 16 * eps)
    facts[2] = sizes
    return facts


class _Tile(threading.local):
    """Each thread's own place for the dot products of one tile."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._place = np.empty(_ROWS * _ROWS, dtype=dtype)

    def dots(self, rows: NDArray[Any], cols: NDArray[Any]) -> NDArray[Any]:
        out = self._place[: len(rows) * len(cols)].reshape(len(rows), len(cols))
        return np.matmul(rows, cols.T, out=out)
