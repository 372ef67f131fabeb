import numpy as np
import pytest

import clusterby as cb
from clusterby.groups.evidence import evidence

N = 20


def evidence_of(**columns):
    """What marks each of two clusters of 20 rows, as words."""
    vectors = [[0.0, i / 100] for i in range(N)] + [[9.0, i / 100] for i in range(N)]
    groups = cb.clusterby({"v": vectors, **columns}, "v", n_clusters=2)
    first = groups.labels_[0]
    found = evidence(groups._making, groups.partition)
    return found[first], found[1 - first]


def test_a_value_has_its_support_and_lift():
    ((red,), _) = evidence_of(color=["red"] * 15 + ["blue"] * 5 + ["blue"] * 20)
    assert (red.text, red.column, red.inside, red.overall, red.lift) == ("red", "color", 0.75, 0.375, 2.0)
    assert red.of_means is False


def test_means_are_high_or_low():
    first, second = evidence_of(price=[*range(N), *range(50, 50 + N)])
    assert ([mark.text for mark in first], [mark.text for mark in second]) == (["low price"], ["high price"])
    assert first[0].of_means
    assert (first[0].inside, first[0].lift < -0.5) == (9.5, True)


def test_dates_are_early_or_late():
    days = np.arange("2020-01-01", "2020-02-10", dtype="datetime64[D]")
    first, second = evidence_of(taken=days.astype("datetime64[s]"))
    assert ([mark.text for mark in first], [mark.text for mark in second]) == (
        ["early taken"],
        ["late taken"],
    )


def test_a_flag_is_named_by_its_column():
    first, second = evidence_of(sale=[True] * N + [False] * N)
    assert ([mark.text for mark in first], [mark.text for mark in second]) == (["sale"], ["not sale"])


@pytest.mark.parametrize("value", ["yes", "2024", "No", "-"])
def test_a_value_that_says_nothing_by_itself_is_named_with_its_column(value):
    first, _ = evidence_of(wifi=[value] * N + ["other"] * N)
    assert [mark.text for mark in first] == [f"wifi {value}"]


def test_the_column_that_was_clustered_and_columns_without_difference_mark_nothing():
    assert evidence_of(color=["red", "blue"] * N) == ([], [])


def test_noise_has_no_marks(noisy):
    assert -1 not in evidence(noisy._making, noisy.partition)
