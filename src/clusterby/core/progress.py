"""Progress of long work, reported to whoever asked for it and to nobody by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

__all__ = ["Advance", "Reporter", "report_progress", "track"]

Advance = Callable[[int], None]
"""Call it with how many items were finished since the last call."""

Reporter = Callable[[str, int], AbstractContextManager[Advance]]
"""Given a description and a total, a context manager that yields an :data:`Advance`."""

_reporter: ContextVar[Reporter | None] = ContextVar("clusterby_progress", default=None)


@contextmanager
def report_progress(reporter: Reporter) -> Iterator[None]:
    """Report the progress of everything inside the ``with`` block to `reporter`.

    The command line passes one that draws bars; an App passes one that moves its own.

    Examples
    --------
    >>> from contextlib import contextmanager
    >>> seen = []
    >>> @contextmanager
    ... def collect(description, total):
    ...     yield lambda count: seen.append((description, count, total))
    >>> with report_progress(collect), track("encode", 10) as advance:
    ...     advance(4)
    >>> seen
    [('encode', 4, 10)]
    """
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)


@contextmanager
def track(description: str, total: int) -> Iterator[Advance]:
    """Announce a piece of work of `total` items; yields the function that advances it."""
    reporter = _reporter.get()
    if reporter is None:
        yield lambda count: None
        return
    with reporter(description, total) as advance:
        yield advance
