import numpy as np
import pytest

from clusterby.namers.base import Clusters, Evidence
from clusterby.namers.values import name_by_values


def value(text, inside=0.9, column="color", overall=0.3):
    return Evidence(text=text, column=column, inside=inside, overall=overall, lift=inside / overall)


def mean(text, column="price", inside=99.0):
    return Evidence(text=text, column=column, inside=inside, overall=5.0, lift=2.0, of_means=True)


def clusters_of(marks, names=None):
    ids = tuple(marks)
    return Clusters(
        ids=ids, labels=np.array(ids), centers=np.zeros((len(ids), 1), np.float32),
        vectors=lambda: np.zeros((len(ids), 1), np.float32), marks=lambda: marks, names=names or {},
    )  # fmt: skip


def names_of(marks, **options):
    found = name_by_values(clusters_of(marks, **options), by="someone")
    return {cluster: name.name for cluster, name in found.names.items()}


def test_the_strongest_value_is_the_name_and_its_support_the_confidence():
    found = name_by_values(
        clusters_of({0: [value("red", 0.8), value("small", 0.9, "size")]}), by="someone"
    ).names[0]
    assert (found.name, found.by, found.confidence, found.mixed) == ("red", "someone", 0.8, False)
    assert found.words == ("red", "small")


def test_means_name_a_cluster_without_a_confidence():
    found = name_by_values(clusters_of({0: [mean("high price")]}), by="someone").names[0]
    assert (found.name, found.confidence) == ("high price", None)


def test_a_mean_below_a_tenth_is_a_mean_nevertheless():
    assert names_of({0: [mean("low price", inside=-4.0)]}) == {0: "low price"}


def test_a_value_is_no_mean_because_the_name_of_its_column_is_in_it():
    found = name_by_values(
        clusters_of({0: [value("cat", 0.05, column="a"), value("dog", 0.5, column="d")]}), by="x"
    )
    assert (found.names[0].name, found.names[0].confidence) == ("dog", 0.5)


def test_a_value_that_few_rows_have_is_no_name_however_rare_it_is_elsewhere():
    found = name_by_values(
        clusters_of({0: [value("red", 0.09, overall=0.001)], 1: [value("blue", 0.1)]}), by="x"
    )
    assert found.failed == {0: "no value of another column marks it: name it yourself, or by a model"}
    assert list(found.names) == [1]


def test_clusters_of_the_same_value_are_told_apart_by_the_next_or_numbered():
    red, small = value("red"), value("small", column="size")
    assert names_of({0: [red], 1: [red, small], 2: [red], 3: [red, small]}) == {
        0: "red", 1: "red, small", 2: "red 2", 3: "red 3",
    }  # fmt: skip


def test_names_of_clusters_that_are_not_being_named_are_not_taken():
    assert names_of({0: [value("red")]}, names={0: "red", 7: "Red"}) == {0: "red 2"}


def test_nothing_marks_a_cluster():
    found = name_by_values(clusters_of({0: [], 1: [value("red")]}), by="x")
    assert set(found.failed) == {0}
    assert set(found.names) == {1}


def test_without_other_columns_no_cluster_has_a_name():
    clusters = Clusters(
        ids=(0, 1), labels=np.array([0, 1]), centers=np.zeros((2, 1), np.float32),
        vectors=lambda: np.zeros((2, 1), np.float32),
    )  # fmt: skip
    assert set(name_by_values(clusters, by="x").failed) == {0, 1}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("red\nbikes\x07", "red bikes"),
        ("\u202ered", "red"),
        ("<b>red</b>", "<b>red</b>"),  # shown as text wherever it is shown
        ("x" * 99, "x" * 59 + "…"),
    ],
)
def test_a_value_becomes_one_short_line(text, name):
    assert names_of({0: [value(text)]}) == {0: name}


def test_a_value_that_cannot_be_seen_is_no_name():
    assert names_of({0: [value("\u200b\n"), value("red")]}) == {0: "red"}
