"""The parts of the page that every tab has: the bar, the summary, what is asked, what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
from fiftyone.operators import types

from clusterby.core.partition import NOISE

from .opened import OpenRun
from .words import one_line, summary_line

__all__ = ["asking", "bar", "button", "empty", "row", "summary", "tabs", "text", "trouble", "whole_page"]

EMPTY = (
    "### No clusterings yet\n"
    "Click the clusters icon above the grid to group this dataset by what its samples look like or mean. "
    'Results appear here.\n\nFrom Python: `clusterby.fiftyone.compute_clusters(dataset, "by_look")`.'
)


def whole_page(panel: types.Object) -> types.Property:
    """Return the panel's content as a column."""
    view = types.GridView(
        orientation="vertical", gap=1.5, padding=0, align_x="stretch",
        componentsProps={"grid": {"sx": {"p": 2, "gridTemplateColumns": "minmax(0, 1fr)"}}},
    )  # fmt: skip
    return types.Property(panel, view=view)


def row(parent: types.Object, name: str, **kwargs: Any) -> types.Object:
    """Return a line of parts that breaks where the panel is narrow; each is as wide as it needs."""
    obj = types.Object()
    props = {
        "grid": {"sx": {"alignItems": "center", "flexWrap": "wrap"}},
        **kwargs.pop("componentsProps", {}),
    }
    parent.define_property(
        name, obj, view=types.GridView(orientation="2d", gap=1, componentsProps=props, **kwargs)
    )
    return obj


NARROW = {"item": {"sx": {"width": "auto"}}}
"""For a part of a row that is as wide as its content."""


def text(
    parent: types.Object,
    name: str,
    content: str,
    *,
    secondary: bool = False,
    props: Any = None,
    **kwargs: Any,
) -> None:
    """Add text, which is never read as markup."""
    style = {"padding": "0", "font_size": "0.875rem", "line_height": "1.5", "variant": "body2"}
    style["color"] = "text.secondary" if secondary else "text.primary"
    parent.str(name, view=types.TextView(title=content, componentsProps=props or {}, **(style | kwargs)))


def button(parent: types.Object, name: str, label: str, on_click: Any, **kwargs: Any) -> None:
    """Add a button as wide as its label."""
    kwargs = {"variant": "outlined", **kwargs}
    style = {
        "sx": {
            "textTransform": "none",
            "px": 1.25,
            "py": 0.25,
            "minWidth": "auto",
            "& p": {"fontSize": "0.8125rem"},
        }
    }
    if kwargs["variant"] == "contained":
        style["sx"]["color"] = "#fff"
    if kwargs.get("disabled"):
        style["sx"]["opacity"] = 0.5
    props = {"button": style, "icon": {"sx": {"fontSize": "1rem !important"}}, **NARROW}
    parent.btn(name, label=label, on_click=on_click, componentsProps=props, **kwargs)


def empty(panel: types.Object) -> None:
    """Say what to do where there is no clustering."""
    panel.md(EMPTY, name="empty")


def trouble(panel: types.Object, error: Exception) -> None:
    """Say what is wrong, in one line."""
    text(panel, "trouble", one_line(error, 400), color="error.main")


def bar(panel_class: Any, panel: types.Object, known: list[str]) -> None:
    """Add the choice of the run, and what can be done with it as a whole."""
    line = row(panel, "bar")
    choices = types.DropdownView(
        componentsProps={"item": {"sx": {"width": "auto", "minWidth": "200px", "flexGrow": 1}}}, compact=True,
        label="Clustering",
    )  # fmt: skip
    for key in known:
        choices.add_choice(key, label=key)
    line.enum("run", choices.values(), view=choices, on_change=panel_class.choose_run)
    button(
        line, "name_all", "Name all", panel_class.name_all, icon="auto_fix_high",
        title="Name every cluster by what marks it in the dataset's other fields",
    )  # fmt: skip
    button(
        line,
        "refresh",
        "Refresh",
        panel_class.refresh,
        icon="refresh",
        title="Read and measure the run again",
    )
    button(
        line, "delete", "Delete", panel_class.ask_delete, icon="delete", title="Delete the run and its fields"
    )


def summary(panel: types.Object, run: OpenRun) -> None:
    """Add the run in one line."""
    labels = run.labels
    line = summary_line(
        run.info, clustered=len(labels), clusters=run.groups.n_clusters_,
        noise=int(np.count_nonzero(labels == NOISE)), silhouette=run.silhouette,
    )  # fmt: skip
    text(panel, "summary", line, secondary=True)


def asking(panel_class: Any, panel: types.Object, ctx: Any) -> None:
    """Ask whether the run is to be deleted, where that was begun."""
    if not ctx.panel.get_state("asking"):
        return
    key = ctx.panel.get_state("bar.run")
    line = row(panel, "asking")
    text(
        line,
        "question",
        f"Delete run {key} and the fields it wrote?",
        props={"item": {"sx": {"width": "auto"}}},
    )
    button(line, "yes", "Delete", panel_class.delete_run, variant="contained", params={"run": key})
    button(line, "no", "Keep", panel_class.keep_run)


def tabs(panel_class: Any, panel: types.Object) -> None:
    """Add the choice of the tab."""
    view = types.TabsView(
        componentsProps={
            "tabs": {"sx": {"borderBottom": 1, "borderColor": "divider", "minHeight": 36}},
            "tab": {"sx": {"minHeight": 36, "py": 0.5, "textTransform": "none"}},
        }
    )
    view.add_choice("clusters", label="Clusters")
    view.add_choice("map", label="Map")
    view.add_choice("compare", label="Compare")
    panel.enum("tab", view.values(), default="clusters", view=view, on_change=panel_class.choose_tab)
