"""Delete a run."""

from __future__ import annotations

from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby.fiftyone.target import join_path

from .clustering_operator import ClusteringOperator
from .form import Form
from .runs import ask_run, run_key_of

__all__ = ["DeleteClusteringRun"]


class DeleteClusteringRun(ClusteringOperator):
    """Delete a run and the fields that it wrote."""

    named = "delete_clustering_run"
    label = "Delete a clustering run"
    about = "Delete a run and the fields that it wrote"
    submit = "Delete"

    def ask(self, form: Form) -> None:
        """Ask for the run, and tell which fields go with it."""
        key = ask_run(form)
        if key is None:
            return
        dataset, info = form.ctx.dataset, cbf.clustering_info(form.ctx.dataset, key)
        own = [info["cluster_field"], info.get("names_field")]
        if "written_by" in info:  # the original plugin marked no field as its own
            own = [f"{key}_cluster"] if own[0] == f"{key}_cluster" else []
        paths = [join_path(info.get("parent") or "", name) for name in own if name]
        paths = [path for path in paths if dataset.has_field(path)]
        fields = f" and {'field' if len(paths) == 1 else 'fields'} {', '.join(paths)}" if paths else ""
        form.notice("goes", "This cannot be undone", f"Run {key}{fields} will be deleted.", types.Warning)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Delete it."""
        key = run_key_of(ctx)
        paths = cbf.delete_clusters(ctx.dataset, key)
        fields = f" with {', '.join(f'`{path}`' for path in paths)}" if paths else ""
        return {"run_key": key, "fields": paths, "summary": f"Run `{key}` is deleted{fields}."}

    def refresh(self, ctx: Any, results: dict[str, Any]) -> None:
        """Let the sidebar forget the fields."""
        ctx.ops.reload_dataset()

    def __call__(self, dataset: Any, run_key: str) -> list[str]:
        """Delete a run; see :func:`clusterby.fiftyone.delete_clusters`."""
        return cbf.delete_clusters(dataset, run_key)
