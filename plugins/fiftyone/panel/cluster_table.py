"""The table of a run's clusters."""

from __future__ import annotations

import zlib
from typing import Any

from fiftyone.operators import types

from clusterby.core.partition import NOISE
from clusterby.views.palette import color
from clusterby.views.prose import count, percent

from . import page
from .opened import OpenRun
from .words import cluster_title, mark_sentence, marks_line, one_line

__all__ = ["show_table", "table_name"]

_WORDS = 90


def show_table(panel_class: Any, ctx: Any, panel: types.Object, run: OpenRun) -> None:
    """Add the table, and above it what can be done with the rows that are ticked."""
    ticked = set(ctx.panel.get_state("ticked") or [])
    if ticked:
        line = page.row(panel, "ticks")
        page.text(line, "said", f"{len(ticked)} ticked", props=page.NARROW, secondary=True)
        page.button(line, "merge", "Merge", panel_class.merge_ticked, icon="merge", disabled=len(ticked) < 2)
        page.button(line, "none", "Clear", panel_class.untick_all)
    marks = run.marks() if run.has("marks") else None
    rows = [_cells(run, at, marks) for at in range(len(run.rows))]
    chosen = ctx.panel.get_state("chosen")
    table = types.TableView(
        on_click_row=panel_class.show_row, max_inline_actions=3, actions_label=" ", variant="outlined",
        selected_color="var(--fo-palette-background-level1)", componentsProps=_style(run),
    )  # fmt: skip
    for key, label in _COLUMNS.items():
        table.add_column(key, label=label)
    _actions(panel_class, table, run, ticked)
    for at, row in enumerate(run.rows):
        said = [mark_sentence(mark) for mark in (marks or {}).get(row.cluster, [])]
        if said:
            table.add_tooltip(at, list(_COLUMNS).index("marks"), "; ".join(said))
    columns = ["id", *_COLUMNS]
    default = {
        "columns": columns,
        "rows": rows,
        "selectedRows": [at for at, row in enumerate(run.rows) if row.cluster == chosen],
    }
    panel.obj(table_name(run), default=default, view=table)


def table_name(run: OpenRun) -> str:
    """Return what the table is called, which a click on it comes with: another name once other clusters stand in its rows."""
    return f"table_{zlib.crc32(repr((run.key, [row.cluster for row in run.rows])).encode()):08x}"


_COLUMNS = {
    "title": "Cluster",
    "size": "Items",
    "share": "Share",
    "cohesion": "Cohesion",
    "marks": "Marked by",
}


def _cells(run: OpenRun, at: int, marks: Any) -> list[str]:
    row = run.rows[at]
    words = "…" if marks is None else one_line(marks_line(marks.get(row.cluster, [])), _WORDS) or "–"
    cohesion = "–" if row.cohesion is None else f"{row.cohesion:.2f}"
    return [
        str(row.cluster),
        cluster_title(row.cluster, row.name, 40),
        count(row.size),
        percent(row.share),
        cohesion,
        words,
    ]


def _actions(panel_class: Any, table: types.TableView, run: OpenRun, ticked: set[int]) -> None:
    editable = [row.cluster != NOISE and not run.is_original for row in run.rows]
    on = [ok and row.cluster in ticked for ok, row in zip(editable, run.rows, strict=True)]
    off = [ok and row.cluster not in ticked for ok, row in zip(editable, run.rows, strict=True)]
    table.add_row_action("edit", panel_class.edit_row, icon="edit", tooltip="Rename", rows=editable)
    table.add_row_action(
        "name", panel_class.name_row, icon="auto_fix_high", tooltip="Name by what marks it", rows=editable
    )
    table.add_row_action(
        "tick", panel_class.tick_row, icon="check_box_outline_blank", tooltip="Tick to merge", rows=off
    )
    table.add_row_action("untick", panel_class.tick_row, icon="check_box", tooltip="Untick", rows=on)


def _style(run: OpenRun) -> dict[str, Any]:
    """Return the look of the table: a scroll of its own, and each cluster's color before its title."""
    swatches = {
        f"& tr:nth-of-type({at + 1}) td:first-of-type::before": {"backgroundColor": color(row.cluster)}
        for at, row in enumerate(run.rows)
    }
    numbers = {"textAlign": "right", "fontVariantNumeric": "tabular-nums", "whiteSpace": "nowrap"}
    body = {
        "& td": {"fontSize": "0.8125rem", "py": 0.25, "px": 1, "cursor": "pointer"},
        "& td:first-of-type": {"maxWidth": 220, "overflow": "hidden", "textOverflow": "ellipsis", "whiteSpace": "nowrap"},
        "& td:first-of-type::before": {
            "content": '""', "display": "inline-block", "width": 10, "height": 10, "borderRadius": "50%", "mr": 1,
        },
        "& td:nth-of-type(2), & td:nth-of-type(3), & td:nth-of-type(4)": numbers,
        "& td:nth-of-type(5)": {
            "maxWidth": 0, "width": "50%", "overflow": "hidden", "textOverflow": "ellipsis", "whiteSpace": "nowrap",
        },
        "& td:last-of-type": {"width": 108, "cursor": "default", "whiteSpace": "nowrap"},
        "& tr:hover td": {"backgroundColor": "var(--fo-palette-background-level1)"},
        **swatches,
    }  # fmt: skip
    head = {
        "& th": {
            "fontSize": "0.75rem", "py": 0.5, "px": 1, "position": "sticky", "top": 0, "zIndex": 1,
            "backgroundColor": "var(--fo-palette-background-level2)",
        },
        "& th:nth-of-type(2), & th:nth-of-type(3), & th:nth-of-type(4)": {"textAlign": "right"},
    }  # fmt: skip
    return {
        "table": {"sx": {"minWidth": 0, "width": "100%"}},
        "tableContainer": {
            "sx": {
                "maxHeight": "60vh",
                "overflow": "auto",
                "border": "1px solid",
                "borderColor": "divider",
                "borderRadius": 1,
            }
        },
        "tableBody": {"sx": body},
        "tableHead": {"sx": head},
    }
