"""What the grid is to show: the items of a cluster, its outliers, or chosen items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import fiftyone as fo
import numpy as np
from fiftyone import ViewField
from fiftyone.core.patches import PatchesView

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE

from .grid import Stages
from .opened import OpenRun

__all__ = [
    "cluster_shown",
    "cluster_view",
    "exemplar_view",
    "farthest_ids",
    "items_view",
    "run_shown",
    "some_view",
]

_MOST_IN_ORDER = 500
"""Items that are shown in an order of their own: the App sends each one's id with every request."""


def items_view(dataset: Any, run: OpenRun) -> Any:
    """Return the collection that a run's items are in: the dataset, its patches, its frames or a slice of its groups."""
    kind = run.info.get("kind")
    if kind == "patches":
        return dataset.to_patches(run.info["patches_field"])
    if kind == "frames":
        return cbf.clustering_view(dataset, run.key)
    native = run.groups.table.native
    if kind is None and isinstance(native, PatchesView):  # of the original plugin, which kept no kind
        return dataset.to_patches(native.patches_field)
    if dataset.media_type == fo.core.media.GROUP:
        return dataset.select_group_slices(_allow_mixed=True)
    return dataset


def cluster_view(dataset: Any, run: OpenRun, cluster: int) -> Any:
    """Return the items of a cluster, in the order of the dataset."""
    view = items_view(dataset, run)
    path = run.info["cluster_field"]
    if isinstance(view, PatchesView):
        path = f"{view.patches_field}.{path}"
    field = view.get_field(path)
    if field is None:
        raise InvalidParameter(f"field {path!r} of run {run.key!r} is gone: cluster again, or delete the run")
    if isinstance(field, fo.EmbeddedDocumentField):
        path += ".label"
    return view.match(ViewField(path) == _label(run, cluster))


def cluster_shown(run: OpenRun, stages: Stages) -> int | None:
    """Return the cluster of a run that a view shows, all of it or some of its items; None if it is another view."""
    for name, arguments in reversed(stages):
        if name.endswith(".Select"):
            found = {run.clusters_by_id.get(i) for i in dict(arguments).get("sample_ids") or []}
            return found.pop() if len(found) == 1 else None
        for path, value in _matched([[name, arguments]]):
            if _is_of(path, run.info["cluster_field"]):
                return next((row.cluster for row in run.rows if _label(run, row.cluster) == value), None)
    return None


def run_shown(dataset: Any, keys: Sequence[str], stages: Stages) -> str | None:
    """Return which of some runs a view shows a cluster of; None if it is another view."""
    paths = [path for path, _ in _matched(stages)]
    if not paths:
        return None
    fields = {key: cbf.clustering_info(dataset, key)["cluster_field"] for key in keys}
    return next((key for key, field in fields.items() if any(_is_of(path, field) for path in paths)), None)


def _matched(stages: Stages) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of every stage that keeps what has one value there."""
    for name, arguments in stages:
        condition = dict(arguments).get("filter") if name.endswith(".Match") else None
        equal = ((condition or {}).get("$expr") or {}).get("$eq")
        if isinstance(equal, list) and len(equal) == 2 and str(equal[0]).startswith("$"):
            yield equal[0][1:], equal[1]


def _is_of(path: str, field: str) -> bool:
    path = path.removesuffix(".label")
    return path == field or path.endswith(f".{field}")


def _label(run: OpenRun, cluster: int) -> str:
    """Return what the run's field holds for a cluster."""
    return run.groups.names_.get(cluster, str(cluster)) if run.is_original else str(cluster)


def some_view(dataset: Any, run: OpenRun, ids: Sequence[str], *, ordered: bool = False) -> Any:
    """Return some items by their ids."""
    return items_view(dataset, run).select(list(ids), ordered=ordered)


def exemplar_view(dataset: Any, run: OpenRun, cluster: int, most: int) -> Any:
    """Return the items that stand for a cluster, the most typical first; the first ones of the noise."""
    groups = run.groups
    rows = groups.exemplar_rows(most).get(cluster, groups.rows_of(cluster))[:most]
    return some_view(dataset, run, list(groups.table.ids(rows)), ordered=True)


def farthest_ids(run: OpenRun, cluster: int) -> list[str]:
    """Return the ids of up to 500 items of a cluster, the farthest from its center first.

    Raises
    ------
    InvalidParameter
        If the run keeps no distances, or it is the noise, which has no center.
    """
    if cluster == NOISE:
        raise InvalidParameter("the noise has no center to be far from: look at its items with Show in grid")
    at = np.flatnonzero(run.labels == cluster)
    distances = run.groups.distances()[at]
    if np.isnan(distances).all():
        raise InvalidParameter(f"run {run.key!r} keeps no distances: cluster again to see outliers")
    order = at[np.argsort(-distances, kind="stable")][:_MOST_IN_ORDER]
    return list(run.groups.table.ids(run.groups.embeddings.rows[order]))
