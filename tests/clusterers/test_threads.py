from __future__ import annotations

import numpy as np
import sklearn.cluster  # noqa: F401 - loads the OpenMP library that is asked below
from threadpoolctl import threadpool_info

from clusterby.clusterers.threads import one_thread_if_small


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
