"""Let clusters be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter

from .clustering_operator import ClusteringOperator
from .form import Form, given
from .runs import ask_run, cluster_choices, run_key_of

__all__ = ["MergeClusters"]


class MergeClusters(ClusteringOperator):
    """Let clusters be one, under the lowest of their ids."""

    named = "merge_clusters"
    label = "Merge clusters"
    about = "Let two or more clusters of a run be one"
    submit = "Merge"

    def ask(self, form: Form) -> None:
        """Ask for the run and the clusters."""
        key = ask_run(form, leave_out=lambda info: "written_by" in info)
        if key is None:
            return
        choices = cluster_choices(form.ctx.dataset, key)
        view = types.AutocompleteView(allow_user_input=False, allow_duplicates=False)
        for value, words in choices.items():
            view.add_choice(value, label=words)
        asked = form.value("clusters")
        untouched = form.in_app and "clusters" not in form.params
        error = None if untouched else _refusal(asked, choices)
        form.inputs.list(
            "clusters", types.String(), label="Clusters", view=view, required=True, invalid=bool(error),
            error_message=error or "", description="They become one, under the lowest of their ids.",
        )  # fmt: skip

    def work(self, ctx: Any) -> dict[str, Any]:
        """Merge them."""
        key, clusters = run_key_of(ctx), _ids(given(ctx.params, "clusters"))
        groups = cbf.merge_clusters(ctx.dataset, key, clusters)
        into = min(clusters)
        size = int((groups.partition.labels == into).sum())
        return {
            "run_key": key, "clusters": clusters, "into": into, "size": size, "n_clusters": groups.n_clusters_,
            "summary": f"Clusters {', '.join(map(str, clusters))} of run `{key}` are now **cluster {into}** with {size:,} items; "
            f"{groups.n_clusters_} clusters are left.",
        }  # fmt: skip

    def refresh(self, ctx: Any, results: dict[str, Any]) -> None:
        """Show the new labels."""
        ctx.ops.reload_dataset()

    def __call__(self, dataset: Any, run_key: str, clusters: list[int]) -> Any:
        """Merge clusters; see :func:`clusterby.fiftyone.merge_clusters`."""
        return cbf.merge_clusters(dataset, run_key, clusters)


def _ids(clusters: Any) -> list[int]:
    return sorted({int(cluster) for cluster in clusters})


def _refusal(clusters: Any, choices: Mapping[str, str]) -> str | None:
    try:
        if not isinstance(clusters, (list, tuple)):
            raise InvalidParameter(f"clusters={clusters!r}: give a list of ids, of {', '.join(choices)}")
        unknown = [c for c in clusters if str(c) not in choices]
        if unknown:
            raise InvalidParameter(
                f"clusters={clusters!r}: there is no cluster {unknown[0]}; give some of {', '.join(choices)}"
            )
        if len({str(c) for c in clusters}) < 2:
            raise InvalidParameter(f"clusters={clusters!r}: give at least two")
    except InvalidParameter as error:
        return str(error)
    return None
