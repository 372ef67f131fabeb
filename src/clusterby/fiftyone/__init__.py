"""Clusters of FiftyOne datasets, as runs in the manner of FiftyOne's Brain.

``import clusterby.fiftyone as cbf``, then :func:`compute_clusters`, :func:`load_clusters` and the others; docs/fiftyone.md tells
what is written where. FiftyOne is imported when one of them is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from clusterby.core.optional import require

if TYPE_CHECKING:
    from clusterby.fiftyone.clean import clean_up
    from clusterby.fiftyone.compare import compare_clusters
    from clusterby.fiftyone.compute import compute_clusters
    from clusterby.fiftyone.edit import merge_clusters, name_clusters, rename_cluster
    from clusterby.fiftyone.export import export_clusters
    from clusterby.fiftyone.label import label_samples
    from clusterby.fiftyone.load import clustering_info, clustering_view, list_clusterings, load_clusters
    from clusterby.fiftyone.manage import delete_clusters, rename_clusters
    from clusterby.fiftyone.models import embedding_models
    from clusterby.fiftyone.region_fields import region_fields
    from clusterby.fiftyone.stored_vectors import brain_keys, vector_fields
    from clusterby.fiftyone.target import resolve_target

_HOMES = {
    "brain_keys": "stored_vectors",
    "clean_up": "clean",
    "clustering_info": "load",
    "clustering_view": "load",
    "compare_clusters": "compare",
    "compute_clusters": "compute",
    "delete_clusters": "manage",
    "embedding_models": "models",
    "export_clusters": "export",
    "label_samples": "label",
    "list_clusterings": "load",
    "load_clusters": "load",
    "merge_clusters": "edit",
    "name_clusters": "edit",
    "region_fields": "region_fields",
    "rename_cluster": "edit",
    "rename_clusters": "manage",
    "resolve_target": "target",
    "vector_fields": "stored_vectors",
}

__all__ = [
    "brain_keys",
    "clean_up",
    "clustering_info",
    "clustering_view",
    "compare_clusters",
    "compute_clusters",
    "delete_clusters",
    "embedding_models",
    "export_clusters",
    "label_samples",
    "list_clusterings",
    "load_clusters",
    "merge_clusters",
    "name_clusters",
    "region_fields",
    "rename_cluster",
    "rename_clusters",
    "resolve_target",
    "vector_fields",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require("fiftyone", purpose="clusterby.fiftyone", extra="fiftyone")
    found = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__all__)
