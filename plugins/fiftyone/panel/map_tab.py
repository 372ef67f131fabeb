"""The map of a run: a lasso selects samples in the grid."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from . import grid, page
from .events import event, run_of
from .opened import OpenRun
from .scatter import OWN_LAYOUT, places_of, traces, visualizations
from .shown import items_view

__all__ = ["MapTab"]

_LEGEND = 40
"""Clusters up to which the map has a legend: a longer one would leave no room."""

_AT_ONCE = 5_000
"""Items up to which vectors are laid out without being asked to."""


class MapTab:
    """The events of this tab, and how it is shown."""

    def show_map(self, ctx: Any, panel: types.Object, run: OpenRun) -> None:
        """Add the choice of the map, and the map."""
        tab = types.Object()
        props = {"grid": {"sx": {"gridTemplateColumns": "minmax(0, 1fr)"}}}
        panel.define_property(
            "map", tab, view=types.GridView(orientation="vertical", gap=1, componentsProps=props)
        )
        line = page.row(tab, "line")
        choices = types.DropdownView(
            compact=True, label="Map", componentsProps={"item": {"sx": {"width": "auto", "minWidth": 200}}}
        )
        for key in [*visualizations(ctx.dataset, run), OWN_LAYOUT]:
            choices.add_choice(key, label=key)
        line.enum("source", choices.values(), view=choices, on_change=self.choose_map)
        source = ctx.panel.get_state("map.line.source")
        if source is None or not run.has(f"places {source}"):
            _offer(self, tab, line, run, source)
            return
        page.text(line, "method", ctx.panel.get_state("said") or "", secondary=True, props=page.NARROW)
        page.button(line, "unselect", "Clear selection", self.unselect, icon="deselect")
        _plot(self, tab, run)

    def fill_map(self, ctx: Any, run: OpenRun, *, ask: bool = True) -> None:
        """Send the points of the map that is chosen, if it is there already or quickly made."""
        known = [*visualizations(ctx.dataset, run), OWN_LAYOUT]
        source = ctx.panel.get_state("map.line.source")
        if source not in known:
            source = known[0]
            ctx.panel.set_state("map.line.source", source)
        if ask and source == OWN_LAYOUT and len(run.labels) > _AT_ONCE and not run.has(f"places {source}"):
            return
        found, said = traces(places_of(ctx.dataset, run, source), run.groups.names_)
        _put(ctx, found)
        ctx.panel.set_state({"said": said, "mapped": True})

    def clear_map(self, ctx: Any) -> None:
        """Take the points of the map away."""
        if ctx.panel.get_state("mapped"):
            _put(ctx, [])
            ctx.panel.set_state("mapped", False)

    @event
    def choose_map(self, ctx: Any) -> None:
        """Show another map."""
        if ctx.params.get("value"):
            ctx.panel.set_state("map.line.source", ctx.params["value"])
        self.fill_map(ctx, run_of(ctx))

    @event
    def lay_out(self, ctx: Any) -> None:
        """Lay out the vectors of the run, however many they are."""
        self.fill_map(ctx, run_of(ctx), ask=False)

    @event
    def select_points(self, ctx: Any) -> None:
        """Select the samples inside the lasso; the second event, which comes with nothing, is ignored."""
        ids = [point["id"] for point in ctx.params.get("data") or [] if point.get("id")]
        if not ids:
            return
        run = run_of(ctx)
        view = items_view(ctx.dataset, run)
        if view is not ctx.dataset and ctx.view != view:
            grid.show(ctx, view)
        ctx.ops.set_selected_samples(ids)
        ctx.ops.set_extended_selection(selection=ids, scope="global")
        ctx.ops.notify(f"{len(ids):,} {run.info.get('kind', 'samples')} selected", variant="info")

    @event
    def unselect(self, ctx: Any) -> None:
        """Select nothing, and let the grid show all again."""
        ctx.ops.clear_selected_samples()
        ctx.ops.set_extended_selection(reset=True)


def _put(ctx: Any, points: list[dict[str, Any]]) -> None:
    """Put points in the place of those that the map has.

    When something is typed or chosen, the App copies what it has into its state, and shows data merged with that.
    """
    ctx.panel.set_state("map.plot", None)
    ctx.panel.set_data("map.plot", points)


def _offer(tab_class: Any, tab: types.Object, line: types.Object, run: OpenRun, source: str | None) -> None:
    if source != OWN_LAYOUT:
        return
    page.button(line, "lay_out", "Lay out", tab_class.lay_out, icon="scatter_plot", variant="contained")
    page.text(
        tab, "offer",
        f"Click Lay out to arrange the vectors of {len(run.labels):,} items in the plane (a t-SNE, about a minute for "
        "50,000), or compute a visualization with fiftyone.brain.compute_visualization() and choose it here.",
        secondary=True,
    )  # fmt: skip


def _plot(tab_class: Any, tab: types.Object, run: OpenRun) -> None:
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    tab.plot(
        "plot",
        height="62vh",
        layout={
            "dragmode": "lasso", "hovermode": "closest", "showlegend": run.groups.n_clusters_ <= _LEGEND, "uirevision": "map",
            "margin": {"t": 34, "l": 8, "b": 8, "r": 8},
            "xaxis": axis, "yaxis": {**axis, "scaleanchor": "x"},
            "legend": {"itemsizing": "constant", "font": {"size": 11}, "traceorder": "normal"},
        },
        config={"displaylogo": False, "scrollZoom": True, "responsive": True,
                "modeBarButtonsToRemove": ["autoScale2d", "toImage"]},
        on_selected=tab_class.select_points,
    )  # fmt: skip
