"""The clusters of a run: what is in them, in a table and for one of them in pictures."""

from __future__ import annotations

from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE

from . import grid
from .cluster_card import show_card, typed_name
from .cluster_table import show_table, table_name
from .events import check_same_run, event, one_at_a_time, run_of, whole
from .opened import OpenRun
from .shown import cluster_shown, cluster_view, farthest_ids, items_view, some_view
from .words import cluster_title, suggested_name

__all__ = ["ClustersTab"]


class ClustersTab:
    """The events of this tab, and how it is shown."""

    def show_clusters(self, ctx: Any, panel: Any, run: OpenRun) -> None:
        """Add the card of the chosen cluster, and the table."""
        show_card(self, ctx, panel, run)
        show_table(self, ctx, panel, run)

    def choose(self, ctx: Any, run: OpenRun, cluster: int) -> None:
        """Let a cluster be the one that the card shows; a grid that shows another one goes along."""
        ctx.panel.set_state("chosen", cluster)
        if grid.about(ctx) not in (None, (run.key, cluster)):
            _fill_grid(ctx, run, cluster)

    def follow_grid(self, ctx: Any) -> None:
        """Choose the cluster that the grid shows; leave the card as it is where the grid shows something else."""
        if not ctx.panel.get_state("bar.run"):
            return
        run = run_of(ctx)
        cluster = cluster_shown(run, grid.stages(ctx))
        grid.note(ctx, None if cluster is None else (run.key, cluster))
        if cluster is not None:
            self.choose(ctx, run, cluster)

    @event
    def measure_marks(self, ctx: Any) -> None:
        """Measure what marks the clusters: it takes long and only reads, so that other events need not wait."""
        with one_at_a_time(ctx.dataset_name):
            run = run_of(ctx)
        run.marks()

    def read_marks(self, ctx: Any) -> None:
        """Show what marks the clusters, which has been measured."""

    @event
    def show_row(self, ctx: Any) -> None:
        """Choose the cluster of a row, and let the grid show its items."""
        run = run_of(ctx)
        cluster = _of_row(ctx, run)
        _fill_grid(ctx, run, cluster)
        self.choose(ctx, run, cluster)

    @event
    def edit_row(self, ctx: Any) -> None:
        """Choose the cluster of a row, to give it a name."""
        run = run_of(ctx)
        self.choose(ctx, run, _of_row(ctx, run))

    @event
    def name_row(self, ctx: Any) -> None:
        """Name the cluster of a row by what marks it."""
        run = run_of(ctx)
        cluster = _of_row(ctx, run)
        taken = {name for c, name in run.groups.names_.items() if c != cluster}
        name = suggested_name(run.marks().get(cluster, []), taken)
        if name is None or cluster == NOISE:
            raise InvalidParameter(
                f"nothing marks {cluster_title(cluster, None)} in other fields: type a name for it"
            )
        self._rename(ctx, run, cluster, name)

    @event
    def tick_row(self, ctx: Any) -> None:
        """Tick a row to be merged, or untick it."""
        cluster = _of_row(ctx, run_of(ctx))
        ticked = ctx.panel.get_state("ticked") or []
        ctx.panel.set_state(
            "ticked", [c for c in ticked if c != cluster] if cluster in ticked else [*ticked, cluster]
        )

    @event
    def untick_all(self, ctx: Any) -> None:
        """Untick all rows."""
        ctx.panel.set_state("ticked", [])

    @event
    def merge_ticked(self, ctx: Any) -> None:
        """Let the ticked clusters be one."""
        run = run_of(ctx)
        ticked = sorted(whole(c) for c in ctx.panel.get_state("ticked") or [])
        cbf.merge_clusters(ctx.dataset, run.key, ticked)
        ctx.panel.set_state("ticked", [])
        run = run_of(ctx)
        if grid.about(ctx) is not None:  # of what it shows, some items may have another cluster now
            _fill_grid(ctx, run, ticked[0])
        self.choose(ctx, run, ticked[0])
        ctx.ops.notify(f"Merged clusters {', '.join(map(str, ticked))} into {ticked[0]}", variant="success")
        self._edited(ctx)

    @event
    def rename_chosen(self, ctx: Any) -> None:
        """Give the cluster of the card the name that was typed."""
        run, cluster = _of_card(ctx)
        self._rename(ctx, run, cluster, typed_name(ctx, run.row(cluster)))

    @event
    def name_all(self, ctx: Any) -> None:
        """Name every cluster by what marks it."""
        run = run_of(ctx)
        named = cbf.name_clusters(ctx.dataset, run.key, namer="keywords").names_
        if not named:
            raise InvalidParameter("nothing marks the clusters in other fields: type names for them")
        ctx.ops.notify(f"{len(named)} of {run.groups.n_clusters_} clusters bear names", variant="success")
        self._edited(ctx)

    @event
    def show_chosen(self, ctx: Any) -> None:
        """Let the grid show the items of the card's cluster."""
        run, cluster = _of_card(ctx)
        _fill_grid(ctx, run, cluster)
        self.choose(ctx, run, cluster)

    @event
    def show_outliers(self, ctx: Any) -> None:
        """Let the grid show the items of the card's cluster, the farthest from its center first."""
        run, cluster = _of_card(ctx)
        ids = farthest_ids(run, cluster)
        size = run.row(cluster).size
        if len(ids) < size:
            ctx.ops.notify(
                f"The {len(ids)} of {size:,} items that are farthest from the center", variant="info"
            )
        grid.show(ctx, some_view(ctx.dataset, run, ids, ordered=True), about=(run.key, cluster))
        self.choose(ctx, run, cluster)

    @event
    def show_all(self, ctx: Any) -> None:
        """Let the grid show all items again."""
        grid.show(ctx, items_view(ctx.dataset, run_of(ctx)))

    @event
    def open_item(self, ctx: Any) -> None:
        """Open an item that stands for the card's cluster."""
        run, cluster = _of_card(ctx)
        _fill_grid(ctx, run, cluster)
        self.choose(ctx, run, cluster)
        ctx.ops.open_sample(id=ctx.params["id"])

    def _rename(self, ctx: Any, run: OpenRun, cluster: int, name: str) -> None:
        cbf.rename_cluster(ctx.dataset, run.key, cluster, name)
        self.choose(ctx, run_of(ctx), cluster)
        ctx.ops.notify(f"Cluster {cluster} is called {name!r}", variant="success")
        self._edited(ctx)

    def _edited(self, ctx: Any) -> None:
        """Let the App see what was written, and the panel what is measured anew."""
        ctx.ops.reload_dataset()
        self._fill(ctx)


def _fill_grid(ctx: Any, run: OpenRun, cluster: int) -> None:
    """Let the grid show the items of a cluster."""
    grid.show(ctx, cluster_view(ctx.dataset, run, cluster), about=(run.key, cluster))


def _of_row(ctx: Any, run: OpenRun) -> int:
    """Return the cluster of the row that was clicked."""
    at = whole(ctx.params.get("row"))
    known = ctx.params.get("path") in (None, table_name(run))
    if not known or at is None or not 0 <= at < len(run.rows):
        raise InvalidParameter("the table has changed since: click again")
    return run.rows[at].cluster


def _of_card(ctx: Any) -> tuple[OpenRun, int]:
    """Return the run and the cluster that the card was about when something on it was clicked."""
    run = run_of(ctx)
    check_same_run(ctx, run.key)
    cluster = whole(ctx.params.get("cluster", ctx.panel.get_state("chosen")))
    if run.row(cluster) is None:
        raise InvalidParameter("the clusters have changed since: click again")
    return run, cluster
