"""Name the clusters of a run."""

from __future__ import annotations

from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf

from .clustering_operator import LongOperator
from .form import Form, given
from .namer_form import AUTO, ask_namer, namer_parameters
from .runs import ask_run, run_key_of

__all__ = ["LabelClusters", "LabelClustersWithGPT4V"]


class LabelClusters(LongOperator):
    """Name clusters by a namer; their ids stay."""

    named = "label_clusters"
    label = "Name clusters"
    about = "Name the clusters of a run: by words that fit them, by what marks them, or by a chat model that sees some of them"
    submit = "Name"
    namer = AUTO

    def resolve_run_name(self, ctx: Any) -> str:
        """Return what a delegated run is listed as."""
        return f"Names for {given(ctx.params, 'run_key', 'clusters')}"

    def ask(self, form: Form) -> None:
        """Ask for the run, and for the namer with its parameters."""
        key = ask_run(form, leave_out=lambda info: "written_by" in info)
        ask_namer(form, default=self.namer)
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
        key, namer = run_key_of(ctx), str(given(ctx.params, "namer") or self.namer)
        before = dict(cbf.load_clusters(ctx.dataset, key).names_)
        groups = cbf.name_clusters(
            ctx.dataset, key, namer=namer, replace_names=bool(given(ctx.params, "overwrite", False)),
            **namer_parameters(ctx.params, namer),
        )  # fmt: skip
        after, naming = groups.names_, groups.naming_
        new = sum(before.get(cluster) != name for cluster, name in after.items())
        field = cbf.clustering_info(ctx.dataset, key)["names_field"]
        headline = f"{new} of {groups.n_clusters_} clusters of run {key} got a name"
        return {
            "run_key": key, "headline": headline, "field": field if after else None, "n_named": new,
            "names": [_row(cluster, name, naming.names.get(cluster)) for cluster, name in sorted(after.items())],
            "failed": {str(cluster): reason for cluster, reason in naming.failed.items()},
            "summary": _summary(headline, field if after else None, naming),
        }  # fmt: skip

    def followed_up(self, ctx: Any, results: dict[str, Any]) -> list[Any]:
        """Let the sidebar know the field of names."""
        return [ctx.ops.reload_dataset()]

    def show(self, outputs: types.Object, results: dict[str, Any]) -> None:
        """Say which name each cluster has, and who gave it."""
        super().show(outputs, results)
        table = types.TableView(columns=[])
        for column, words in (
            ("cluster", "Cluster"),
            ("name", "Name"),
            ("by", "By"),
            ("about", "What is in it"),
        ):
            table.add_column(column, label=words)
        outputs.list("names", types.Object(), view=table, label="Names")

    def __call__(
        self, dataset: Any, run_key: str, *, overwrite: bool = False, namer: Any = None, **options: Any
    ) -> Any:
        """Name a run's clusters and return them as a ClusterBy; names that are there stay unless they are to be replaced."""
        return cbf.name_clusters(
            dataset, run_key, namer=namer or self.namer, replace_names=overwrite, **options
        )


class LabelClustersWithGPT4V(LabelClusters):
    """The same by a chat model that sees images, under the name that the original plugin gave it."""

    named = "label_clusters_with_gpt4v"
    label = "Name clusters (with GPT-4V)"
    about = "The original plugin's name for 'Name clusters' by a chat model"
    unlisted = True
    namer = "llm"


def _row(cluster: int, name: str, said: Any) -> dict[str, str]:
    known = said is not None and said.name == name
    about = said.description or ", ".join(said.words) if known else ""
    return {
        "cluster": str(cluster), "name": name, "by": said.by if known else "",
        "about": f"mixed; {about}" if known and said.mixed else about,
    }  # fmt: skip


def _summary(headline: str, field: str | None, naming: Any) -> str:
    lines = [f"**{headline}**{f', in field `{field}`' if field else ''}."]
    lines += [f"{naming.bill}."] if naming.bill else []
    lines += [
        f"Cluster {cluster} got none: {reason}." for cluster, reason in list(naming.failed.items())[:10]
    ]
    return "  \n".join(lines)
