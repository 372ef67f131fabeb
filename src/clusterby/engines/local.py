"""The engine of one machine: threads that work a few batches ahead of the caller."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["LocalEngine"]

T = TypeVar("T")
R = TypeVar("R")

_FIRST_WAIT = 0.1  # seconds

_AHEAD = 2
"""Batches per worker that may be under way or waiting, so that memory stays bounded."""


class LocalEngine:
    """Maps batches on threads of this process.

    Parameters
    ----------
    workers : int, optional
        How many threads; None takes one for each core this process may use.

    Examples
    --------
    >>> list(LocalEngine(workers=2).map_batches(sum, [1, 2, 3, 4, 5], batch_size=2))
    [3, 7, 5]
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or _cores()

    def map_batches(
        self, function: Callable[[Sequence[T]], R], items: Sequence[T], *, batch_size: int, retries: int = 0
    ) -> Iterator[R]:
        """Yield ``function(batch)`` for each run of `batch_size` items, in order.

        A batch that ends in an OSError is tried again up to `retries` times, after a tenth of a second at first and
        then twice as long each time. Closing the iterator early, or an error or Ctrl-C while it runs, drops the batches that were
        not yet begun and waits only for those under way.
        """
        pending: deque[Future[R]] = deque()
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="clusterby")
        try:
            for start in range(0, len(items), batch_size):
                pending.append(pool.submit(_persist, function, items[start : start + batch_size], retries))
                if len(pending) >= self.workers * _AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _persist(function: Callable[[Sequence[T]], R], batch: Sequence[T], retries: int) -> R:
    for attempt in range(retries):
        try:
            return function(batch)
        except OSError:
            time.sleep(_FIRST_WAIT * 2**attempt)
    return function(batch)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
