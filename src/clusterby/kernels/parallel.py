"""Run the pieces of a computation side by side, on as many threads as BLAS may use.

Every kernel cuts its work into blocks whose bounds depend on the data's shape alone, runs each block on one
thread with a BLAS of one thread, and joins the results in the order of the blocks. So a result does not
depend on how many threads there were, and a tile that BLAS has just written is still in the cache of the core
that reads it next. Compiled loops release the interpreter's lock (``nogil``) and are never parallel by
themselves: numba's own thread pools may not be entered from two threads at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

from clusterby.core.progress import Advance

__all__ = ["blocks", "in_parallel", "one_thread_blas", "thread_count"]

Job = TypeVar("Job")
Result = TypeVar("Result")

_gate = threading.RLock()  # one caller at a time: each uses all threads anyway
_here = threading.local()  # .threads: how many there were before BLAS was held to one, on this thread


def thread_count() -> int:
    """Return how many threads kernels use now: as many as BLAS may, by threadpoolctl's limits.

    Examples
    --------
    >>> from threadpoolctl import threadpool_limits
    >>> with threadpool_limits(1):
    ...     thread_count()
    1
    """
    held: int | None = getattr(_here, "threads", None)
    return _blas_threads() if held is None else held


@contextmanager
def one_thread_blas() -> Iterator[None]:
    """Hold BLAS to one thread; other callers wait, and inside another such block it changes nothing.

    Examples
    --------
    >>> with one_thread_blas():
    ...     gram = [[1.0]]
    """
    if getattr(_here, "threads", None) is not None:
        yield
        return
    with _gate:
        _here.threads = _blas_threads()
        try:
            with _controller().limit(limits=1, user_api="blas"):
                yield
        finally:
            _here.threads = None


def in_parallel(
    task: Callable[[Job], Result], jobs: Iterable[Job], *, advance: Advance | None = None
) -> list[Result]:
    """Return what `task` returns for each job, in the order of the jobs.

    One caller at a time: a second thread's jobs wait for those of the first.

    Parameters
    ----------
    task : callable
        Called from several threads at once, each with a BLAS of one thread; it must write to places of its
        own only.
    jobs : iterable
        What to call it with, in turn.
    advance : callable, optional
        Called with 1 for each finished job, from the calling thread. What it raises ends the work: jobs that
        have not begun are dropped.

    Examples
    --------
    >>> in_parallel(lambda x: x * x, range(4))
    [0, 1, 4, 9]
    """
    todo = list(jobs)
    workers = min(thread_count(), len(todo))
    with one_thread_blas():
        if workers <= 1:
            done: list[Result] = []
            for job in todo:
                done.append(task(job))
                if advance is not None:
                    advance(1)
            return done
        return _Share(task, todo).run(workers, advance)


def blocks(n: int, size: int) -> list[slice]:
    """Return the slices that cut n rows into blocks of `size`, the last one shorter.

    Examples
    --------
    >>> blocks(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


class _Share(Generic[Job, Result]):
    """Jobs that several threads take from, the calling thread among them."""

    def __init__(self, task: Callable[[Job], Result], jobs: Sequence[Job]) -> None:
        self._task = task
        self._jobs = jobs
        self._left = iter(range(len(jobs)))
        self._results: dict[int, Result] = {}
        self._lock = threading.Lock()

    def run(self, workers: int, advance: Advance | None) -> list[Result]:
        pool = _pool(workers - 1)
        others = [pool.submit(self._work) for _ in range(workers - 1)]
        before, _here.threads = _here.threads, 1  # a kernel inside a kernel runs on this thread
        told = 0
        try:
            while self._work_once():
                told = self._tell(advance, told)
            for other in others:
                if not other.cancel():  # it may not even have begun
                    other.result()
            self._tell(advance, told)
        except BaseException:
            self._end()
            wait(others)
            raise
        finally:
            _here.threads = before
        return [self._results[i] for i in range(len(self._jobs))]

    def _work(self) -> None:
        try:
            while self._work_once():
                pass
        except BaseException:
            self._end()
            raise

    def _work_once(self) -> bool:
        """Do the next job; False where none is left."""
        with self._lock:
            i = next(self._left, None)
        if i is None:
            return False
        self._results[i] = self._task(self._jobs[i])
        return True

    def _tell(self, advance: Advance | None, told: int) -> int:
        done = len(self._results)
        if advance is not None:
            for _ in range(done - told):
                advance(1)
        return done

    def _end(self) -> None:
        with self._lock:
            self._left = iter(range(0))


_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}


def _pool(size: int) -> ThreadPoolExecutor:
    """Return the threads that wait for jobs in this process: starting some for each call would cost more than many calls do."""
    key = (os.getpid(), size)  # threads do not survive a fork
    if key not in _pools:
        for other in [_pools.pop(k) for k in list(_pools)]:
            other.shutdown(wait=False)
        _pools[key] = ThreadPoolExecutor(size, thread_name_prefix="clusterby", initializer=_begin_worker)
    return _pools[key]


def _begin_worker() -> None:
    _here.threads = 1


def _blas_threads() -> int:
    return max(1, min((lib.num_threads for lib in _controller().lib_controllers), default=1))


@cache
def _controller() -> Any:
    import scipy.linalg  # noqa: F401 - brings the BLAS that SciPy calls; NumPy's is there already
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
