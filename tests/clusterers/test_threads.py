from __future__ import annotations

import numpy as np
import sklearn.cluster  # noqa: F401 - loads the OpenMP library that is asked below
from threadpoolctl import threadpool_info, threadpool_limits

from clusterby.clusterers.threads import one_thread_if_small
from clusterby.kernels.parallel import thread_count


def threads() -> set[int]:
    np.dot(np.eye(2), np.eye(2))
    return {pool["num_threads"] for pool in threadpool_info()}


def test_small_work_gets_one_thread_and_the_old_number_after_it():
    before = threads()
    with one_thread_if_small(1_000):
        assert threads() == {1}
    assert threads() == before


def test_large_work_keeps_its_threads():
    before = threads()
    with one_thread_if_small(2**24 + 1):
        assert threads() == before


def test_our_own_kernels_keep_their_threads():
    before = thread_count()
    with one_thread_if_small(1_000):
        assert thread_count() == before


def test_one_thread_asked_for_is_one_thread_in_our_kernels_too():
    with threadpool_limits(1), one_thread_if_small(1_000):
        assert thread_count() == 1
