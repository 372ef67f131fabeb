from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.progress import in_units_of, report_progress, still, track


@pytest.fixture
def seen():
    return []


@pytest.fixture
def collect(seen):
    @contextmanager
    def reporter(description, total):
        yield lambda count: seen.append((description, total, count))

    return reporter


def test_without_a_reporter_nobody_is_told():
    with track("encode", 3) as advance:
        assert advance(1) is None


def test_the_reporter_is_told_of_every_step(seen, collect):
    with report_progress(collect), track("encode", 3) as advance:
        advance(2)
        advance(1)
    assert seen == [("encode", 3, 2), ("encode", 3, 1)]


def test_the_reporter_is_forgotten_afterwards_even_after_an_error(seen, collect):
    with pytest.raises(ZeroDivisionError), report_progress(collect):
        1 / 0  # noqa: B018
    with track("encode", 3) as advance:
        advance(1)
    assert seen == []


def test_a_step_that_stands_still_asks_and_counts_nothing(seen):
    still(seen.append)(5)
    assert seen == [0]


def test_what_asking_raises_comes_through():
    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        still(stop)(1)


@given(
    total=st.integers(0, 10**6),
    shares=st.lists(st.integers(0, 1000), min_size=1).filter(any),
    data=st.data(),
)
def test_jobs_of_any_size_add_up_to_the_total(total, shares, data):
    told = []
    count = in_units_of(total, shares, told.append)
    left = len(shares)
    while left:
        now = data.draw(st.integers(1, left))
        count(now)
        left -= now
    assert sum(told) == total
    assert min(told) >= 0


def test_nobody_to_tell_is_nobody_to_count_for():
    assert in_units_of(3, [1], None) is None
    assert still(None) is None
