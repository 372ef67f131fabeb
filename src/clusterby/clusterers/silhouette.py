"""How well the cuts of a tree separate its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray

__all__ = ["cut", "silhouettes_of_cuts"]

Floats = NDArray[np.float64]


def cut(tree: Floats, k: int) -> IntArray:
    """Return the labels of a tree cut into k clusters.

    Parameters
    ----------
    tree : float64 (m - 1, 4)
        Merges in SciPy's linkage format, lowest first.
    k : int
        1 to m.

    Returns
    -------
    int64 (m,)
        Labels 0 to k - 1.

    Examples
    --------
    >>> cut(np.array([[0, 1, 1.0, 2], [2, 3, 5.0, 3]]), 2)
    array([1, 1, 0])
    """
    m = len(tree) + 1
    root = np.arange(2 * m - 1)
    pairs = tree[:, :2].astype(np.int64)
    for merge in range(m - k - 1, -1, -1):  # from the last merge below the cut, so that roots pass down
        root[pairs[merge]] = root[m + merge]
    return np.unique(root[:m], return_inverse=True)[1].astype(np.int64)


def silhouettes_of_cuts(distances: Floats, tree: Floats, counts: Iterable[int]) -> dict[int, Floats]:
    """Return the silhouette of every row under each cut of one tree.

    The sums of distances to the clusters of the finest cut are computed once and added up for the others.
    Silhouettes: Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
    analysis" (1987). The row of a one-row cluster scores 0.

    Parameters
    ----------
    distances : float64 (m, m)
        Between all rows, zeros on the diagonal.
    tree : float64 (m - 1, 4)
        Merges in SciPy's linkage format.
    counts : iterable of int
        The numbers of clusters to cut at, each 2 to m.

    Returns
    -------
    dict of int to float64 (m,)
        By number of clusters, −1 to 1.

    Examples
    --------
    >>> from scipy.cluster.hierarchy import linkage
    >>> line = np.array([0.0, 1.0, 10.0, 11.0])
    >>> distances = np.abs(line[:, None] - line)
    >>> silhouettes_of_cuts(distances, linkage(line[:, None], "ward"), [2])[2].round(2)
    array([0.9 , 0.89, 0.89, 0.9 ])
    """
    counts = sorted(counts)
    finest = cut(tree, counts[-1])
    sums = distances @ _members(finest)
    first = np.unique(finest, return_index=True)[1]
    found = {}
    for k in counts:
        labels = cut(tree, k)
        found[k] = _silhouettes(sums @ _members(labels[first]), labels)
    return found


def _silhouettes(sums: Floats, labels: IntArray) -> Floats:
    rows, sizes = np.arange(len(labels)), np.bincount(labels)
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(own, other)
    scored = (sizes[labels] > 1) & (widest > 0)
    scores: Any = np.divide(other - own, widest, out=np.zeros(len(labels)), where=scored)
    return np.asarray(scores, dtype=np.float64)


def _members(labels: IntArray) -> Floats:
    return np.asarray(labels[:, None] == np.arange(labels.max() + 1), dtype=np.float64)
