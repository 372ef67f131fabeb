"""Progress of long work, reported to whoever asked for it and to nobody by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

__all__ = ["Advance", "Reporter", "in_units_of", "report_progress", "still", "track"]

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


def still(advance: Advance | None) -> Advance | None:
    """Return what asks whether to go on and counts nothing, for steps that are no unit of the work.

    Examples
    --------
    >>> told = []
    >>> ask = still(told.append)
    >>> ask(7)
    >>> told, still(None)
    ([0], None)
    """
    return None if advance is None else lambda _count: advance(0)


def in_units_of(total: int, shares: Sequence[int], advance: Advance | None) -> Advance | None:
    """Return what counts finished jobs, and tells `advance` how many of `total` units they make up.

    Parameters
    ----------
    total : int
        What `advance` is told in all.
    shares : sequence of int
        The size of each job, in the order in which they are counted.
    advance : callable, optional

    Examples
    --------
    >>> told = []
    >>> count = in_units_of(10, [3, 1], told.append)
    >>> count(1), count(1)
    (None, None)
    >>> told
    [7, 3]
    """
    if advance is None:
        return None
    whole, sizes = sum(shares), iter(shares)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        before, done = done, done + sum(next(sizes) for _ in range(count))
        advance(total * done // whole - total * before // whole)

    return step
