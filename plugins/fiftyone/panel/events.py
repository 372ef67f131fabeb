"""What all events of the panel share: the run they are about, and errors in one line."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any

from clusterby.core.errors import ClusterbyError, InvalidParameter

from .opened import OpenRun, open_run
from .words import one_line

__all__ = ["check_same_run", "event", "one_at_a_time", "run_of", "whole"]

log = logging.getLogger(__name__)

_MOST = 400

_locks: dict[str, threading.RLock] = {}
_locks_lock = threading.Lock()


def one_at_a_time(dataset: str | None) -> threading.RLock:
    """Return the lock under which events on a dataset are handled.

    The App's server has a copy of the dataset for each request: two that write fields or runs at the same time would undo
    each other's work, and what FiftyOne stores of the fields' order with it.
    """
    with _locks_lock:
        return _locks.setdefault(dataset or "", threading.RLock())


def event(method: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return an event whose errors are told in one line instead of a stack trace."""

    @functools.wraps(method)
    def told(self: Any, ctx: Any) -> None:
        try:
            method(self, ctx)
        except ClusterbyError as error:
            ctx.ops.notify(one_line(error, _MOST), variant="error")
        except Exception as error:
            log.exception("the Clusters panel failed in %s", method.__name__)
            told = one_line(f"{type(error).__name__}: {error}", _MOST)
            ctx.ops.notify(f"{told} (the log of the App has more)", variant="error")

    return told


def run_of(ctx: Any, path: str = "bar.run") -> OpenRun:
    """Return the run that is chosen in the panel.

    Raises
    ------
    ClusterbyError
        If none is chosen, or it is gone.
    """
    key = ctx.panel.get_state(path)
    if not key:
        raise InvalidParameter("no clustering is chosen: choose one at the top of the panel")
    return open_run(ctx.dataset, key)


def check_same_run(ctx: Any, key: str | None) -> None:
    """Refuse a click on what was drawn for another run than the one that is chosen now.

    Raises
    ------
    InvalidParameter
        If it was.
    """
    if ctx.params.get("run") not in (None, key):
        raise InvalidParameter(f"run {key!r} is shown now: click again")


def whole(value: Any) -> int | None:
    """Return a number as the App sends it, None where it is none."""
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
