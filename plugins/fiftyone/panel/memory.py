"""What a panel is about, kept here: what the App sends of it may be older."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

__all__ = ["keep", "recall"]

_MOST_PANELS = 64

_TYPED = "card"

_states: OrderedDict[str, dict[str, Any]] = OrderedDict()


def recall(ctx: Any) -> None:
    """Let an event begin with the state that its panel was left in; of what the App sends, only what was typed counts.

    An event bears the state of when it was begun: the second of two in quick succession would undo what came of the first. Of a
    panel that another process served, the App's state is all there is.
    """
    known = _states.get(ctx.panel_id)
    if known is None:
        return
    typed = ctx.panel_state.get(_TYPED)
    ctx.panel_state.clear()
    ctx.panel_state.update(known)
    ctx.panel_state[_TYPED] = typed


def keep(ctx: Any) -> None:
    """Keep the state that a panel is in after an event."""
    _states[ctx.panel_id] = ctx.panel_state
    _states.move_to_end(ctx.panel_id)
    while len(_states) > _MOST_PANELS:
        _states.popitem(last=False)
