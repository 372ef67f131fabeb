"""The minimum spanning tree of distances, or of mutual reachability, without the matrix of distances."""

from __future__ import annotations

import numpy as np

from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.density.boruvka import shortest_edges
from clusterby.kernels.neighbors.half_squares import Metric
from clusterby.kernels.neighbors.neighbors import begin, nearest_of_all

__all__ = ["reachability_tree", "spanning_tree"]

_NEIGHBORS = 16  # the tree begins with so many nearest rows of each


def spanning_tree(
    vectors: Floats,
    *,
    metric: Metric = "euclidean",
    core_distances: Floats | None = None,
    alpha: float = 1.0,
    device: str | None = None,
    advance: Advance | None = None,
) -> tuple[Ints, Floats]:
    """Return the edges of a minimum spanning tree of all rows, the shortest first.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        Finite, n ≥ 1.
    metric : {"euclidean", "cosine"}
        Which distance.
    core_distances : float64 (n,), optional
        With them, the tree of mutual reachability: the larger of the two rows' core distances and their distance
        over `alpha`.
    alpha : float
        What distances are divided by.
    device : str, optional
        A torch device to multiply on; results are settled on the processor, and the same.
    advance : callable, optional
        Told how many rows were finished, 2·n in all.

    Returns
    -------
    edges : int64 (n − 1, 2)
        The smaller row of each edge first; edges of equal length in the order of their rows.
    lengths : float64 (n − 1,)
        In increasing order, from differences summed in float64. Their sum is exact; where lengths are equal,
        there may be other trees.

    Notes
    -----
    Borůvka's algorithm (1926) on lists of nearest rows: see :func:`clusterby.kernels.density.boruvka.shortest_edges`.
    Memory beside the rows: O(n).

    Examples
    --------
    >>> import numpy as np
    >>> edges, lengths = spanning_tree(np.array([[0.0], [1.0], [3.0], [7.0]]))
    >>> edges.tolist(), lengths.tolist()
    ([[0, 1], [1, 2], [2, 3]], [1.0, 2.0, 4.0])
    """
    n = len(vectors)
    if n < 2:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    k = min(_NEIGHBORS, n - 1)
    ready, length = begin(vectors, k, metric, device)
    values, rows = nearest_of_all(ready, k, length, device=device, advance=advance)
    if core_distances is None:
        least = np.zeros(n)
    else:
        reach = np.asarray(core_distances, dtype=np.float64) * alpha
        least = reach * reach / 2 if metric == "euclidean" else reach
    edges, found = shortest_edges(ready, length, values, rows, least, advance=advance)
    return edges, ready.distances(found) / alpha


def reachability_tree(
    vectors: Floats,
    min_samples: int,
    *,
    metric: Metric = "euclidean",
    alpha: float = 1.0,
    device: str | None = None,
    advance: Advance | None = None,
) -> tuple[Ints, Floats, Floats]:
    """Return a minimum spanning tree of mutual reachability, and the core distances.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        Finite, n ≥ 1.
    min_samples : int
        A row's core distance is that to so many rows, itself among them; from 1 to n.
    metric, alpha, device, advance
        As those of :func:`spanning_tree`. Core distances are divided by alpha too.

    Returns
    -------
    edges : int64 (n − 1, 2)
        As those of :func:`spanning_tree`.
    lengths : float64 (n − 1,)
        Mutual reachability, in increasing order.
    core_distances : float64 (n,)
        The distance of each row to the last of its `min_samples` nearest.

    Raises
    ------
    ValueError
        If `min_samples` is out of range.

    Notes
    -----
    Campello, Moulavi & Sander (2013), *Density-based clustering based on hierarchical density estimates*.
    Memory beside the rows: O(n·min_samples).

    Examples
    --------
    >>> import numpy as np
    >>> edges, lengths, core = reachability_tree(np.array([[0.0], [1.0], [3.0], [7.0]]), 3)
    >>> lengths.tolist(), core.tolist()
    ([3.0, 3.0, 6.0], [3.0, 2.0, 3.0, 6.0])
    """
    n = len(vectors)
    if not 1 <= min_samples <= n:
        raise ValueError(f"min_samples={min_samples}: give 1 to {n}, the number of rows")
    if n < 2:
        return np.empty((0, 2), dtype=np.int64), np.empty(0), np.zeros(n)
    k = min(max(_NEIGHBORS, min_samples - 1), n - 1)
    ready, length = begin(vectors, k, metric, device)
    values, rows = nearest_of_all(ready, k, length, device=device, advance=advance)
    core = values[:, min_samples - 2].copy() if min_samples > 1 else np.zeros(n)
    edges, found = shortest_edges(ready, length, values, rows, core, advance=advance)
    return edges, ready.distances(found) / alpha, ready.distances(core) / alpha
