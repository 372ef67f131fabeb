"""The tree of merges without the groups too small to count: clusters, and the rows that fall out of them."""

from __future__ import annotations

import numpy as np

from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.compiled import compiled

__all__ = ["CONDENSED", "condense", "last_lambdas", "outlier_scores", "stabilities"]

CONDENSED = np.dtype(
    [("parent", np.int64), ("child", np.int64), ("lambda_val", np.float64), ("child_size", np.int64)]
)
"""A row of a condensed tree; lambda is one over the distance."""


def condense(merges: Floats, min_cluster_size: int) -> np.ndarray:
    """Return the condensed tree.

    Parameters
    ----------
    merges : float64 (n − 1, 4)
        A single-linkage tree in SciPy's format, n ≥ 2.
    min_cluster_size : int
        A side of a split with fewer rows than this falls out of the cluster row by row; at least 2.

    Returns
    -------
    tree : (m,), of :data:`CONDENSED`
        What left which cluster, at which lambda and with how many rows: row 0 to n − 1, or a cluster. Clusters are
        numbered from n, the root; a split's two are numbered in turn. A row's children come from the root downwards.

    Notes
    -----
    Campello, Moulavi & Sander (2013); McInnes & Healy (2017), *Accelerated hierarchical density based clustering*.

    Examples
    --------
    >>> import numpy as np
    >>> merges = np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 4, 4]], dtype=float)
    >>> condense(merges, 2)[:2].tolist()
    [(4, 5, 0.25, 2), (4, 6, 0.25, 2)]
    """
    parents, children, lambdas, sizes = _condense(
        np.ascontiguousarray(merges, dtype=np.float64), min_cluster_size
    )
    tree = np.empty(len(parents), dtype=CONDENSED)
    tree["parent"], tree["child"], tree["lambda_val"], tree["child_size"] = parents, children, lambdas, sizes
    return tree


def stabilities(tree: np.ndarray) -> Floats:
    """Return the stability of each cluster, the root first: for all its rows, for how much lambda they stay in it.

    Examples
    --------
    >>> import numpy as np
    >>> stabilities(condense(np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 4, 4]], dtype=float), 2)).tolist()
    [1.0, 1.5, 1.5]
    """
    root = int(tree["parent"].min())
    births = np.zeros(int(tree["parent"].max()) - root + 1)
    clusters = tree[tree["child"] >= root]
    births[clusters["child"] - root] = clusters["lambda_val"]
    at = tree["parent"] - root
    with np.errstate(invalid="ignore"):  # equal rows part at an infinite lambda
        stays = (tree["lambda_val"] - births[at]) * tree["child_size"]
        return np.bincount(at, weights=stays, minlength=len(births)).astype(np.float64)


def last_lambdas(tree: np.ndarray) -> Floats:
    """Return the largest lambda at which anything leaves each cluster, the root first."""
    root = int(tree["parent"].min())
    found = np.zeros(int(tree["parent"].max()) - root + 1)
    np.maximum.at(found, tree["parent"] - root, tree["lambda_val"])
    return found


def outlier_scores(tree: np.ndarray) -> Floats:
    """Return how far each row lies from the densest place of the cluster it fell out of, float64 (n,), 0 to 1.

    Notes
    -----
    GLOSH: Campello, Moulavi, Zimek & Sander (2015), *Hierarchical density estimates for data clustering,
    visualization, and outlier detection*.

    Examples
    --------
    >>> import numpy as np
    >>> merges = np.array([[0, 1, 1, 2], [4, 2, 1, 3], [5, 3, 4, 4]], dtype=float)
    >>> outlier_scores(condense(merges, 2)).tolist()
    [0.0, 0.0, 0.0, 0.75]
    """
    root = int(tree["parent"].min())
    densest = last_lambdas(tree)
    clusters = tree[tree["child"] >= root]
    for parent, child in zip(clusters["parent"][::-1] - root, clusters["child"][::-1] - root, strict=True):
        densest[parent] = max(densest[parent], densest[child])
    rows = tree[tree["child"] < root]
    scores = np.zeros(root)
    best = densest[rows["parent"] - root]
    share = np.divide(rows["lambda_val"], best, out=np.ones(len(rows)), where=np.isfinite(best) & (best > 0))
    share[np.isinf(best) & np.isfinite(rows["lambda_val"])] = 0.0
    scores[rows["child"]] = 1 - share
    return scores


@compiled
def _condense(merges: Floats, min_cluster_size: int) -> tuple[Ints, Ints, Floats, Ints]:
    n = len(merges) + 1
    parents, children = np.empty(2 * n, dtype=np.int64), np.empty(2 * n, dtype=np.int64)
    lambdas, sizes = np.empty(2 * n), np.empty(2 * n, dtype=np.int64)
    queue, labels = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    falling = np.empty(2 * n, dtype=np.int64)
    queue[0], labels[0] = 2 * n - 2, n
    begin, end, count, next_label = 0, 1, 0, n + 1
    sides = np.empty(2, dtype=np.int64)
    side_sizes = np.empty(2, dtype=np.int64)
    while begin < end:
        node, label = queue[begin], labels[begin]
        begin += 1
        height = merges[node - n, 2]
        at_lambda = 1.0 / height if height > 0.0 else np.inf
        for s in range(2):
            sides[s] = int(merges[node - n, s])
            side_sizes[s] = int(merges[sides[s] - n, 3]) if sides[s] >= n else 1
        splits = side_sizes[0] >= min_cluster_size and side_sizes[1] >= min_cluster_size
        for s in range(2):
            if side_sizes[s] >= min_cluster_size:
                queue[end], labels[end] = sides[s], label
                if splits:
                    labels[end] = next_label
                    parents[count], children[count] = label, next_label
                    lambdas[count], sizes[count] = at_lambda, side_sizes[s]
                    next_label += 1
                    count += 1
                end += 1
                continue
            falling[0] = sides[s]
            head, tail = 0, 1
            while head < tail:
                one = falling[head]
                head += 1
                if one >= n:
                    falling[tail], falling[tail + 1] = int(merges[one - n, 0]), int(merges[one - n, 1])
                    tail += 2
                else:
                    parents[count], children[count] = label, one
                    lambdas[count], sizes[count] = at_lambda, 1
                    count += 1
    return parents[:count].copy(), children[:count].copy(), lambdas[:count].copy(), sizes[:count].copy()
