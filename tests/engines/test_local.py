import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.engines import LocalEngine


@given(st.lists(st.integers(), max_size=40), st.integers(1, 9), st.integers(1, 4))
def test_batches_come_back_in_order_and_complete(items, size, workers):
    batches = list(LocalEngine(workers).map_batches(list, items, batch_size=size))
    assert [i for batch in batches for i in batch] == items
    assert all(len(batch) == size for batch in batches[:-1])


def test_order_is_kept_when_later_batches_finish_first():
    def slow_first(batch):
        time.sleep(0.05 if batch[0] == 0 else 0)
        return batch[0]

    assert list(LocalEngine(4).map_batches(slow_first, range(6), batch_size=1)) == list(range(6))


def test_an_error_is_raised_where_its_batch_would_come_and_the_rest_is_dropped():
    begun = []

    def fails_at_two(batch):
        begun.append(batch[0])
        if batch[0] == 2:
            raise RuntimeError("two")
        return batch[0]

    results = LocalEngine(1).map_batches(fails_at_two, range(100), batch_size=1)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(RuntimeError, match="two"):
        next(results)
    assert len(begun) < 10


def test_closing_early_leaves_no_thread_behind():
    before = threading.active_count()
    results = LocalEngine(2).map_batches(list, range(100), batch_size=1)
    next(results)
    results.close()
    assert threading.active_count() == before


def test_only_a_few_batches_are_worked_ahead():
    begun = []
    results = LocalEngine(2).map_batches(lambda batch: begun.append(batch[0]), range(100), batch_size=1)
    next(results)
    time.sleep(0.05)
    assert len(begun) <= 4
    results.close()
