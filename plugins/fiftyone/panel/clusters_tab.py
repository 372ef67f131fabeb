"""The clusters of a run: what is in them, in a table and for one of them in pictures."""

from __future__ import annotations

from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE

from .cluster_card import show_card
from .cluster_table import show_table
from .events import event, one_at_a_time, run_of, whole
from .opened import OpenRun
from .shown import cluster_view, farthest_ids, items_view, some_view
from .words import cluster_title, suggested_name

__all__ = ["ClustersTab"]


class ClustersTab:
    """The events of this tab, and how it is shown."""

    def show_clusters(self, ctx: Any, panel: Any, run: OpenRun) -> None:
        """Add the card of the chosen cluster, and the table."""
        show_card(self, ctx, panel, run)
        show_table(self, ctx, panel, run)

    def choose(self, ctx: Any, run: OpenRun, cluster: int) -> None:
        """Let a cluster be the one that the card shows."""
        row = run.row(cluster)
        ctx.panel.set_state({"chosen": cluster, "card.edit.name": (row.name if row else None) or ""})

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
        self.choose(ctx, run, cluster)
        ctx.ops.set_view(cluster_view(ctx.dataset, run, cluster))

    @event
    def edit_row(self, ctx: Any) -> None:
        """Choose the cluster of a row, to give it a name; the grid stays as it is."""
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
        self.choose(ctx, run, cluster)
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
        self.choose(ctx, run_of(ctx), ticked[0])
        ctx.ops.notify(f"Merged clusters {', '.join(map(str, ticked))} into {ticked[0]}", variant="success")
        self._edited(ctx)

    @event
    def rename_chosen(self, ctx: Any) -> None:
        """Give the chosen cluster the name that was typed."""
        run = run_of(ctx)
        name = (ctx.panel.get_state("card.edit.name") or "").strip()
        self._rename(ctx, run, _chosen(ctx, run), name)

    @event
    def name_all(self, ctx: Any) -> None:
        """Name every cluster by what marks it."""
        run = run_of(ctx)
        named = cbf.name_clusters(ctx.dataset, run.key).names_
        if not named:
            raise InvalidParameter("nothing marks the clusters in other fields: type names for them")
        self.choose(ctx, run_of(ctx), _chosen(ctx, run))
        ctx.ops.notify(f"{len(named)} of {run.groups.n_clusters_} clusters bear names", variant="success")
        self._edited(ctx)

    @event
    def show_chosen(self, ctx: Any) -> None:
        """Let the grid show the items of the chosen cluster."""
        run = run_of(ctx)
        ctx.ops.set_view(cluster_view(ctx.dataset, run, _chosen(ctx, run)))

    @event
    def show_outliers(self, ctx: Any) -> None:
        """Let the grid show the items of the chosen cluster, the farthest from its center first."""
        run = run_of(ctx)
        cluster = _chosen(ctx, run)
        ids = farthest_ids(run, cluster)
        size = run.row(cluster).size
        if len(ids) < size:
            ctx.ops.notify(
                f"The {len(ids)} of {size:,} items that are farthest from the center", variant="info"
            )
        ctx.ops.set_view(some_view(ctx.dataset, run, ids, ordered=True))

    @event
    def show_all(self, ctx: Any) -> None:
        """Let the grid show all items again."""
        view = items_view(ctx.dataset, run_of(ctx))
        if view is ctx.dataset:
            ctx.ops.clear_view()
        else:
            ctx.ops.set_view(view)

    @event
    def open_item(self, ctx: Any) -> None:
        """Open an item that stands for the chosen cluster."""
        run = run_of(ctx)
        ctx.ops.set_view(cluster_view(ctx.dataset, run, _chosen(ctx, run)))
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


def _of_row(ctx: Any, run: OpenRun) -> int:
    """Return the cluster of the row that was clicked."""
    at = whole(ctx.params.get("row"))
    if at is None or not 0 <= at < len(run.rows):
        raise InvalidParameter("the table has changed since: click again")
    return run.rows[at].cluster


def _chosen(ctx: Any, run: OpenRun) -> int:
    cluster = whole(ctx.panel.get_state("chosen"))
    if run.row(cluster) is None:
        raise InvalidParameter("no cluster is chosen: click a row of the table")
    return cluster
