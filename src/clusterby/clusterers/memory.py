"""How much memory a method needs, told before it starts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clusterby.clusterers.base import ClustererSpec
from clusterby.clusterers.registry import METHODS
from clusterby.core.errors import InvalidParameter
from clusterby.core.registry import import_object

__all__ = [
    "balls",
    "check_memory",
    "estimated_bytes",
    "graph_eigenvectors",
    "linkage_tree",
    "mixture",
    "neighbor_lists",
    "neighborhoods",
    "nested_centers",
    "running_centers",
]

_BASE = 100e6  # bytes: the tiles of all threads, and what is small
_K = 100  # clusters, where the number is not settled yet


def check_memory(spec: ClustererSpec, n: int, d: int, parameters: Mapping[str, Any]) -> None:
    """Refuse a fit that this machine cannot hold, and say what it can.

    Parameters
    ----------
    spec : ClustererSpec
        The method.
    n, d : int
        The shape of the vectors.
    parameters : mapping of str to object
        The estimator's parameters.

    Raises
    ------
    InvalidParameter
        If the vectors and what the fit keeps beside them are larger than the machine's memory.

    Examples
    --------
    >>> from clusterby.clusterers import get
    >>> check_memory(get("hierarchical"), 1_000, 512, {})
    """
    there = _machine_bytes()
    needed = estimated_bytes(spec, n, d, parameters)
    if there is None or needed <= there:
        return
    others = {s.name: estimated_bytes(s, n, d, s.overrides) for s in METHODS if s.name != spec.name}
    fitting = sorted((size, name) for name, size in others.items() if size <= there)[:2]
    use = " or ".join(f"{name} ({_in_words(size)})" for size, name in fitting)
    raise InvalidParameter(
        f"method '{spec.name}' needs about {_in_words(needed)} for {n:,} vectors of {d} and this machine has "
        f"{_in_words(there)}: {f'use {use}, or ' if use else ''}cluster a sample and predict the rest"
    )


def estimated_bytes(spec: ClustererSpec, n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return about how many bytes a fit needs, the float32 vectors included.

    Examples
    --------
    >>> from clusterby.clusterers import get
    >>> estimated_bytes(get("kmeans"), 1_000_000, 512, {}) < 3e9
    True
    """
    beside: float = import_object(spec.memory)(n, d, parameters)
    return 4.0 * n * d + _BASE + beside


def running_centers(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes k-means keeps: labels and bounds of each row, a sample, sums and centers.

    Examples
    --------
    >>> running_centers(1_000, 10, {"n_clusters": 5})
    121200.0
    """
    sample = min(1.0 * n * d, 2.0**28)
    return 110.0 * n + sample + 24.0 * d * _number(parameters, "n_clusters")


def nested_centers(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of bisecting k-means: the rows of the group being split are copied.

    Examples
    --------
    >>> nested_centers(1_000, 10, {})
    64000.0
    """
    return 4.0 * n * d + 24.0 * n


def mixture(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of a Gaussian mixture: what its first k-means keeps, bounds of each row, and sums for each covariance.

    Examples
    --------
    >>> mixture(1_000, 10, {"n_components": 5, "covariance_type": "diag"})
    170400.0
    """
    k = _number(parameters, "n_components")
    wide = parameters.get("covariance_type", "full") == "full"
    return (
        running_centers(n, d, {"n_clusters": k}) + 45.0 * n + 40.0 * k * k + 64.0 * k * d * (d if wide else 1)
    )


def linkage_tree(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of a tree: centroids and candidate lists, or all distances for a metric that needs them.

    Examples
    --------
    >>> linkage_tree(1_000, 512, {"metric": "euclidean"}) < 6e6
    True
    >>> linkage_tree(1_000, 512, {"metric": "manhattan", "linkage": "average"})
    8000000.0
    """
    if parameters.get("metric", "euclidean") in ("euclidean", "l2", "cosine"):
        return 8.0 * n * d + 1_600.0 * n  # a centered copy, the last matrix, and up to 96 candidates a row
    return 8.0 * n * n


def graph_eigenvectors(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of spectral clustering: a graph of neighbors and a few blocks of eigenvectors, or a full affinity.

    Examples
    --------
    >>> graph_eigenvectors(1_000, 512, {"affinity": "rbf"})
    16000000.0
    """
    if parameters.get("affinity", "rbf") != "nearest_neighbors":
        return 16.0 * n * n
    wanted = parameters.get("n_components") or _number(parameters, "n_clusters")
    return 64.0 * n * (parameters.get("n_neighbors") or 10) + 48.0 * n * wanted


def neighbor_lists(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of HDBSCAN: a list of neighbors a row and a tree, or all distances for a metric that needs them.

    Examples
    --------
    >>> neighbor_lists(1_000, 512, {"metric": "manhattan"})
    16000000.0
    """
    if parameters.get("metric", "euclidean") in ("euclidean", "l2", "cosine"):
        listed = max(32, parameters.get("min_samples") or parameters.get("min_cluster_size") or 5)
        return 4.0 * n * d + 64.0 * n * listed
    return 16.0 * n * n


def neighborhoods(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of DBSCAN: the neighbors within eps, guessed at a hundred a row.

    Examples
    --------
    >>> neighborhoods(1_000, 512, {})
    800000.0
    """
    return 800.0 * n


def balls(n: int, d: int, parameters: Mapping[str, Any]) -> float:
    """Return the bytes of BIRCH: at worst a ball a row, in a tree.

    Examples
    --------
    >>> balls(1_000, 10, {})
    120000.0
    """
    return 12.0 * n * d


def _number(parameters: Mapping[str, Any], name: str) -> int:
    value = parameters.get(name)
    return value if isinstance(value, int) else _K


def _in_words(size: float) -> str:
    return f"{size / 1e9:,.0f} GB" if size >= 10e9 else f"{size / 1e9:,.1f} GB"


def _machine_bytes() -> int | None:
    """Return the memory this process may use: the machine's, or its container's where that is less."""
    found = []
    with contextlib.suppress(AttributeError, ValueError, OSError):  # not told on every system
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found.append(int(Path(limit).read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return min(found, default=None)
