"""Clustering methods: listed and searched without importing scikit-learn, run by :mod:`clusterby.clusterers.fit`.

The estimators of our own kernels bear scikit-learn's names and replace its classes:
``from clusterby.clusterers import KMeans``.

Examples
--------
>>> from clusterby import clusterers
>>> [spec.name for spec in clusterers.find(finds_noise=True)]
['hdbscan', 'dbscan', 'evoc']
>>> clusterers.get("agglomerative").name
'hierarchical'
"""

from __future__ import annotations

import builtins
import importlib
from typing import TYPE_CHECKING, Any

from clusterby.clusterers.base import ClustererSpec
from clusterby.clusterers.registry import METHODS

if TYPE_CHECKING:
    from clusterby.clusterers.agglomerative import AgglomerativeClustering
    from clusterby.clusterers.gaussian_mixture import GaussianMixture
    from clusterby.clusterers.hdbscan import HDBSCAN
    from clusterby.clusterers.kmeans import KMeans
    from clusterby.clusterers.spectral import SpectralClustering

__all__ = [
    "HDBSCAN",
    "AgglomerativeClustering",
    "ClustererSpec",
    "GaussianMixture",
    "KMeans",
    "SpectralClustering",
    "find",
    "get",
    "list",
    "load",
    "names",
    "register",
    "unregister",
]

_ESTIMATORS = {
    "AgglomerativeClustering": "agglomerative",
    "GaussianMixture": "gaussian_mixture",
    "HDBSCAN": "hdbscan",
    "KMeans": "kmeans",
    "SpectralClustering": "spectral",
}  # imported when asked for: they bring scikit-learn and numba

names = METHODS.names
get = METHODS.get
find = METHODS.find
load = METHODS.load
register = METHODS.register
unregister = METHODS.unregister


def list() -> builtins.list[ClustererSpec]:  # noqa: A001 - read as `clusterers.list()`, like `runs.list()`
    """Return the specs of all registered methods.

    Examples
    --------
    >>> from clusterby import clusterers
    >>> clusterers.list()[0].name
    'kmeans'
    """
    return [*METHODS]


def __getattr__(name: str) -> Any:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_ESTIMATORS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> builtins.list[str]:
    return sorted({*globals(), *__all__})
