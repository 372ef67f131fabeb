from contextlib import contextmanager

import pytest

from clusterby.core.progress import report_progress, track


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
