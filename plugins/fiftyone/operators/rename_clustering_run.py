"""Give a run another key."""

from __future__ import annotations

from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone.compute import check_run_key

from .clustering_operator import ClusteringOperator
from .form import Form, given, refusal
from .runs import ask_run, run_key_of

__all__ = ["RenameClusteringRun"]


class RenameClusteringRun(ClusteringOperator):
    """Rename a run, and the fields that bear its key."""

    named = "rename_clustering_run"
    label = "Rename a clustering run"
    about = "Give a run another key, and its fields the names that go with it"
    submit = "Rename"

    def ask(self, form: Form) -> None:
        """Ask for the run and its new key."""
        key = ask_run(form, leave_out=lambda info: "written_by" in info)
        if key is None:
            return
        new = form.value("new_run_key")
        untouched = form.in_app and "new_run_key" not in form.params
        error = None if untouched else refusal(_check, form.ctx.dataset, key, new)
        form.text("new_run_key", "New run key", error=error, required=True)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Rename it."""
        key, new = run_key_of(ctx), given(ctx.params, "new_run_key")
        moves = cbf.rename_clusters(ctx.dataset, key, new)
        fields = ", ".join(f"`{old}` is now `{at}`" for old, at in moves.items() if old != at)
        return {
            "run_key": new, "fields": [{"from": old, "to": at} for old, at in moves.items()],
            "summary": f"Run `{key}` is now `{new}`.{f' Field {fields}.' if fields else ''}",
        }  # fmt: skip

    def refresh(self, ctx: Any, results: dict[str, Any]) -> None:
        """Let the sidebar know the fields."""
        ctx.ops.reload_dataset()

    def __call__(self, dataset: Any, run_key: str, new_run_key: str) -> dict[str, str]:
        """Rename a run; see :func:`clusterby.fiftyone.rename_clusters`."""
        return cbf.rename_clusters(dataset, run_key, new_run_key)


def _check(dataset: Any, key: str, new: Any) -> None:
    if new == key:
        raise InvalidParameter(f"new_run_key={new!r} is the key the run has: give another one")
    try:
        check_run_key(dataset, new)
    except InvalidParameter as error:
        raise InvalidParameter(str(error).replace("run_key=", "new_run_key=", 1)) from None
    field = f"{new}_cluster"
    own = cbf.clustering_info(dataset, key)
    if own["cluster_field"] == f"{key}_cluster" and dataset.has_field(_beside(own, field)):
        raise InvalidParameter(
            f"new_run_key={new!r}: the dataset has a field {field!r} already; choose another key"
        )


def _beside(info: dict[str, Any], field: str) -> str:
    return f"{info['parent']}.{field}" if info["parent"] else field
