"""Clustering methods: listed and searched without importing scikit-learn, run by :mod:`clusterby.clusterers.fit`.

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

from clusterby.clusterers.base import ClustererSpec
from clusterby.clusterers.registry import METHODS

__all__ = ["ClustererSpec", "find", "get", "list", "load", "names", "register", "unregister"]

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
