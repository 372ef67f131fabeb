"""The chosen cluster: what stands for it, what marks it, and what can be done with it."""

from __future__ import annotations

import uuid
from typing import Any

from fiftyone.operators import types

from clusterby.core.partition import NOISE
from clusterby.views.palette import color
from clusterby.views.prose import count, percent

from . import page
from .events import whole
from .opened import ClusterRow, OpenRun
from .thumbnails import Thumbnail, thumbnails
from .words import cluster_title, mark_sentence, suggested_name

__all__ = ["show_card", "typed_name"]

_PICTURES = 12
_HEIGHT = 72


def show_card(panel_class: Any, ctx: Any, panel: types.Object, run: OpenRun) -> None:
    """Add the card of the chosen cluster; none if there is no such cluster."""
    row = run.row(whole(ctx.panel.get_state("chosen")))
    if row is None:
        return
    card = types.Object()
    props = {
        "grid": {
            "sx": {
                "p": 1.5, "gridTemplateColumns": "minmax(0, 1fr)", "borderRadius": 1, "borderLeft": "4px solid",
                "borderLeftColor": color(row.cluster), "backgroundColor": "var(--fo-palette-background-level2)",
            }
        }
    }  # fmt: skip
    panel.define_property(
        "card", card, view=types.GridView(orientation="vertical", gap=1, componentsProps=props)
    )
    size = f"{count(row.size)} items, {percent(row.share)}"
    head = page.row(card, "head")
    page.text(
        head, "title", cluster_title(row.cluster, row.name), bold=True, font_size="1rem", props=page.NARROW
    )
    page.text(head, "size", size, secondary=True, props=page.NARROW)
    kind = f"pictures {row.cluster}"
    about = {"run": run.key, "cluster": row.cluster}
    shown = run.once(kind, lambda: thumbnails(ctx.dataset, run, row.cluster, _PICTURES))
    _pictures(panel_class, card, shown, about)
    marks = run.marks().get(row.cluster, []) if run.has("marks") else []
    if marks:
        page.text(card, "marks", "  ·  ".join(mark_sentence(mark) for mark in marks[:3]), secondary=True)
    _buttons(panel_class, card, about)
    if row.cluster != NOISE and not run.is_original:
        taken = {name for c, name in run.groups.names_.items() if c != row.cluster}
        field = _name_field(ctx, run, row)
        _edit(panel_class, card, row, suggested_name(marks, taken), {**about, "field": field})


def typed_name(ctx: Any, row: ClusterRow) -> str:
    """Return what stands in the field of the card that an event comes from: what was typed, or the cluster's name."""
    typed = ctx.panel.get_state("card.edit") or {}
    return (typed.get(ctx.params.get("field"), row.name) or "").strip()


def _name_field(ctx: Any, run: OpenRun, row: ClusterRow) -> str:
    """Return what the field for the name is called: another one for each cluster, and for each name that a cluster is given.

    What was typed for one cluster then never stands in the field of another. It begins with the name by a property of its own:
    where its value in the panel's state changes, the App puts the rest of the state back to what it was.
    """
    of = [run.key, row.cluster, row.name]
    kept = ctx.panel.get_state("field") or {}
    if kept.get("of") != of:
        kept = {"of": of, "name": f"name_{uuid.uuid4().hex[:8]}"}
        ctx.panel.set_state({"field": kept, "card": {}})
    return str(kept["name"])


def _pictures(panel_class: Any, card: types.Object, shown: list[Thumbnail], about: dict[str, Any]) -> None:
    line = page.row(card, "pictures", componentsProps={"grid": {"sx": {"gap": "6px", "flexWrap": "wrap"}}})
    for i, item in enumerate(shown):
        if item.source is None:
            page.text(line, f"text{i}", item.text, secondary=True)
            continue
        style = {
            "height": _HEIGHT, "width": "auto", "minWidth": 24, "maxWidth": 2 * _HEIGHT, "objectFit": "cover",
            "borderRadius": 4, "display": "block", "cursor": "pointer",
        }  # fmt: skip
        view = types.ImageView(
            alt=item.text, operator=panel_class.open_item, params={**about, "id": item.id},
            componentsProps={"image": {"style": style, "title": item.text}, **page.NARROW},
        )  # fmt: skip
        line.str(f"picture{i}", default=item.source, view=view)


def _buttons(panel_class: Any, card: types.Object, about: dict[str, Any]) -> None:
    line = page.row(card, "do")
    page.button(line, "show", "Show in grid", panel_class.show_chosen, icon="grid_view", params=about)
    if about["cluster"] != NOISE:
        page.button(
            line, "outliers", "Outliers first", panel_class.show_outliers, icon="sort", params=about,
            title="Show the cluster in the grid, the farthest from its center first",
        )  # fmt: skip
    page.button(
        line,
        "all",
        "Show all",
        panel_class.show_all,
        icon="clear_all",
        title="Show every item in the grid again",
    )


def _edit(
    panel_class: Any, card: types.Object, row: ClusterRow, suggestion: str | None, about: dict[str, Any]
) -> None:
    line = page.row(card, "edit")
    line.str(
        about["field"],
        view=types.FieldView(
            compact=True, placeholder=f"Name it, {suggestion} for instance" if suggestion else "Name it",
            componentsProps={
                "item": {"sx": {"width": "auto", "flexGrow": 1, "minWidth": 180}},
                "field": {"defaultValue": row.name or ""},
            },
        ),
    )  # fmt: skip
    page.button(line, "rename", "Rename", panel_class.rename_chosen, icon="edit", params=about)
