"""Name the clusters of a run."""

from __future__ import annotations

from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby.fiftyone.edit import marking_names

from .clustering_operator import LongOperator
from .form import Form, given
from .runs import ask_run, run_key_of

__all__ = ["LabelClusters", "LabelClustersWithGPT4V"]


class LabelClusters(LongOperator):
    """Name clusters by the values of other fields that mark them; their ids stay."""

    named = "label_clusters"
    label = "Name clusters"
    about = "Name the clusters of a run by what marks them in the other fields"
    submit = "Name"

    def ask(self, form: Form) -> None:
        """Ask for the run, and tell how names come about."""
        key = ask_run(form, leave_out=lambda info: "written_by" in info)
        form.notice(
            "how", "How clusters are named",
            "By the values of the dataset's other fields that are frequent in one cluster and rare outside it. Naming by a "
            "multimodal model, which looks at the pictures, comes with the naming feature of clusterby and is not there yet.",
        )  # fmt: skip
        if key is None:
            return
        named = cbf.load_clusters(form.ctx.dataset, key).names_
        if named:
            form.flag(
                "overwrite", f"Replace the names that {len(named)} of them have", default=False,
                description="Otherwise only clusters without a name get one.",
            )  # fmt: skip

    def work(self, ctx: Any) -> dict[str, Any]:
        """Name them."""
        key = run_key_of(ctx)
        before = dict(cbf.load_clusters(ctx.dataset, key).names_)
        groups = _named(ctx.dataset, key, overwrite=bool(given(ctx.params, "overwrite", False)))
        after, all_of_them = groups.names_, groups.n_clusters_
        new = sum(before.get(cluster) != name for cluster, name in after.items())
        field = cbf.clustering_info(ctx.dataset, key)["names_field"]
        left = all_of_them - len(after)
        none = f" Nothing in the other fields marks {left} of them." if left else ""
        headline = f"{new} of {all_of_them} clusters of run {key} got a name"
        return {
            "run_key": key, "headline": headline, "field": field if after else None, "n_named": new,
            "names": [{"cluster": str(c), "name": name} for c, name in sorted(after.items())],
            "summary": f"**{headline}**{f', in field `{field}`' if after else ''}.{none}",
        }  # fmt: skip

    def followed_up(self, ctx: Any, results: dict[str, Any]) -> list[Any]:
        """Let the sidebar know the field of names."""
        return [ctx.ops.reload_dataset()]

    def show(self, outputs: types.Object, results: dict[str, Any]) -> None:
        """Say which name each cluster has."""
        super().show(outputs, results)
        table = types.TableView(columns=[])
        table.add_column("cluster", label="Cluster")
        table.add_column("name", label="Name")
        outputs.list("names", types.Object(), view=table, label="Names")

    def __call__(self, dataset: Any, run_key: str, *, overwrite: bool = False) -> Any:
        """Name a run's clusters and return them as a ClusterBy; names that are there stay unless they are to be replaced."""
        return _named(dataset, run_key, overwrite=overwrite)


class LabelClustersWithGPT4V(LabelClusters):
    """The same, under the name that the original plugin gave it."""

    named = "label_clusters_with_gpt4v"
    label = "Name clusters (with GPT-4V)"
    about = "The original plugin's name for 'Name clusters'"
    unlisted = True


def _named(dataset: Any, key: str, *, overwrite: bool) -> Any:
    groups = cbf.load_clusters(dataset, key)
    kept = {} if overwrite else dict(groups.names_)
    if not kept:
        return cbf.name_clusters(dataset, key)
    taken = set(kept.values())
    new = {c: n for c, n in marking_names(groups).items() if c not in kept and n not in taken}
    return cbf.name_clusters(dataset, key, names=new) if new else groups
