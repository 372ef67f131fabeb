"""Run one estimator, and let neither its warnings nor its tracebacks through."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE

__all__ = ["PredictKind", "Run", "probabilities", "run", "translated"]

log = logging.getLogger(__name__)

PredictKind = Literal["model", "nearest_center", "nearest_neighbors"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What came of running an estimator.

    Parameters
    ----------
    labels : int64 (m,)
        −1 is noise.
    strengths : float32 (m,) or None
        Where the estimator tells how strongly each row belongs to its cluster.
    predicts : {"model", "nearest_center", "nearest_neighbors"}
        How new rows are labelled from here.
    """

    labels: IntArray
    strengths: FloatArray | None
    predicts: PredictKind


def run(name: str, estimator: Any, vectors: FloatArray) -> Run:
    """Fit the estimator and return its labels, strengths and way to predict.

    Parameters
    ----------
    name : str
        What messages call it.
    estimator : estimator
        Changed: it is fitted.
    vectors : float32 (m, d)
        Never changed.

    Raises
    ------
    InvalidParameter
        If the estimator refuses its parameters or the vectors, in one line.

    Examples
    --------
    >>> from sklearn.cluster import KMeans
    >>> run("kmeans", KMeans(2, random_state=0), np.eye(2, dtype="float32")).predicts
    'model'
    """
    overwrites = getattr(estimator, "copy_x", True) is False
    with translated(name):
        labels = estimator.fit_predict(vectors.copy() if overwrites else vectors)
        own = getattr(estimator, "probabilities_", None)
        strengths = probabilities(estimator, vectors) if own is None else np.asarray(own, dtype=np.float32)
    _check_balls(name, estimator)
    return Run(
        labels=_checked(name, labels, len(vectors)),
        strengths=strengths,
        predicts="model" if callable(getattr(estimator, "predict", None)) else "nearest_neighbors",
    )


def probabilities(estimator: Any, vectors: FloatArray) -> FloatArray | None:
    """Return the probability of each row's likeliest cluster, float32 (m,), or None where there is no such model.

    Examples
    --------
    >>> from sklearn.mixture import GaussianMixture
    >>> square = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], dtype="float32")
    >>> probabilities(GaussianMixture(2, random_state=0).fit(square), square)
    array([1., 1., 1., 1.], dtype=float32)
    """
    if not callable(getattr(estimator, "predict_proba", None)):
        return None
    return np.asarray(estimator.predict_proba(vectors).max(axis=1), dtype=np.float32)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Log the warnings raised inside, and turn refusals into one-line errors of ours.

    Parameters
    ----------
    name : str
        What messages call the method.

    Examples
    --------
    >>> with translated("kmeans"):
    ...     raise ValueError("what it needs")
    Traceback (most recent call last):
    clusterby.core.errors.InvalidParameter: method 'kmeans': what it needs
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except (ValueError, TypeError, RuntimeError) as error:  # RuntimeError: ARPACK's
            raise InvalidParameter(f"method '{name}': {_one_line(error)}") from error
    for warning in caught:
        if warning.category.__name__ == "ConvergenceWarning":
            log.warning(
                "method '%s': %s To settle it, raise max_iter= or lower n_clusters=",
                name,
                _one_line(warning.message),
            )
        else:
            log.info("method '%s': %s", name, _one_line(warning.message))


def _checked(name: str, labels: Any, n_rows: int) -> IntArray:
    found = np.asarray(labels)
    if found.shape != (n_rows,) or found.dtype.kind not in "iu" or (len(found) and found.min() < NOISE):
        raise InvalidParameter(
            f"method '{name}' gave labels of type {found.dtype} and shape {found.shape} for {n_rows} rows: "
            "its fit_predict must return one whole number per row, −1 for noise"
        )
    return found.astype(np.int64)


def _check_balls(name: str, estimator: Any) -> None:
    """Refuse a BIRCH result with fewer clusters than were asked for."""
    balls, wanted = getattr(estimator, "subcluster_centers_", None), getattr(estimator, "n_clusters", None)
    if balls is not None and isinstance(wanted, int) and len(balls) < wanted:
        raise InvalidParameter(
            f"method '{name}' found only {len(balls)} small balls for n_clusters={wanted} at "
            f"threshold={estimator.threshold:g}: give a smaller threshold=, or leave it out"
        )


def _one_line(said: object) -> str:
    return " ".join(str(said).split())
