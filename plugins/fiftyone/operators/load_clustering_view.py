"""Load the view that was clustered."""

from __future__ import annotations

from typing import Any

import clusterby.fiftyone as cbf

from .clustering_operator import ClusteringOperator
from .form import Form
from .runs import ask_run, run_key_of

__all__ = ["LoadClusteringView"]


class LoadClusteringView(ClusteringOperator):
    """Show in the grid what a run has clustered."""

    named = "load_clustering_view"
    label = "Load the view of a clustering run"
    about = "Show in the grid what a run has clustered"
    submit = "Load"

    def ask(self, form: Form) -> None:
        """Ask for the run."""
        ask_run(form)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Load the view."""
        key = run_key_of(ctx)
        view = cbf.clustering_view(ctx.dataset, key)
        kind = cbf.clustering_info(ctx.dataset, key).get("kind", "samples")
        return {"run_key": key, "n_items": len(view), "summary": f"**{len(view):,} {kind}** of run `{key}`."}

    def refresh(self, ctx: Any, results: dict[str, Any]) -> None:
        """Show the view in the grid."""
        ctx.ops.set_view(view=cbf.clustering_view(ctx.dataset, results["run_key"]))

    def __call__(self, dataset: Any, run_key: str) -> Any:
        """Return the view that a run has clustered; see :func:`clusterby.fiftyone.clustering_view`."""
        return cbf.clustering_view(dataset, run_key)
