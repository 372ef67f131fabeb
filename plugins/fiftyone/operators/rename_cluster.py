"""Give a cluster a name."""

from __future__ import annotations

from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter

from .clustering_operator import ClusteringOperator
from .form import Form, given, refusal
from .runs import ask_run, cluster_choices, run_key_of

__all__ = ["RenameCluster"]


class RenameCluster(ClusteringOperator):
    """Give a cluster a name; its id stays."""

    named = "rename_cluster"
    label = "Rename a cluster"
    about = "Give a cluster a name; its id stays"
    submit = "Rename"

    def ask(self, form: Form) -> None:
        """Ask for the run, the cluster and the name."""
        key = ask_run(form, leave_out=lambda info: "written_by" in info)
        if key is None:
            return
        choices = cluster_choices(form.ctx.dataset, key)
        first = next(iter(choices), None)
        cluster = form.value("cluster", first)
        error = None if str(cluster) in choices else f"cluster={cluster!r}: give one of {', '.join(choices)}"
        form.choice("cluster", "Cluster", choices, default=first, error=error, required=True)
        untouched = form.in_app and "name" not in form.params
        wrong = (
            None
            if untouched or error
            else refusal(_check, form.ctx.dataset, key, cluster, form.value("name"))
        )
        form.text("name", "Name", error=wrong, required=True)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Name it."""
        key, cluster, name = run_key_of(ctx), int(given(ctx.params, "cluster")), given(ctx.params, "name")
        cbf.rename_cluster(ctx.dataset, key, cluster, name)
        field = cbf.clustering_info(ctx.dataset, key)["names_field"]
        return {
            "run_key": key, "cluster": cluster, "name": name, "field": field,
            "summary": f"Cluster {cluster} of run `{key}` is called **{name}**, in field `{field}`.",
        }  # fmt: skip

    def refresh(self, ctx: Any, results: dict[str, Any]) -> None:
        """Let the sidebar know the field of names."""
        ctx.ops.reload_dataset()

    def __call__(self, dataset: Any, run_key: str, cluster: int, name: str) -> Any:
        """Name a cluster; see :func:`clusterby.fiftyone.rename_cluster`."""
        return cbf.rename_cluster(dataset, run_key, cluster, name)


def _check(dataset: Any, key: str, cluster: Any, name: Any) -> None:
    if not isinstance(name, str):
        raise InvalidParameter(f"name={name!r}: give a word or a few")
    cbf.load_clusters(dataset, key).renamed({int(cluster): name})
