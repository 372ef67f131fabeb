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


def texts(marks):
    return [mark.text for mark in marks]


def test_a_value_has_its_support_and_lift():
    ((red,), _) = evidence_of(color=["red"] * 15 + ["blue"] * 5 + ["blue"] * 20)
    assert (red.text, red.column, red.inside, red.overall, red.lift) == ("red", "color", 0.75, 0.375, 2.0)
    assert red.of_means is False


def test_means_are_high_or_low():
    first, second = evidence_of(price=[i + 0.5 for i in [*range(N), *range(50, 50 + N)]])
    assert ([mark.text for mark in first], [mark.text for mark in second]) == (["low price"], ["high price"])
    assert first[0].of_means
    assert (first[0].inside, first[0].lift < -0.5) == (10.0, True)


def test_whole_numbers_that_are_amounts_are_high_or_low():
    rng = np.random.default_rng(0)
    people = (10 ** rng.uniform(3, 4, 2 * N)).astype(int)
    people[N:] *= 100
    assert len(set(people.tolist())) == 2 * N  # all different, and yet no numbers of rows
    first, second = evidence_of(people=people)
    assert (texts(first), texts(second)) == (["low people"], ["high people"])
    ages = np.repeat(np.arange(22, 42), 2)  # shared by rows, and by no cluster as a whole
    assert texts(evidence_of(age=ages)[1]) == ["high age"]


@pytest.mark.parametrize(
    "numbers",
    [
        np.arange(2 * N),
        np.arange(2 * N)[::-1] * 7 + 1_000,
        [*range(100, 100 + N), *range(9_000, 9_000 + N)],  # in the table's order, with a gap
        [
            *np.random.default_rng(0).permutation(N),
            *np.random.default_rng(1).permutation(np.arange(N, 2 * N)),
        ],
        [float("nan"), *range(1, 2 * N)],
    ],
)
def test_whole_numbers_that_count_the_rows_mark_nothing(numbers):
    assert evidence_of(id=numbers) == ([], [])


def test_whole_numbers_of_few_values_are_codes():
    first, second = evidence_of(kind=[2] * N + [7] * N)
    assert (texts(first), texts(second)) == (["kind 2"], ["kind 7"])
    assert (first[0].inside, first[0].of_means) == (1.0, False)
    first, second = evidence_of(kind=[float("nan"), *[2] * (N - 1), *[7.0] * N])
    assert (texts(first), texts(second)) == (["kind 2"], ["kind 7"])


def test_whole_numbers_of_which_one_marks_a_cluster_are_codes_however_many_there_are():
    first, second = evidence_of(code=[50] * N + [*range(40, 40 + N)])
    assert (texts(first), texts(second)) == (["code 50"], [])


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "\u200b",
        "nan",
        "None",
        "N/A",
        "n/a",
        "NA",
        "unknown",
        "NULL",
        "-",
        "—",
        "???",
        "<NA>",
        "unbekannt",
    ],
)
def test_what_stands_for_a_missing_value_is_no_mark(value):
    first, second = evidence_of(color=[value] * N + ["red"] * N)
    assert (texts(first), texts(second)) == ([], ["red"])


@pytest.mark.parametrize("value", ["😀", "★★", "+", "nanny", "Unknown Pleasures"])
def test_signs_and_longer_phrases_are_values(value):
    first, _ = evidence_of(color=[value] * N + ["red"] * N)
    assert first[0].text.endswith(value)


def test_values_that_say_nothing_take_no_place_from_those_that_do():
    columns = {f"a{i}": ["n/a"] * N + ["other"] * N for i in range(8)}
    first, second = evidence_of(**columns, color=["red"] * N + ["blue"] * N)
    assert texts(first) == ["red"]
    assert len(second) == 6


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


@pytest.mark.parametrize("value", ["yes", "2024", "No", "+"])
def test_a_value_that_says_nothing_by_itself_is_named_with_its_column(value):
    first, _ = evidence_of(wifi=[value] * N + ["other"] * N)
    assert [mark.text for mark in first] == [f"wifi {value}"]


def test_the_column_that_was_clustered_and_columns_without_difference_mark_nothing():
    assert evidence_of(color=["red", "blue"] * N) == ([], [])


def test_noise_has_no_marks(noisy):
    assert -1 not in evidence(noisy._making, noisy.partition)
