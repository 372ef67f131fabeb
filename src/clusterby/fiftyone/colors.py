"""The same color for a cluster wherever it is seen: in the App, the panel and the report."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from clusterby.core.partition import NOISE
from clusterby.views.palette import color

__all__ = ["forget_colors", "rename_colors", "set_colors"]


def set_colors(dataset: Any, path: str, clusters: list[int]) -> None:
    """Let the App show the values of a field in the clusters' colors; what is set for other fields stays."""
    entry = {
        "path": path,
        "valueColors": [{"value": str(c), "color": color(c)} for c in (*clusters, NOISE)],
    }
    _replace(dataset, path, entry)


def forget_colors(dataset: Any, path: str) -> None:
    """Remove what is set for a field."""
    _replace(dataset, path, None)


def rename_colors(dataset: Any, path: str, new_path: str) -> None:
    """Let what is set for a field be set for it under its new name."""
    for entry in _entries(dataset):
        if entry.get("path") == path:
            _replace(dataset, path, None)
            _replace(dataset, new_path, {**entry, "path": new_path})
            return


def _entries(dataset: Any) -> list[dict[str, Any]]:
    scheme = dataset.app_config.color_scheme
    return [] if scheme is None or not scheme.fields else [dict(entry) for entry in scheme.fields]


def _replace(dataset: Any, path: str, entry: dict[str, Any] | None) -> None:
    before = _entries(dataset)
    entries = [e for e in before if e.get("path") != path] + ([] if entry is None else [entry])
    if entries == before:
        return
    if dataset.app_config.color_scheme is None:
        dataset.app_config.color_scheme = fo.ColorScheme()
    dataset.app_config.color_scheme.fields = entries
    if not entries and _says_nothing(dataset.app_config.color_scheme):
        dataset.app_config.color_scheme = None
    dataset.save()


def _says_nothing(scheme: Any) -> bool:
    """Whether a color scheme is no other than none: then ours was all that it held."""
    said = scheme.to_dict()
    return all(not value for name, value in said.items() if name not in ("id", "_id", "_cls"))
