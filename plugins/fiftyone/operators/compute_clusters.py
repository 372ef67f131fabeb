"""Cluster samples, patches or frames."""

from __future__ import annotations

from collections import Counter
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby.fiftyone.target import join_path

from ..panel import CLUSTERS_PANEL  # noqa: TID252 - a plugin has no name that it could import itself by
from .clustering_operator import ICON, LongOperator
from .compute_form import ask_compute
from .compute_settings import as_params, settings_of
from .form import Form, given
from .items import chosen

__all__ = ["ComputeClusters"]


class ComputeClusters(LongOperator):
    """Cluster the items of a dataset, view or selection, and keep the result as a run."""

    named = "compute_clusters"
    label = "Compute clusters"
    about = "Group samples, patches or frames that look or mean alike"
    submit = "Cluster"

    def resolve_placement(self, ctx: Any) -> types.Placement:
        """Return where the operator's button stands: in the toolbar above the grid."""
        button = types.Button(label=self.label, icon=ICON, prompt=True)
        return types.Placement(types.Places.SAMPLES_GRID_ACTIONS, button)

    def resolve_run_name(self, ctx: Any) -> str:
        """Return what a delegated run is listed as."""
        return f"Clusters {given(ctx.params, 'run_key', '')}".strip()

    def ask(self, form: Form) -> None:
        """Fill the form."""
        ask_compute(form)

    def work(self, ctx: Any) -> dict[str, Any]:
        """Cluster, write and register."""
        settings = settings_of(ctx.params)
        key = settings.pop("run_key", None)
        groups = cbf.compute_clusters(chosen(ctx), key, **settings)
        return _told(ctx.dataset, key, groups)

    def followed_up(self, ctx: Any, results: dict[str, Any]) -> list[Any]:
        """Show the new field in the grid and open the panel."""
        shown = results["shown_as"]
        active = [field for field in ctx.active_fields or [] if field != shown]
        return [
            ctx.ops.reload_dataset(),
            ctx.ops.set_active_fields([*active, shown]),
            ctx.ops.open_panel(CLUSTERS_PANEL, is_active=True, layout="horizontal"),
        ]

    def show(self, outputs: types.Object, results: dict[str, Any]) -> None:
        """Say how many clusters there are and how large they are."""
        super().show(outputs, results)
        table = types.TableView(columns=[])
        columns = {"cluster": "Cluster", "name": "Name", "size": "Size", "share": "Share"}
        for column, words in columns.items():
            if any(column in row for row in results["clusters"]):
                table.add_column(column, label=words)
        outputs.list("clusters", types.Object(), view=table, label="Clusters")

    def __call__(
        self,
        samples: Any,
        run_key: str,
        *,
        delegate: bool = False,
        delegation_target: str | None = None,
        **settings: Any,
    ) -> Any:
        """Cluster from Python.

        Parameters
        ----------
        samples : Dataset or DatasetView
        run_key : str
        delegate : bool
            Whether to queue it for ``fiftyone delegated launch`` instead.
        delegation_target : str, optional
            The orchestrator that is to run it.
        **settings
            As for :func:`clusterby.fiftyone.compute_clusters`; a delegated run takes plain values only.

        Returns
        -------
        ClusterBy or ExecutionResult
            The clusters; of a delegated run what FiftyOne says of the queued operation.
        """
        if not delegate:
            return cbf.compute_clusters(samples, run_key, **settings)
        where = {"dataset": samples} if isinstance(samples, fo.Dataset) else {"view": samples}
        return foo.execute_operator(
            self.uri,
            ctx={**where, "params": as_params(run_key, settings)},
            request_delegation=True,
            delegation_target=delegation_target,
        )


def _told(dataset: Any, key: str, groups: Any) -> dict[str, Any]:
    """Return what came of it as plain values."""
    info = cbf.clustering_info(dataset, key)
    sizes = Counter(groups.partition.labels.tolist())
    n = sum(sizes.values())
    path = join_path(info["parent"], info["cluster_field"])
    rows = [
        {"cluster": "none (-1)" if c < 0 else str(c)}
        | ({"name": groups.names_.get(c, "")} if groups.names_ else {})
        | {"size": size, "share": f"{size / n:.1%}"}
        for c, size in sorted(sizes.items(), key=lambda item: (item[0] < 0, item[0]))
    ]
    reasons = Counter(skipped.reason for skipped in groups.skipped)
    headline = f"{n:,} {info['kind']} in {info['n_clusters']} clusters"
    lines = [f"**{headline}**, in field `{path}` and run `{key}` ({info['seconds']:.1f} s)."]
    for followed in groups.followed:
        lines.append(f"Grouped by {followed}.")
        lines += [f"*{warning[0].upper()}{warning[1:]}.*" for warning in followed.warnings]
    if sizes.get(-1):
        lines.append(f"{sizes[-1]:,} of them belong to no cluster (-1).")
    for reason, count in reasons.most_common(5):
        lines.append(f"{count:,} {info['kind']} got no label: {reason}.")
    return {
        "run_key": key, "field": path, "shown_as": path.split(".")[0] if info["kind"] == "patches" else path,
        "n_clusters": info["n_clusters"], "n_clustered": n, "n_skipped": info["n_skipped"],
        "noise": sizes.get(-1, 0), "seconds": info["seconds"],
        "skipped": [{"reason": reason, "count": count} for reason, count in reasons.most_common()],
        "clusters": rows, "followed": info["followed"], "headline": headline, "summary": "  \n".join(lines),
    }  # fmt: skip
