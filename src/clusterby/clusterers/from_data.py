"""Defaults that depend on the data, for parameters whose fixed default fails on embeddings.

Each function takes the vectors, the estimator's parameters and the seed, and returns the value of one
parameter; what it returned is recorded with the result as if it had been given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray

__all__ = [
    "birch_threshold",
    "dbscan_eps",
    "graph_neighbors",
    "kmeans_starts",
    "variance_floor",
]

_SAMPLE = 1_000  # rows: enough for a median distance, and cheap against any number of rows


def kmeans_starts(vectors: FloatArray, parameters: Mapping[str, Any], random_state: int) -> int:
    """Return how many k-means starts to take the best of: 10 up to 20,000 rows, 3 above.

    Examples
    --------
    >>> kmeans_starts(np.zeros((100, 2), "float32"), {}, 0)
    10
    """
    return 10 if len(vectors) <= 20_000 else 3


def graph_neighbors(vectors: FloatArray, parameters: Mapping[str, Any], random_state: int) -> int:
    """Return how many neighbors, itself included, link a row into the graph: 10, or √m below 100 rows.

    Examples
    --------
    >>> graph_neighbors(np.zeros((16, 2), "float32"), {}, 0)
    4
    """
    return min(10, max(2, round(math.sqrt(len(vectors)))), len(vectors))


def variance_floor(vectors: FloatArray, parameters: Mapping[str, Any], random_state: int) -> float:
    """Return what to add to every variance of a Gaussian: a hundredth of the mean variance of a dimension.

    Without it a dimension that is constant within a group outweighs all others.

    Examples
    --------
    >>> round(variance_floor(np.eye(10, dtype="float32"), {}, 0), 4)
    0.0009
    """
    floor = 0.01 * float(vectors.var(axis=0, dtype=np.float64).mean())
    return floor if floor > 0 else 1e-6


def dbscan_eps(vectors: FloatArray, parameters: Mapping[str, Any], random_state: int) -> float:
    """Return 1.1 times the median distance of a row to its ``min_samples``-th nearest row, itself included.

    So at least half of the rows lie in dense places. Distances are those of a sample of rows to all rows.
    The idea of reading eps from these distances is that of Ester et al., "A density-based algorithm for
    discovering clusters" (KDD 1996), section 4.2.

    Examples
    --------
    >>> line = np.arange(20, dtype="float32")[:, None]
    >>> dbscan_eps(line, {"min_samples": 3}, 0)
    1.1
    """
    from sklearn.neighbors import NearestNeighbors

    wanted = min(int(parameters["min_samples"]), len(vectors))
    chosen = {
        name: parameters[name]
        for name in ("metric", "p", "metric_params")
        if parameters.get(name) is not None
    }
    search = NearestNeighbors(n_neighbors=wanted, algorithm="brute", **chosen).fit(vectors)
    distances, _ = search.kneighbors(_sample(vectors, _SAMPLE, random_state))
    farthest = distances[:, -1]
    if (
        not farthest.any()
    ):  # at least half of the rows are duplicates of min_samples others, or there is one row
        return 1e-6
    middle = float(np.median(farthest))
    return 1.1 * (middle if middle > 0 else float(farthest[farthest > 0].min()))


def birch_threshold(vectors: FloatArray, parameters: Mapping[str, Any], random_state: int) -> float:
    """Return a radius for BIRCH's small balls that leaves at least as many balls as clusters are asked for, and at least two.

    It starts from the median distance of a sampled row to the nearest other: 0.65 of it up to 5,000 rows,
    which keeps about as many balls as rows, and all of it above, where balls must be few because their
    number is squared. From there it shrinks until the sample makes enough balls.

    BIRCH: Zhang, Ramakrishnan, Livny (SIGMOD 1996).

    Examples
    --------
    >>> line = np.arange(20, dtype="float32")[:, None]
    >>> birch_threshold(line, {"n_clusters": 2}, 0)
    0.65
    """
    from sklearn.cluster import Birch
    from sklearn.neighbors import NearestNeighbors

    sample = np.unique(_sample(vectors, 2 * _SAMPLE, random_state), axis=0)
    if len(sample) < 2:
        return 0.5
    distances, _ = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(sample).kneighbors(sample)
    threshold = float(np.median(distances[:, 1])) * (0.65 if len(vectors) <= 5_000 else 1.0)
    wanted = min(max(2, parameters["n_clusters"] or 2), len(sample))
    some = sample[:: max(1, len(sample) // max(500, 4 * wanted))]  # more rows only make more balls
    for _ in range(20):
        balls = Birch(threshold=threshold, n_clusters=None, compute_labels=False).fit(some)
        if len(balls.subcluster_centers_) >= wanted:
            break
        threshold *= 0.8
    return threshold


def _sample(vectors: FloatArray, most: int, random_state: int) -> FloatArray:
    if len(vectors) <= most:
        return vectors
    rows = np.random.default_rng(random_state).choice(len(vectors), most, replace=False)
    return vectors[np.sort(rows)]
