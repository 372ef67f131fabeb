"""The Clusters panel: a run's clusters, their map, and how two runs agree."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import Panel, PanelConfig, types

import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError

from . import page
from .clusters_tab import ClustersTab
from .compare_tab import CompareTab
from .events import event, one_at_a_time, remember, run_of
from .map_tab import MapTab
from .opened import forget, open_run

__all__ = ["ClustersPanel"]

TABS = ("clusters", "map", "compare")


class ClustersPanel(ClustersTab, MapTab, CompareTab, Panel):
    """Look at the clusterings of a dataset, and edit them."""

    @property
    def config(self) -> PanelConfig:
        """How the App lists the panel."""
        return PanelConfig(
            name="clusters_panel",
            label="Clusters",
            icon="workspaces",
            allow_multiple=False,
            help_markdown="Clusterings of this dataset: what is in each cluster, how they lie, how two of them agree.",
        )

    def execute(self, ctx: Any) -> Any:
        """Handle an event, and show what follows from it."""
        method = ctx.params.get("__method__") or ""
        if method == "read_marks":
            self.measure_marks(ctx)
        with one_at_a_time(ctx.dataset_name):
            if not ctx.panel_id:
                return super().execute(ctx)
            remember(ctx, recall=method == "read_marks" or method.startswith("on_change"))
            result = super().execute(ctx)
            remember(ctx)
            return result

    @event
    def on_load(self, ctx: Any) -> None:
        """Show the newest run, unless one was chosen before."""
        self._settle(ctx)

    @event
    def on_change_dataset(self, ctx: Any) -> None:
        """Begin anew with another dataset; the App tells of the first one too."""
        if ctx.panel.get_state("dataset") == ctx.dataset_name:
            return
        ctx.panel.state.clear()
        ctx.panel.data.clear()
        self._settle(ctx)

    @event
    def on_change_active_fields(self, ctx: Any) -> None:
        """See the run that has just been computed, or that one is gone."""
        before = ctx.panel.get_state("known") or []
        known = [] if ctx.dataset is None else cbf.list_clusterings(ctx.dataset)
        new = [key for key in known if key not in before]
        if new and before != known:
            ctx.panel.set_state("bar.run", _newest(ctx.dataset, new))
        self._settle(ctx)

    @event
    def refresh(self, ctx: Any) -> None:
        """Read and measure the chosen run again."""
        forget(ctx.dataset, ctx.panel.get_state("bar.run") or "")
        self._settle(ctx)

    @event
    def choose_run(self, ctx: Any) -> None:
        """Show another run."""
        if ctx.params.get("value"):
            ctx.panel.set_state("bar.run", ctx.params["value"])
        self._settle(ctx, fresh=True)

    @event
    def choose_tab(self, ctx: Any) -> None:
        """Show the clusters, the map or the comparison."""
        if ctx.params.get("value") in TABS:
            ctx.panel.set_state("tab", ctx.params["value"])
        self._fill(ctx)

    @event
    def ask_delete(self, ctx: Any) -> None:
        """Ask before a run is deleted."""
        ctx.panel.set_state("asking", True)

    @event
    def keep_run(self, ctx: Any) -> None:
        """Do not delete the run."""
        ctx.panel.set_state("asking", False)

    @event
    def delete_run(self, ctx: Any) -> None:
        """Delete the run that is shown, with its fields."""
        ctx.panel.set_state("asking", False)
        key = ctx.panel.get_state("bar.run")
        gone = cbf.delete_clusters(ctx.dataset, key)
        forget(ctx.dataset, key)
        with_fields = f" and its fields {', '.join(gone)}" if gone else ""
        ctx.ops.notify(f"Deleted run {key}{with_fields}", variant="success")
        ctx.ops.clear_view()
        ctx.ops.reload_dataset()
        ctx.panel.set_state("bar.run", None)
        self._settle(ctx, fresh=True)

    def _settle(self, ctx: Any, *, fresh: bool = False) -> None:
        """Let the panel's state be about a run that is there."""
        known = [] if ctx.dataset is None else cbf.list_clusterings(ctx.dataset)
        ctx.panel.set_state({"known": known, "dataset": ctx.dataset_name})
        key = ctx.panel.get_state("bar.run")
        if key not in known:
            key, fresh = (_newest(ctx.dataset, known) if known else None), True
            ctx.panel.set_state("bar.run", key)
        if fresh:
            ctx.panel.set_state({"chosen": None, "ticked": [], "asking": False, "card.name": ""})
            ctx.panel.set_data("map.plot", [])
        if key is None:
            return
        run = open_run(ctx.dataset, key)
        if run.row(ctx.panel.get_state("chosen")) is None and run.rows:
            self.choose(ctx, run, run.rows[0].cluster)
        self._fill(ctx)

    def _fill(self, ctx: Any) -> None:
        """Have ready what the tab shows: what takes long comes with a second event."""
        tab = ctx.panel.get_state("tab") or "clusters"
        run = run_of(ctx)
        if tab == "clusters" and not run.has("marks"):
            params = {"__method__": "read_marks", "panel_id": ctx.panel_id, "panel_state": ctx.panel_state}
            ctx.trigger(self.uri, params)
        elif tab == "map":
            self.fill_map(ctx, run)

    def render(self, ctx: Any) -> types.Property:
        """Return what the panel shows."""
        known = ctx.panel.get_state("known") or []
        panel = types.Object()
        if not known:
            page.empty(panel)
            return page.whole_page(panel)
        try:
            run = run_of(ctx)
        except ClusterbyError as error:
            page.bar(self, panel, known)
            page.trouble(panel, error)
            page.asking(self, panel, ctx)
            return page.whole_page(panel)
        page.bar(self, panel, known)
        page.summary(panel, run)
        page.asking(self, panel, ctx)
        page.tabs(self, panel)
        tab = ctx.panel.get_state("tab") or "clusters"
        try:
            {"clusters": self.show_clusters, "map": self.show_map, "compare": self.show_compare}[tab](
                ctx, panel, run
            )
        except ClusterbyError as error:
            page.trouble(panel, error)
        return page.whole_page(panel)


def _newest(dataset: Any, keys: list[str]) -> str:
    """Return the key of the run that was registered last."""
    stamps = {key: dataset.get_run_info(key).timestamp for key in keys}
    return max(keys, key=lambda key: (stamps[key] is not None, stamps[key] or 0))
