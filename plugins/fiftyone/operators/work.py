"""Work in a thread, that tells how far it is and can be called off."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from clusterby import report_progress

__all__ = ["Cancelled", "Outcome", "Progress", "Report", "Tell", "finish", "follow"]

Tell = Callable[[str, float], None]
"""Told a description and the share of it that is done, from the thread that works."""

_OFTEN = 0.25  # seconds between two reports


@dataclass(frozen=True, slots=True)
class Report:
    """How far a piece of work is: what it is, and the share of it that is done."""

    description: str
    share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work returned."""

    value: Any


class Cancelled(BaseException):
    """Raised inside the work once nobody waits for it; it undoes what it has done, as after Ctrl-C."""


class Progress:
    """A reporter for :func:`clusterby.report_progress`.

    Parameters
    ----------
    tell : callable
    often : float
        The least seconds between two reports of one piece of work.
    """

    def __init__(self, tell: Tell | None, *, often: float = _OFTEN) -> None:
        self._tell = tell
        self._often = often
        self._last = -often
        self.called_off = threading.Event()

    @contextmanager
    def __call__(self, description: str, total: int) -> Iterator[Callable[[int], None]]:
        """Announce a piece of work; yields what counts its items, and raises Cancelled once the work was called off."""
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            self._say(description, min(1.0, done / total) if total else 1.0, always=done >= total)

        self._say(description, 0.0, always=True)
        yield advance

    def _say(self, description: str, share: float, *, always: bool) -> None:
        if self.called_off.is_set():
            raise Cancelled
        now = time.monotonic()
        if self._tell is not None and (always or now - self._last >= self._often):
            self._last = now
            self._tell(description, share)


async def finish(function: Callable[[], Any], tell: Tell | None = None) -> Any:
    """Return what a function returns that runs in a thread; a cancel calls it off and waits until it is undone."""
    progress = Progress(tell)
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, functools.partial(_reported, progress, function))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        progress.called_off.set()
        await asyncio.wait([future])
        future.exception()  # taken note of: that it was called off is no news
        raise


async def follow(function: Callable[[], Any]) -> AsyncIterator[Report | Outcome]:
    """Yield reports while a function runs in a thread, and at last its outcome; closing the iterator calls it off."""
    said: asyncio.Queue[Report | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def tell(description: str, share: float) -> None:
        loop.call_soon_threadsafe(said.put_nowait, Report(description, share))

    task = asyncio.ensure_future(finish(function, tell))
    task.add_done_callback(lambda _: said.put_nowait(None))
    try:
        while (report := await said.get()) is not None:
            yield report
        yield Outcome(task.result())
    finally:
        task.cancel()


def _reported(progress: Progress, function: Callable[[], Any]) -> Any:
    with report_progress(progress):
        return function()
