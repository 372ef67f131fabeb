"""Join rows to one tree by the shortest edges between groups, found in lists of nearest rows."""

from __future__ import annotations

import numpy as np

from clusterby.core.progress import Advance, still
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.compiled import compiled
from clusterby.kernels.neighbors.half_squares import HalfSquares
from clusterby.kernels.neighbors.neighbors import nearest_outside
from clusterby.kernels.neighbors.top_k import NO_ROW
from clusterby.kernels.union_find import root

__all__ = ["shortest_edges"]

_FRESH = 8  # how many rows outside its group a row is given anew
_WIDER = 1.1  # beyond the shortest edge known, so that the next round finds some too


def shortest_edges(
    ready: HalfSquares,
    length: int,
    values: Floats,
    rows: Ints,
    least: Floats,
    *,
    advance: Advance | None = None,
) -> tuple[Ints, Floats]:
    """Return the edges of a minimum spanning tree, the shortest first.

    The length of an edge is the half square of its two rows, but no less than the `least` of either.

    Parameters
    ----------
    ready : HalfSquares
        The rows, n ≥ 2.
    length : int
        How many candidates are listed when rows are searched for.
    values, rows : float64 (n, k), int32 (n, k)
        The nearest rows of each, from :func:`clusterby.kernels.neighbors.neighbors.nearest_of_all`.
    least : float64 (n,)
        Zeros for the tree of distances, half squares of core distances for that of mutual reachability.
    advance : callable, optional
        Told how many rows were joined, n in all.

    Returns
    -------
    edges, lengths : int64 (n − 1, 2), float64 (n − 1,)
        Sorted by length, then by the rows.

    Notes
    -----
    Borůvka's algorithm. The shortest edge that leaves a group is known for certain when it is no longer than the
    least that any row of the group may have to a row that is not in its list. Groups for which that holds are
    joined at once. When none is left, the rows in doubt of all groups but the largest are given new lists of rows
    outside their groups. Among equal lengths any choice gives a minimum spanning tree so long as edges are
    taken in increasing order of length and none closes a circle.

    Examples
    --------
    >>> import numpy as np
    >>> from clusterby.kernels.neighbors.half_squares import half_squares
    >>> from clusterby.kernels.neighbors.neighbors import nearest_of_all
    >>> ready = half_squares(np.array([[0.0], [2.0], [6.0]]), "euclidean")
    >>> edges, lengths = shortest_edges(ready, 1, *nearest_of_all(ready, 1, 1), np.zeros(3))
    >>> edges.tolist(), lengths.tolist()
    ([[0, 1], [1, 2]], [2.0, 8.0])
    """
    n = len(least)
    beyond = values[:, -1].copy() if values.shape[1] < n - 1 else np.full(n, np.inf)
    groups, n_groups = np.arange(n, dtype=np.int32), n
    taken: list[Floats] = []
    while True:
        best, sources, targets = _shortest_leaving(values, rows, least, groups, n_groups)
        in_doubt = np.maximum(beyond, least) < best[groups]
        doubts = np.bincount(groups[in_doubt], minlength=n_groups)
        certain = np.flatnonzero(doubts == 0)
        if len(certain):
            order = certain[np.lexsort((targets[certain], sources[certain], best[certain]))]
            joined = _join(groups, n_groups, best[order], sources[order], targets[order])
            taken.append(joined)
            n_groups = _renumber(groups, n_groups, joined)
            if advance is not None:
                advance(len(joined) + (n_groups == 1))
            if n_groups == 1:
                break
            continue
        in_doubt &= groups != doubts.argmax()
        members = np.flatnonzero(in_doubt)
        unknown = np.unique(groups, return_index=True)[1][np.isinf(best)]
        if len(unknown):
            members = unknown  # one row of each gives the others a limit
        limits = best[groups[members]] * _WIDER
        found = nearest_outside(
            ready.take(members),
            ready,
            min(_FRESH, values.shape[1]),
            length,
            asked_groups=groups[members],
            groups=groups,
            least=least,
            limits=limits,
            advance=still(advance),
        )
        _replace(values, rows, beyond, members, *found)
    edges = np.concatenate(taken)
    pairs = np.sort(edges[:, :2].astype(np.int64), axis=1)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], edges[:, 2]))
    return pairs[order], edges[order, 2]


def _replace(
    values: Floats, rows: Ints, beyond: Floats, members: Ints, found: Floats, found_rows: Ints
) -> None:
    fresh = found.shape[1]
    beyond[members] = found[:, -1]
    rows[members] = NO_ROW
    rows[members, :fresh] = found_rows
    values[members, :fresh] = found


@compiled
def _shortest_leaving(
    values: Floats, rows: Ints, least: Floats, groups: Ints, n_groups: int
) -> tuple[Floats, Ints, Ints]:
    """Return the shortest edge known to leave each group: its length, its row inside and its row outside."""
    best = np.full(n_groups, np.inf)
    sources, targets = np.full(n_groups, -1), np.full(n_groups, -1)
    for i in range(values.shape[0]):
        one = groups[i]
        for at in range(values.shape[1]):
            j = rows[i, at]
            if j == NO_ROW:
                break
            other = groups[j]
            if other == one:
                continue
            length = max(values[i, at], least[i], least[j])
            if length < best[one]:
                best[one], sources[one], targets[one] = length, i, j
            if length < best[other]:
                best[other], sources[other], targets[other] = length, j, i
    return best, sources, targets


@compiled
def _join(groups: Ints, n_groups: int, lengths: Floats, sources: Ints, targets: Ints) -> Floats:
    """Return the edges (row, row, length) that close no circle, when taken in turn."""
    parents = np.arange(n_groups)
    joined = np.empty((len(lengths), 3))
    count = 0
    for e in range(len(lengths)):
        one, other = root(parents, groups[sources[e]]), root(parents, groups[targets[e]])
        if one != other:
            parents[one] = other
            joined[count, 0], joined[count, 1], joined[count, 2] = sources[e], targets[e], lengths[e]
            count += 1
    return joined[:count].copy()


@compiled
def _renumber(groups: Ints, n_groups: int, joined: Floats) -> int:
    """Give the rows of joined groups one number, and return how many groups there are."""
    parents = np.arange(n_groups)
    for e in range(len(joined)):
        one, other = root(parents, groups[int(joined[e, 0])]), root(parents, groups[int(joined[e, 1])])
        parents[one] = other
    numbers = np.full(n_groups, -1)
    count = 0
    for i in range(len(groups)):
        group = root(parents, groups[i])
        if numbers[group] < 0:
            numbers[group] = count
            count += 1
        groups[i] = numbers[group]
    return count
