"""The Clusters panel: a run's clusters, their map, and how two runs agree."""

from __future__ import annotations

import copy
from typing import Any

from fiftyone.operators import Panel, PanelConfig, types

import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError

from . import grid, page
from .clusters_tab import ClustersTab
from .compare_tab import CompareTab
from .events import check_same_run, event, one_at_a_time, run_of
from .map_tab import MapTab
from .memory import keep, recall
from .opened import forget, open_run, state_of
from .shown import run_shown

__all__ = ["ClustersPanel"]

TABS = ("clusters", "map", "compare")

_OFTEN = ("on_change_active_fields", "on_change_view")
"""Events that the App sends several times for each view of the grid."""


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
            if method != "on_load":  # a panel that is loaded has the state that its workspace was saved with
                recall(ctx)
            result = self._hear(ctx, method) if method in _OFTEN else super().execute(ctx)
            keep(ctx)
            return result

    def _hear(self, ctx: Any, method: str) -> None:
        """Handle an event that may be no news; draw what follows from it only if it is.

        What was asked for has come: of two events in quick succession, the App may have drawn the first one last.
        """
        before, awaited = copy.deepcopy(ctx.panel_state), grid.awaited(ctx)
        getattr(self, method)(ctx)
        key = ctx.panel.get_state("bar.run")
        drawn = ctx.panel_state.get("drawn") == (state_of(ctx.dataset, key) if key else None)
        come = awaited and not grid.awaited(ctx)
        if come or not drawn or {**ctx.panel_state, "grid": None} != {**before, "grid": None}:
            ctx.ops.show_panel_output(self.render(ctx))

    @event
    def on_load(self, ctx: Any) -> None:
        """Show the run that the grid shows a cluster of, or the newest one, unless one was chosen before."""
        if ctx.dataset is not None and not ctx.panel.get_state("bar.run"):
            found = run_shown(ctx.dataset, cbf.list_clusterings(ctx.dataset), grid.stages(ctx))
            ctx.panel.set_state("bar.run", found)
        self._settle(ctx)
        self.follow_grid(ctx)

    @event
    def on_change_dataset(self, ctx: Any) -> None:
        """Begin anew with another dataset; the App tells of the first one too."""
        if ctx.panel.get_state("dataset") == ctx.dataset_name:
            return
        tab = ctx.panel.get_state("tab")
        ctx.panel_state.clear()
        ctx.ops.clear_panel_state()
        ctx.ops.clear_panel_data()
        ctx.panel.set_state("tab", tab or TABS[0])
        self._settle(ctx)
        self.follow_grid(ctx)

    @event
    def on_change_view(self, ctx: Any) -> None:
        """Choose the cluster that the grid shows by itself: after a step back in the browser, say."""
        if grid.arrived(ctx):
            self.follow_grid(ctx)

    @event
    def on_change_active_fields(self, ctx: Any) -> None:
        """See the run that has just been computed, or that one is gone."""
        before = ctx.panel.get_state("known") or []
        known = [] if ctx.dataset is None else cbf.list_clusterings(ctx.dataset)
        new = [key for key in known if key not in before]
        if new:
            ctx.panel.set_state("bar.run", _newest(ctx.dataset, new))
        self._settle(ctx, fresh=bool(new))

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
        check_same_run(ctx, key)
        gone = cbf.delete_clusters(ctx.dataset, key)
        forget(ctx.dataset, key)
        with_fields = f" and its fields {', '.join(gone)}" if gone else ""
        ctx.ops.notify(f"Deleted run {key}{with_fields}", variant="success")
        grid.show(ctx, ctx.dataset)
        ctx.ops.reload_dataset()
        ctx.panel.set_state("bar.run", None)
        self._settle(ctx, fresh=True)

    @event
    def leave_lost_run(self, ctx: Any) -> None:
        """Show another run where the one that is chosen has been deleted elsewhere."""
        key = ctx.panel.get_state("bar.run")
        if key and ctx.dataset is not None and not ctx.dataset.has_run(key):
            ctx.ops.reload_dataset()
            self._settle(ctx)

    def _settle(self, ctx: Any, *, fresh: bool = False) -> None:
        """Let the panel's state be about a run that is there."""
        known = [] if ctx.dataset is None else cbf.list_clusterings(ctx.dataset)
        if (ctx.panel.get_state("known"), ctx.panel.get_state("dataset")) != (known, ctx.dataset_name):
            ctx.panel.set_state({"known": known, "dataset": ctx.dataset_name})
        key = ctx.panel.get_state("bar.run")
        if key not in known:
            key, fresh = (_newest(ctx.dataset, known) if known else None), True
            ctx.panel.set_state("bar.run", key)
        if fresh:
            ctx.panel.set_state({"chosen": None, "ticked": [], "asking": False})
            self.clear_map(ctx)
        if key is None:
            if grid.about(ctx) is not None:
                grid.show(ctx, ctx.dataset)
            return
        run = open_run(ctx.dataset, key)
        if run.row(ctx.panel.get_state("chosen")) is None and run.rows:
            self.choose(ctx, run, run.rows[0].cluster)
        self._fill(ctx)

    def _fill(self, ctx: Any) -> None:
        """Have ready what the tab shows: what takes long comes with a second event."""
        tab = ctx.panel.get_state("tab") or TABS[0]
        run = run_of(ctx)
        if tab != "map":
            self.clear_map(ctx)
        if tab == "clusters" and not run.has("marks"):
            params = {"__method__": "read_marks", "panel_id": ctx.panel_id}
            ctx.trigger(self.uri, {**params, "panel_state": {"bar": {"run": run.key}}})
        elif tab == "map":
            self.fill_map(ctx, run)

    def render(self, ctx: Any) -> types.Property:
        """Return what the panel shows."""
        self.leave_lost_run(ctx)
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
        ctx.panel_state["drawn"] = state_of(ctx.dataset, run.key)
        page.bar(self, panel, known)
        page.summary(panel, run)
        page.asking(self, panel, ctx)
        page.tabs(self, panel)
        tab = ctx.panel.get_state("tab") or TABS[0]
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
