"""How well the cuts of a tree separate its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Doubles
from clusterby.kernels.linkage.dendrogram import cut_tree

__all__ = ["silhouettes_of_cuts"]


def silhouettes_of_cuts(distances: Doubles, tree: Doubles, counts: Iterable[int]) -> dict[int, Doubles]:
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
    finest = cut_tree(tree, counts[-1])
    sums = distances @ _members(finest)
    first = np.unique(finest, return_index=True)[1]
    found = {}
    for k in counts:
        labels = cut_tree(tree, k)
        found[k] = _silhouettes(sums @ _members(labels[first]), labels)
    return found


def _silhouettes(sums: Doubles, labels: IntArray) -> Doubles:
    rows, sizes = np.arange(len(labels)), np.bincount(labels)
    own = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(own, other)
    scored = (sizes[labels] > 1) & (widest > 0)
    scores: Any = np.divide(other - own, widest, out=np.zeros(len(labels)), where=scored)
    return np.asarray(scores, dtype=np.float64)


def _members(labels: IntArray) -> Doubles:
    return np.asarray(labels[:, None] == np.arange(labels.max() + 1), dtype=np.float64)
