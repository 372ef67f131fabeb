"""What stands in for the operators where the package that they call is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import fiftyone.operators as foo
import fiftyone.operators.types as types

__all__ = ["MESSAGE", "is_missing", "stand_ins"]

MESSAGE = "the plugin needs the package clusterby. Install it: pip install 'clusterby[fiftyone]', then restart FiftyOne"

_LABELS = {
    "compute_clusters": "Compute clusters",
    "get_clustering_run_info": "Show a clustering run",
    "load_clustering_view": "Load the view of a clustering run",
    "rename_clustering_run": "Rename a clustering run",
    "delete_clustering_run": "Delete a clustering run",
    "label_clusters": "Name clusters",
    "label_clusters_with_gpt4v": "Name clusters (with GPT-4V)",
    "label_samples": "Label samples by description",
    "rename_cluster": "Rename a cluster",
    "merge_clusters": "Merge clusters",
    "export_clusters": "Export clusters",
}


def is_missing() -> bool:
    """Whether clusterby is not installed."""
    return find_spec("clusterby") is None


class _StandIn(foo.Operator):
    """An operator that only says what it lacks."""

    named = ""

    @property
    def config(self) -> foo.OperatorConfig:
        return foo.OperatorConfig(name=self.named, label=_LABELS[self.named], dynamic=True)

    def resolve_input(self, ctx: Any) -> types.Property:
        inputs = types.Object()
        notice = inputs.view("missing", types.Error(label="clusterby is not installed", description=MESSAGE))
        notice.invalid, notice.error_message = True, MESSAGE
        return types.Property(inputs, view=types.View(label=_LABELS[self.named]))

    def execute(self, ctx: Any) -> None:
        raise ImportError(MESSAGE)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        raise ImportError(MESSAGE)


def stand_ins() -> list[type]:
    """Return an operator class for each name of the plugin."""
    return [type(name, (_StandIn,), {"named": name}) for name in _LABELS]
