"""Choose clusters from a condensed tree, and say which rows belong to them, and how surely."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np

from clusterby.core.partition import NOISE
from clusterby.kernels.arrays import Floats, Ints
from clusterby.kernels.density.condensed_tree import last_lambdas, stabilities

__all__ = ["label_rows", "select_clusters"]


def select_clusters(
    tree: np.ndarray,
    *,
    method: Literal["eom", "leaf"] = "eom",
    allow_single_cluster: bool = False,
    epsilon: float = 0.0,
    max_cluster_size: int | None = None,
) -> list[int]:
    """Return the clusters chosen, in increasing order.

    Parameters
    ----------
    tree : (m,), of :data:`~clusterby.kernels.density.condensed_tree.CONDENSED`
        From :func:`~clusterby.kernels.density.condensed_tree.condense`.
    method : {"eom", "leaf"}
        The most stable clusters (excess of mass), or those that split no more.
    allow_single_cluster : bool
        Whether the root may be chosen.
    epsilon : float
        Clusters that part below this distance are taken together.
    max_cluster_size : int, optional
        Larger ones are not chosen by excess of mass.

    Notes
    -----
    Campello, Moulavi & Sander (2013); for epsilon, Malzer & Baum (2020), *A hybrid approach to hierarchical
    density-based cluster selection*.

    Examples
    --------
    >>> import numpy as np
    >>> from clusterby.kernels.density.condensed_tree import condense
    >>> tree = condense(np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 4, 4]], dtype=float), 2)
    >>> select_clusters(tree)
    [5, 6]
    """
    root = int(tree["parent"].min())
    clusters = tree[tree["child"] >= root]
    parents = dict(zip(clusters["child"].tolist(), clusters["parent"].tolist(), strict=True))
    with np.errstate(divide="ignore"):
        births = dict(zip(clusters["child"].tolist(), (1 / clusters["lambda_val"]).tolist(), strict=True))
    chosen: Collection[int]
    if method == "eom":
        chosen = _most_stable(tree, parents, root, allow_single_cluster, max_cluster_size)
        only_root = chosen == [root]
    else:
        chosen = parents.keys() - set(parents.values())
        only_root = False
    if epsilon != 0.0 and parents and not only_root:
        chosen = _no_finer_than(epsilon, set(chosen), parents, births, root, allow_single_cluster)
    return sorted(chosen)


def label_rows(
    tree: np.ndarray, chosen: Collection[int], *, allow_single_cluster: bool = False, epsilon: float = 0.0
) -> tuple[Ints, Floats]:
    """Return each row's cluster, and how strongly it belongs to it.

    Parameters
    ----------
    tree : (m,), of :data:`~clusterby.kernels.density.condensed_tree.CONDENSED`
        The condensed tree of n rows.
    chosen : collection of int
        Clusters of it.
    allow_single_cluster, epsilon
        As in :func:`select_clusters`: they decide which rows are noise where the root alone was chosen.

    Returns
    -------
    labels : int64 (n,)
        Positions in the sorted `chosen`, −1 where a row is in none.
    probabilities : float64 (n,)
        A row's lambda over the largest in its cluster; 0 for noise.

    Examples
    --------
    >>> import numpy as np
    >>> from clusterby.kernels.density.condensed_tree import condense
    >>> tree = condense(np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 4, 4]], dtype=float), 2)
    >>> labels, probabilities = label_rows(tree, [5, 6])
    >>> labels.tolist(), probabilities.tolist()
    ([0, 0, 1, 1], [1.0, 1.0, 1.0, 1.0])
    """
    root = int(tree["parent"].min())
    numbers = {cluster: number for number, cluster in enumerate(sorted(chosen))}
    inside = np.full(int(tree["parent"].max()) - root + 1, root, dtype=np.int64)
    clusters = tree[tree["child"] >= root]
    for parent, child in zip(clusters["parent"].tolist(), clusters["child"].tolist(), strict=True):
        inside[child - root] = child if child in numbers else inside[parent - root]
    rows = tree[tree["child"] < root]
    of_row, lambdas = np.empty(root, dtype=np.int64), np.empty(root)
    of_row[rows["child"]], lambdas[rows["child"]] = inside[rows["parent"] - root], rows["lambda_val"]
    number_of = np.full(len(inside), NOISE, dtype=np.int64)
    for cluster, number in numbers.items():
        number_of[cluster - root] = number
    labels = number_of[of_row - root]
    in_root = of_row == root
    if allow_single_cluster and list(numbers) == [root]:
        least = 1 / epsilon if epsilon else tree["lambda_val"][tree["parent"] == root].max()
        labels[in_root & (lambdas < least)] = NOISE
    else:
        labels[in_root] = NOISE
    last = last_lambdas(tree)[of_row - root]
    share = np.divide(
        np.minimum(lambdas, last), last, out=np.ones(root), where=np.isfinite(lambdas) & (last > 0)
    )
    return labels, np.where(labels == NOISE, 0.0, share)


def _most_stable(
    tree: np.ndarray,
    parents: dict[int, int],
    root: int,
    allow_single_cluster: bool,
    max_cluster_size: int | None,
) -> list[int]:
    """Return the clusters more stable than all that could be chosen below them, and below no other such."""
    stability = stabilities(tree)
    below = np.zeros(len(stability))
    clusters = tree[tree["child"] >= root]
    sizes = dict(zip(clusters["child"].tolist(), clusters["child_size"].tolist(), strict=True))
    sizes[root] = int(clusters["child_size"][clusters["parent"] == root].sum())
    largest = root + 1 if max_cluster_size is None else max_cluster_size
    better = set()
    for cluster in range(root + len(stability) - 1, root - (1 if allow_single_cluster else 0), -1):
        at = cluster - root
        if below[at] > stability[at] or sizes[cluster] > largest:
            stability[at] = below[at]
        else:
            better.add(cluster)
        if cluster != root:
            below[parents[cluster] - root] += stability[at]
    covered = better.copy()
    chosen = []
    for cluster in range(root, root + len(stability)):  # a cluster's number is above its parent's
        if parents.get(cluster) in covered:
            covered.add(cluster)
        elif cluster in covered:
            chosen.append(cluster)
    return chosen


def _no_finer_than(
    epsilon: float,
    chosen: set[int],
    parents: dict[int, int],
    births: dict[int, float],
    root: int,
    allow_single_cluster: bool,
) -> set[int]:
    """Return the clusters with those born below epsilon replaced by the nearest ancestors born above it."""
    selected: set[int] = set()
    for cluster in chosen:
        if births[cluster] >= epsilon:
            selected.add(cluster)
            continue
        one = cluster
        while True:
            parent = parents[one]
            if parent == root:
                one = root if allow_single_cluster else one
                break
            one = parent
            if births[one] > epsilon:
                break
        selected.add(one)
    return selected
