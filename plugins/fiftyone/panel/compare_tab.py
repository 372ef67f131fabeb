"""Two runs side by side: how many items of each cluster of one are in each of the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from fiftyone.operators import types

from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone.compare import compare_results
from clusterby.runs import Comparison

from . import grid, page
from .events import event, run_of
from .opened import OpenRun, open_run
from .shown import some_view
from .words import cluster_title, escape_plotly, one_line

__all__ = ["CompareTab"]

_NUMBERS = 400
"""Cells up to which each shows its number."""

_SENTENCES = 6
"""Changes that are said in words."""

_SHADES = [[0, "rgba(127,127,127,0.10)"], [1e-6, "#66758f"], [1, "#2d63c5"]]
"""White numbers can be read on each of them, on a dark and on a light page."""


class CompareTab:
    """The events of this tab, and how it is shown."""

    def show_compare(self, ctx: Any, panel: types.Object, run: OpenRun) -> None:
        """Add the choice of the other run, and the contingency table."""
        others = [key for key in ctx.panel.get_state("known") or [] if key != run.key]
        if not others:
            page.text(
                panel, "alone", "There is one clustering only: compute another one with the clusters icon above the grid, "
                "with another method or number of clusters, and compare the two here.", secondary=True,
            )  # fmt: skip
            return
        line = page.row(panel, "compare")
        choices = types.DropdownView(
            compact=True, label="Compare with", placeholder="Compare with",
            componentsProps={"item": {"sx": {"width": "auto", "minWidth": 200}}},
        )  # fmt: skip
        for key in others:
            choices.add_choice(key, label=key)
        line.enum("other", choices.values(), view=choices, on_change=self.choose_other)
        key = ctx.panel.get_state("compare.other")
        if key not in others:
            page.text(panel, "choose", f"Choose a clustering to compare {run.key} with.", secondary=True)
            return
        other = open_run(ctx.dataset, key)
        found = run.once(
            f"comparison {key} {other.info.get('created')} {id(other)}",
            lambda: compare_results(run.groups, other.groups, keys=(run.key, key)),
        )
        page.text(line, "agreement", f"adjusted Rand index {found.ari:.2f}", props=page.NARROW, bold=True)
        page.text(
            line,
            "said",
            f"{found.n_rows:,} items in both; 1 is the same clusters, 0 is chance",
            secondary=True,
            props=page.NARROW,
        )
        _plot(self, panel, found, run, other)
        _changes(panel, found)

    @event
    def choose_other(self, ctx: Any) -> None:
        """Compare with another run."""
        if ctx.params.get("value"):
            ctx.panel.set_state("compare.other", ctx.params["value"])

    @event
    def show_cell(self, ctx: Any) -> None:
        """Let the grid show the items of a cell."""
        run, other = run_of(ctx), run_of(ctx, "compare.other")
        try:
            one, two = (int(word) for word in str(ctx.params.get("id")).split("|"))
        except ValueError:
            raise InvalidParameter("that cell is no longer there: click again") from None
        ids = _in_both(run, one, other, two)
        if not ids:
            ctx.ops.notify("No item is in both clusters", variant="info")
            return
        grid.show(ctx, some_view(ctx.dataset, run, ids))
        self.choose(ctx, run, one)


def _in_both(one: OpenRun, cluster: int, other: OpenRun, other_cluster: int) -> list[str]:
    """Return the ids of the items that are in a cluster of the one run and in a cluster of the other."""
    there = {i for i, label in other.clusters_by_id.items() if label == other_cluster}
    return [i for i, label in one.clusters_by_id.items() if label == cluster and i in there]


def _numbers(found: Comparison) -> list[list[str]]:
    """Return each cell's number, nothing where there is nothing."""
    return [[f"{n:,}" if n else "" for n in line] for line in found.counts.tolist()]


def _changes(panel: types.Object, found: Comparison) -> None:
    """Say which clusters split or grew of several, the rest in a number."""
    sentences = found.sentences()
    for place, sentence in enumerate(sentences[:_SENTENCES]):
        page.text(panel, f"change_{place}", one_line(sentence, 160), secondary=True)
    if len(sentences) > _SENTENCES:
        page.text(panel, "changes", f"and {len(sentences) - _SENTENCES} more", secondary=True)


def _plot(tab_class: Any, panel: types.Object, found: Comparison, run: OpenRun, other: OpenRun) -> None:
    share = found.counts / np.maximum(1, found.counts.sum(axis=1, keepdims=True))
    rows = [escape_plotly(cluster_title(c, run.groups.names_.get(c), 24)) for c in found.rows]
    columns = [escape_plotly(cluster_title(c, other.groups.names_.get(c), 24)) for c in found.columns]
    trace = {
        "type": "heatmap", "x": columns, "y": rows, "z": np.round(share, 4).tolist(), "text": _numbers(found),
        "ids": [[f"{one}|{two}" for two in found.columns] for one in found.rows],
        "colorscale": _SHADES, "customdata": found.counts.tolist(), "textfont": {"color": "#ffffff"},
        "zmin": 0, "zmax": 1, "showscale": False,
        "xgap": 1, "ygap": 1,
        "hovertemplate": "%{customdata} items, %{z:.1%} of %{y}, are in %{x}<extra></extra>",
        **({"texttemplate": "%{text}"} if found.counts.size <= _NUMBERS else {}),
    }  # fmt: skip
    height = min(900, 90 + 26 * len(rows))
    panel.plot(
        "contingency",
        data=[trace],
        height=f"{height}px",
        layout={
            "margin": {"t": 40, "l": 8, "b": 8, "r": 8},
            "xaxis": {"type": "category", "side": "top", "title": {"text": other.key, "standoff": 4}, "showgrid": False},
            "yaxis": {"type": "category", "autorange": "reversed", "title": {"text": run.key, "standoff": 4}, "showgrid": False},
            "dragmode": False,
        },
        config={"displayModeBar": False, "scrollZoom": False},
        on_click=tab_class.show_cell,
    )  # fmt: skip
