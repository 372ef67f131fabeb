"""Label new vectors by the clusters of others, for every method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from xxhash import xxh3_128_digest

from clusterby.clusterers.fit import Fitted, check_vectors
from clusterby.clusterers.run import PredictKind, probabilities, translated
from clusterby.clusterers.threads import one_thread_if_small
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.core.partition import NOISE
from clusterby.kernels.centers import nearest_center
from clusterby.kernels.neighbors.half_squares import Metric
from clusterby.kernels.neighbors.neighbors import nearest_neighbors

__all__ = ["predict", "predict_kind"]

_NEIGHBORS = 5
_BLOCK = 4_096  # rows at a time


def predict_kind(fitted: Fitted) -> PredictKind:
    """Return how :func:`predict` labels new vectors.

    ``"model"`` is the estimator's own predict, ``"nearest_neighbors"`` asks the nearest training rows,
    and ``"nearest_center"`` stands in where there was nothing to fit but one cluster.

    Examples
    --------
    >>> from clusterby.clusterers.fit import fit
    >>> predict_kind(fit("kmeans", np.eye(3, dtype="float32"), n_clusters=2))
    'model'
    """
    return fitted.predicts


def predict(
    fitted: Fitted, train_vectors: FloatArray, new_vectors: FloatArray
) -> tuple[IntArray, FloatArray | None]:
    """Return the clusters of new vectors, and how strongly each belongs to its own.

    A method with a model uses it. For the others the five nearest training rows vote, by the inverse of
    their distance in the method's own metric (Dudani, "The distance-weighted k-nearest-neighbor rule",
    1976); noise may win. A vector that equals a training row gets that row's label, so the training rows
    get their own labels back. For DBSCAN only core samples vote, the nearest one wins, and what is farther
    than ``eps`` from every one of them is noise, as in the method's definition.

    Parameters
    ----------
    fitted : Fitted
        What :func:`~clusterby.clusterers.fit.fit` returned.
    train_vectors : float32 (m, d)
        The vectors it was fitted to.
    new_vectors : float32 (n, d)

    Returns
    -------
    labels : int64 (n,)
        −1 is noise.
    strengths : float32 (n,) or None
        The probability or the share of the vote, 0 for noise; None where the model tells neither.

    Raises
    ------
    InvalidVectors
        If the vectors do not fit each other or the partition.

    Examples
    --------
    >>> from clusterby.clusterers.fit import fit
    >>> train = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], dtype="float32")
    >>> fitted = fit("hierarchical", train, n_clusters=2)
    >>> labels, _ = predict(fitted, train, np.array([[1, 1]], dtype="float32"))
    >>> bool(labels[0] == fitted.partition.labels[0])
    True
    """
    check_vectors(train_vectors)
    check_vectors(new_vectors)
    if len(train_vectors) != len(fitted.partition.labels):
        raise InvalidVectors(
            f"{len(train_vectors)} training vectors for {len(fitted.partition.labels)} labels: "
            "give those the clusterer was fitted to"
        )
    if new_vectors.shape[1] != train_vectors.shape[1]:
        raise InvalidVectors(
            f"the new vectors have {new_vectors.shape[1]} dimensions and the clusterer was fitted to "
            f"{train_vectors.shape[1]}: embed them with the same encoder"
        )
    if len(new_vectors) == 0:
        return np.empty(0, dtype=np.int64), None
    with translated(fitted.partition.method), one_thread_if_small(new_vectors.size):
        if fitted.predicts == "model":
            labels = np.asarray(fitted.estimator.predict(new_vectors)).astype(np.int64)
            return labels, probabilities(fitted.estimator, new_vectors)
        if fitted.predicts == "nearest_center":
            return _by_center(fitted.partition.centers, fitted.partition.clusters, new_vectors), None
        if fitted.partition.method.lower() == "dbscan":
            return _by_core_sample(fitted, train_vectors, new_vectors)
        return _by_neighbors(fitted, train_vectors, new_vectors)


def _by_center(centers: FloatArray, ids: IntArray, new: FloatArray) -> IntArray:
    return np.asarray(ids[nearest_center(new, centers)[0]], dtype=np.int64)


def _by_neighbors(fitted: Fitted, train: FloatArray, new: FloatArray) -> tuple[IntArray, FloatArray]:
    distances, rows = _search(fitted, train, new, _NEIGHBORS)
    voters = fitted.partition.labels[rows]
    weights = 1.0 / np.maximum(distances, np.finfo(np.float32).tiny)
    weights /= weights.sum(axis=1, keepdims=True)
    votes = ((voters[:, :, None] == voters[:, None, :]) * weights[:, None, :]).sum(axis=2)
    winner = votes.argmax(axis=1)  # of equal votes the nearer row's
    each = np.arange(len(new))
    labels, strengths = voters[each, winner], votes[each, winner]
    same = _equal_rows(train, new)
    labels = np.where(same >= 0, fitted.partition.labels[same], labels)
    strengths = np.where(same >= 0, 1.0, strengths)
    strengths[labels == NOISE] = 0.0
    return labels.astype(np.int64), strengths.astype(np.float32)


def _by_core_sample(fitted: Fitted, train: FloatArray, new: FloatArray) -> tuple[IntArray, FloatArray]:
    labels = np.full(len(new), NOISE, dtype=np.int64)
    core = _core_samples(fitted, train)
    if len(core):
        distances, nearest = _search(fitted, train[core], new, 1)
        near = distances[:, 0] <= _setting(fitted, "eps")
        labels[near] = fitted.partition.labels[core[nearest[near, 0]]]
    same = _equal_rows(train, new)  # a border row near two clusters belongs to the one that reached it first
    labels = np.where(same >= 0, fitted.partition.labels[same], labels)
    return labels, (labels != NOISE).astype(np.float32)


def _core_samples(fitted: Fitted, train: FloatArray) -> IntArray:
    """Return the rows that have as many others near them as the method asks for; found again where the model was not kept."""
    known = getattr(fitted.estimator, "core_sample_indices_", None)
    if known is not None:
        return np.asarray(known, dtype=np.int64)
    least = int(_setting(fitted, "min_samples"))
    if least > len(train):
        return np.empty(0, dtype=np.int64)
    distances, _ = _search(fitted, train, train, least)  # a row is its own nearest
    return np.flatnonzero(distances[:, -1] <= _setting(fitted, "eps")).astype(np.int64)


def _setting(fitted: Fitted, name: str) -> Any:
    """Return a parameter of the estimator; of one that was not kept, as it is known of the partition."""
    if fitted.estimator is not None:
        return getattr(fitted.estimator, name, None)
    return fitted.partition.parameters.get(name)


def _search(fitted: Fitted, train: FloatArray, new: FloatArray, k: int) -> tuple[Any, Any]:
    """Return distances and rows of the k nearest training rows, in the method's own metric, block by block."""
    metric = _setting(fitted, "metric") or "euclidean"
    if metric in ("euclidean", "l2", "cosine"):
        plain: Metric = "cosine" if metric == "cosine" else "euclidean"
        return nearest_neighbors(train, min(k, len(train)), queries=new, metric=plain)
    if fitted.estimator is None and str(metric).startswith("<"):
        raise InvalidParameter(
            f"metric={metric}: it was a function, which is not kept with a result: cluster again to predict"
        )
    from sklearn.neighbors import NearestNeighbors

    settings = {name: _setting(fitted, name) for name in ("metric", "p", "metric_params")}
    chosen = {name: value for name, value in settings.items() if value is not None}
    search = NearestNeighbors(n_neighbors=min(k, len(train)), algorithm="brute", **chosen)
    distances, rows = search.fit(train).kneighbors(new)
    return distances, rows


def _equal_rows(train: FloatArray, new: FloatArray) -> IntArray:
    """Return the first training row that equals each new row, −1 where none does."""
    first: dict[bytes, int] = {}
    for row, digest in enumerate(_digests(train)):
        first.setdefault(digest, row)
    return np.fromiter((first.get(digest, -1) for digest in _digests(new)), dtype=np.int64, count=len(new))


def _digests(vectors: FloatArray) -> Iterator[bytes]:
    for start in range(0, len(vectors), _BLOCK):
        for row in vectors[start : start + _BLOCK] + np.float32(0):  # −0.0 becomes 0.0
            yield xxh3_128_digest(row)
