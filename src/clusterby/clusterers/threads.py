"""How many threads the libraries below may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clusterby.kernels.parallel import one_thread_blas

__all__ = ["one_thread_if_small"]

_SMALL = 2**24  # numbers: 64 MiB of float32


@contextmanager
def one_thread_if_small(size: int) -> Iterator[None]:
    """Keep OpenMP and BLAS to one thread inside the block, where there are at most 2**24 numbers.

    On small data their threads wait for each other longer than they work. And their sums depend on how they are
    divided among threads, so that one thread gives the same bits on a machine with any number of cores. Our own
    kernels give the same bits anyway and go on to use all threads.

    Parameters
    ----------
    size : int
        How many numbers are worked on.

    Examples
    --------
    >>> with one_thread_if_small(1_000):
    ...     pass
    """
    if size > _SMALL:
        yield
        return
    from threadpoolctl import threadpool_limits

    with one_thread_blas(), threadpool_limits(limits=1, user_api="openmp"):
        yield
