"""Run jobs on a few threads, so that none of them outlives Ctrl-C or the first error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["Stopped", "run_jobs"]

J = TypeVar("J")


class Stopped(Exception):
    """Raised by a job that gave up because another one failed."""


def run_jobs(
    function: Callable[[J], object], jobs: Sequence[J], *, workers: int, stop: threading.Event
) -> None:
    """Call a function once for each job, on at most that many threads.

    After the first error no further job begins, those under way are waited for, and the error is raised. Ctrl-C
    waits for nothing: the threads are daemons, so that a request that hangs cannot keep the process alive.

    Parameters
    ----------
    function : callable
        Takes one job.
    jobs : sequence
        What it is called with.
    workers : int
        How many threads.
    stop : threading.Event
        Set at the first error or Ctrl-C; a job that waits should look at it.

    Examples
    --------
    >>> seen = []
    >>> run_jobs(seen.append, [1, 2, 3], workers=2, stop=threading.Event())
    >>> sorted(seen)
    [1, 2, 3]
    """
    if workers == 1 or len(jobs) < 2:
        for job in jobs:
            function(job)
        return
    waiting, taking = list(reversed(jobs)), threading.Lock()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                with taking:
                    if not waiting:
                        return
                    job = waiting.pop()
                function(job)
        except BaseException as error:  # noqa: BLE001  # raised below, in the caller's thread
            errors.append(error)
            stop.set()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(jobs)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.1)  # a longer wait may miss Ctrl-C, and on Windows does
    except BaseException:
        stop.set()
        raise
    if errors:
        raise errors[0]
