"""Cluster vectors with any method."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from clusterby.clusterers.base import ClustererSpec
from clusterby.clusterers.choose_k import Choice, choose_k, count_distinct
from clusterby.clusterers.memory import check_memory
from clusterby.clusterers.parameters import N_CLUSTERS
from clusterby.clusterers.resolve import Resolved, resolve
from clusterby.clusterers.run import PredictKind, Run, run
from clusterby.clusterers.threads import one_thread_if_small
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidParameter, InvalidVectors, NothingToCluster
from clusterby.core.finite import finite_rows
from clusterby.core.partition import NOISE, Partition
from clusterby.core.progress import Advance, track
from clusterby.core.registry import import_object
from clusterby.kernels.centers import mean_centers

__all__ = ["Fitted", "check_method", "check_vectors", "fit"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A partition and the estimator that made it.

    Parameters
    ----------
    partition : Partition
        Which vector belongs to which cluster.
    estimator : estimator
        Fitted; left as it was where there was nothing to fit, a single row say.
    spec : ClustererSpec or None
        Its row in the registry, if it was asked for by a registered name.
    predicts : {"model", "nearest_center", "nearest_neighbors"}
        How new rows are labelled.
    """

    partition: Partition
    estimator: Any
    spec: ClustererSpec | None
    predicts: PredictKind


def fit(
    method: object,
    vectors: FloatArray,
    *,
    n_clusters: int | str | None = None,
    parameters: Mapping[str, Any] | None = None,
    random_state: int = 0,
) -> Fitted:
    """Return the clusters of vectors.

    Parameters
    ----------
    method : str or estimator
        A registered name, the name of a clustering class of scikit-learn, or an instance with ``fit_predict``.
    vectors : float32 (m, d)
        Finite, at least one row; never changed.
    n_clusters : int, "auto" or None
        How many clusters. None means ``"auto"`` where the method takes a number and the caller did not
        settle it otherwise (by ``distance_threshold``, or on an instance). ``"auto"`` chooses by
        :func:`~clusterby.clusterers.choose_k.choose_k` and records the scores; a method that finds the
        number itself does so.
    parameters : mapping of str to object, optional
        The method's parameters.
    random_state : int
        The seed of every random choice.

    Raises
    ------
    NothingToCluster
        If there is no row.
    InvalidVectors
        If the vectors are not float32 (m, d) or not finite.
    InvalidParameter
        If a parameter is not taken, does not fit, or asks for more clusters than there are distinct rows.
    UnknownMethod
        If nothing bears the method's name.

    Examples
    --------
    >>> corners = np.repeat(np.eye(3, dtype="float32"), 5, axis=0)
    >>> fit("kmeans", corners, n_clusters=3).partition.n_clusters
    3
    """
    check_vectors(vectors)
    if len(vectors) == 0:
        raise NothingToCluster("there are no vectors to cluster: give at least one row")
    settings = dict(parameters or {})
    asked = _asked(n_clusters, settings)
    resolved = resolve(method, settings, random_state=random_state)
    if resolved.spec is not None:
        check_memory(resolved.spec, len(vectors), vectors.shape[1], resolved.estimator.get_params())
    with one_thread_if_small(vectors.size):
        choice = _settle_k(resolved, vectors, asked, random_state)
        _settle_from_data(resolved, vectors, random_state)
        with _tracked(resolved, len(vectors)) as advance:
            found = _nothing_to_fit(resolved, vectors) or run(resolved.name, resolved.estimator, vectors)
            advance(1)
    _report_noise(resolved.name, found.labels)
    partition = Partition(
        labels=found.labels,
        strengths=found.strengths,
        centers=_centers(resolved.estimator, vectors, found.labels),
        method=resolved.name,
        parameters=_record(resolved.estimator),
        random_state=random_state if choice else resolved.random_state,
        k_scores=None if choice is None else dict(choice.scores),
        k_criterion=None if choice is None else choice.criterion,
    )
    return Fitted(
        partition=partition, estimator=resolved.estimator, spec=resolved.spec, predicts=found.predicts
    )


@contextmanager
def _tracked(resolved: Resolved, m: int) -> Iterator[Advance]:
    """Announce a fit as a whole, unless the estimator reports its own steps."""
    if resolved.spec is not None and resolved.spec.reports_progress:
        yield lambda count: None
        return
    with track(f"cluster {m:,} rows by {resolved.name}", 1) as advance:
        yield advance


def check_method(
    method: object, *, n_clusters: int | str | None, parameters: Mapping[str, Any], random_state: int = 0
) -> None:
    """Refuse what :func:`fit` would refuse whatever the vectors are, before they are made.

    Raises
    ------
    InvalidParameter
        If a parameter is not taken or does not fit.
    UnknownMethod
        If nothing bears the method's name.

    Examples
    --------
    >>> check_method("kmean", n_clusters=3, parameters={})
    Traceback (most recent call last):
    clusterby.core.errors.UnknownMethod: no method 'kmean'. Did you mean 'kmeans'? List them: clusterby methods
    """
    settings = dict(parameters)
    _asked(n_clusters, settings)
    resolve(method, settings, random_state=random_state)


def check_vectors(vectors: FloatArray) -> None:
    """Refuse vectors that are not float32 (m, d) with d at least 1, or not finite.

    Raises
    ------
    InvalidVectors
        Naming the first row that is not finite.

    Examples
    --------
    >>> check_vectors(np.array([[1.0], [np.nan]], dtype="float32"))
    Traceback (most recent call last):
    clusterby.core.errors.InvalidVectors: the vector of row 1 is not finite
    """
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype != np.float32:
        got = (
            f"{vectors.dtype} {vectors.shape}" if isinstance(vectors, np.ndarray) else type(vectors).__name__
        )
        raise InvalidVectors(f"vectors must be float32 (m, d), not {got}")
    if vectors.shape[1] == 0:
        raise InvalidVectors("vectors have no dimensions: give at least one")
    finite = finite_rows(vectors)
    if not finite.all():
        raise InvalidVectors(f"the vector of row {int(np.argmin(finite))} is not finite")


def _asked(n_clusters: int | str | None, settings: dict[str, Any]) -> int | str | None:
    """Return the number of clusters asked for, by either road; a whole number stays among the settings."""
    direct, inner = N_CLUSTERS.parse(n_clusters), N_CLUSTERS.parse(settings.pop("n_clusters", None))
    if direct is not None and inner is not None:
        raise InvalidParameter(
            f"n_clusters={direct!r} and n_clusters={inner!r} in parameters: give one of them"
        )
    asked: int | str | None = inner if direct is None else direct
    if isinstance(asked, int):
        settings["n_clusters"] = asked
    return asked


def _settle_k(
    resolved: Resolved, vectors: FloatArray, asked: int | str | None, random_state: int
) -> Choice | None:
    """Give the estimator its number of clusters; return the choice where it was left open."""
    name, estimator = resolved.n_clusters_parameter, resolved.estimator
    if name is None:
        return None
    settings = estimator.get_params()
    threshold = settings.get("distance_threshold")
    if name in resolved.given or threshold is not None:
        if asked == "auto":
            other = f"{name}={settings[name]!r}" if threshold is None else f"distance_threshold={threshold!r}"
            raise InvalidParameter(f"n_clusters='auto' and {other}: give one of them")
        _check_k(settings[name], vectors)
        return None
    tree = {key: settings[key] for key in ("linkage", "metric") if "linkage" in settings}
    choice = choose_k(vectors, random_state=random_state, **tree)
    estimator.set_params(**{name: choice.k})
    return choice


def _check_k(k: Any, vectors: FloatArray) -> None:
    if not isinstance(k, int) or isinstance(k, bool):
        return
    if k > len(vectors):
        rows = f"{len(vectors)} rows" if len(vectors) > 1 else "1 row"
        raise InvalidParameter(
            f"n_clusters={k} is more than the {rows} there are: give at most {len(vectors)}"
        )
    distinct = count_distinct(vectors, at_most=k)
    if distinct < k:
        raise InvalidParameter(
            f"n_clusters={k}, but only {distinct} of the {len(vectors)} rows are distinct: give at most {distinct}"
        )


def _settle_from_data(resolved: Resolved, vectors: FloatArray, random_state: int) -> None:
    """Give the estimator those defaults that depend on the data."""
    for name, path in (resolved.spec.from_data if resolved.spec else {}).items():
        if name not in resolved.given:
            value = import_object(path)(vectors, resolved.estimator.get_params(), random_state)
            resolved.estimator.set_params(**{name: value})


def _nothing_to_fit(resolved: Resolved, vectors: FloatArray) -> Run | None:
    """Return the only possible result where there is but one, which scikit-learn often refuses to find."""
    settings = resolved.estimator.get_params() if hasattr(resolved.estimator, "get_params") else {}
    m = len(vectors)
    if resolved.n_clusters_parameter is not None:
        k = settings[resolved.n_clusters_parameter]
        if k in (None, 1) and count_distinct(vectors, at_most=2) == 1:
            return Run(labels=np.zeros(m, dtype=np.int64), strengths=None, predicts="nearest_center")
        if k == m and resolved.spec is not None and resolved.spec.predicts == "neighbors":
            return Run(labels=np.arange(m, dtype=np.int64), strengths=None, predicts="nearest_center")
    if resolved.spec is not None and resolved.spec.takes("min_cluster_size"):
        dense = settings["min_samples"] or settings["min_cluster_size"]
        if m < max(2, dense):
            labels = np.full(m, NOISE, dtype=np.int64)
            return Run(labels=labels, strengths=np.zeros(m, dtype=np.float32), predicts="nearest_neighbors")
    return None


def _report_noise(name: str, labels: IntArray) -> None:
    if (labels == NOISE).all():
        log.warning(
            "method '%s' found no cluster: every row is noise. Give a larger eps= or a smaller "
            "min_cluster_size= or min_samples=, whichever it takes, or use method='kmeans'",
            name,
        )


def _centers(estimator: Any, vectors: FloatArray, labels: IntArray) -> FloatArray:
    """Return the model's own centers where it has one per cluster, else the means."""
    ids = np.unique(labels[labels != NOISE])
    for attribute in ("cluster_centers_", "means_"):
        own: Any = getattr(estimator, attribute, None)
        if getattr(own, "shape", (0,))[1:] == vectors.shape[1:] and (len(ids) == 0 or ids[-1] < len(own)):
            return np.asarray(own[ids], dtype=np.float32)
    return mean_centers(vectors, labels)


def _record(estimator: Any) -> dict[str, Any]:
    settings = estimator.get_params() if hasattr(estimator, "get_params") else {}
    return {name: _plain(value) for name, value in settings.items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if (
        value is None
        or isinstance(value, (str, bool, int))
        or (isinstance(value, float) and math.isfinite(value))
    ):
        return value
    return repr(value)
