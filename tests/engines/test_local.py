import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.engines import LocalEngine, local


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


class Flaky:
    """Fails so many times at each batch before it works."""

    def __init__(self, failures, error):
        self.failures, self.error = failures, error
        self.tried = []

    def __call__(self, batch):
        self.tried.append(batch[0])
        if self.tried.count(batch[0]) <= self.failures:
            raise self.error
        return batch[0]


def test_a_batch_that_fails_in_passing_is_tried_again(monkeypatch):
    monkeypatch.setattr(local, "_FIRST_WAIT", 0.001)
    work = Flaky(2, OSError("the network went away"))
    assert list(LocalEngine(2).map_batches(work, range(5), batch_size=1, retries=2)) == [0, 1, 2, 3, 4]
    assert sorted(work.tried) == sorted([0, 1, 2, 3, 4] * 3)


def test_a_batch_that_goes_on_failing_is_an_error(monkeypatch):
    monkeypatch.setattr(local, "_FIRST_WAIT", 0.001)
    work = Flaky(9, OSError("gone"))
    with pytest.raises(OSError, match="gone"):
        list(LocalEngine(1).map_batches(work, range(1), batch_size=1, retries=2))
    assert work.tried == [0, 0, 0]


def test_an_error_of_another_kind_is_not_tried_again():
    work = Flaky(1, ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        list(LocalEngine(1).map_batches(work, range(1), batch_size=1, retries=2))
    assert work.tried == [0]
