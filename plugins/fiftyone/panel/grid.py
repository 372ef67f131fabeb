"""The grid beside the panel: what it was asked to show, and what it shows."""

from __future__ import annotations

import json
from typing import Any

import fiftyone as fo
from bson import json_util

__all__ = ["Stages", "about", "arrived", "awaited", "note", "show", "stages"]

Stages = list[list[Any]]
"""The stages of a view, each a class and its arguments, without what FiftyOne makes anew each time."""

_GRID = "grid"


def stages(ctx: Any) -> Stages:
    """Return what the grid shows, or is about to show."""
    wanted = _kept(ctx)["wanted"]
    return _now(ctx) if wanted is None else _comparable(wanted)


def about(ctx: Any) -> tuple[str, int] | None:
    """Return the run and the cluster that the grid shows; None if it shows something else."""
    cluster: tuple[str, int] | None = _kept(ctx)["about"]
    return cluster


def note(ctx: Any, cluster: tuple[str, int] | None) -> None:
    """Take note of the run and the cluster that the grid shows."""
    _kept(ctx)["about"] = cluster


def show(ctx: Any, samples: Any, *, about: tuple[str, int] | None = None) -> None:
    """Let the grid show a view or a whole dataset, and take note of the run and the cluster that these are of."""
    kept, now = _kept(ctx), _now(ctx)
    if kept["wanted"] is None or now == _comparable(kept["wanted"]):
        kept.update(before=now, overtaken=[])
    else:
        kept["overtaken"] = [*kept["overtaken"], _comparable(kept["wanted"])]
    kept["wanted"] = (
        [] if isinstance(samples, fo.Dataset) else json.loads(json_util.dumps(samples._serialize()))
    )
    note(ctx, about)
    _ask(ctx)


def awaited(ctx: Any) -> bool:
    """Return whether the grid has still to come to what it was asked for."""
    return _kept(ctx)["wanted"] is not None


def arrived(ctx: Any) -> bool:
    """Take note of the view that the grid has come to; return whether it is one that the panel did not ask for.

    Of two views that are asked for in quick succession, the App may show the second one and then the first: the second one is
    asked for again.
    """
    kept, now = _kept(ctx), _now(ctx)
    told, kept["told"] = kept["told"] == now, now
    if kept["wanted"] is None:
        return not told
    if now == _comparable(kept["wanted"]):
        kept.update(wanted=None, overtaken=[])
        return False
    if told or now == kept["before"]:  # what was asked for is still to come
        return False
    if now in kept["overtaken"]:
        _ask(ctx)
        return False
    kept.update(wanted=None, overtaken=[])
    return True


def _ask(ctx: Any) -> None:
    wanted = _kept(ctx)["wanted"]
    if wanted:
        ctx.trigger("set_view", {"view": wanted})
    else:
        ctx.ops.clear_view()


def _kept(ctx: Any) -> dict[str, Any]:
    """Return what is kept of the grid, which the App is not sent."""
    nothing = {"wanted": None, "overtaken": [], "before": [], "told": None, "about": None}
    kept: dict[str, Any] = ctx.panel_state.setdefault(_GRID, nothing)
    return kept


def _now(ctx: Any) -> Stages:
    return _comparable(ctx.request_params.get("view") or [])


def _comparable(view: list[Any]) -> Stages:
    return [
        [
            stage["_cls"],
            [[name, value] for name, value in stage.get("kwargs") or [] if not name.startswith("_")],
        ]
        for stage in view
    ]
