import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.partition import Partition
from clusterby.groups.first_names import first_names
from clusterby.instructions import Followed, fit_subspace, ignoring_subspace
from clusterby.ops.condition import Conditioned

WORDS = np.eye(3, 60, dtype=np.float32)
ITEMS = np.repeat(WORDS, 4, axis=0) + 0.01 * np.random.default_rng(0).normal(size=(12, 60)).astype(np.float32)
ASKED = np.ones(60, dtype=np.float32)


def asked(method="scores", words=("red", "green", "blue")):
    subspace = fit_subspace(ITEMS, WORDS[: len(words)], method=method, asked=ASKED)
    followed = Followed(column="image", method=method, words=words)
    return Conditioned(
        subspace=subspace, followed=followed, words=subspace.transform_queries(WORDS[: len(words)])
    )


def partition(*clusters):
    ids = [cluster for cluster in clusters if cluster >= 0]
    return Partition(
        labels=np.array(clusters, dtype=np.int64), centers=np.zeros((len(ids), 1), np.float32), method="given"
    )


def names(*rows, how=None, clusters=None):
    """Return the names of clusters whose centers are these items."""
    how = how or asked()
    return first_names(
        [(how, how.subspace.transform(ITEMS[list(rows)]))], partition(*(clusters or range(len(rows))))
    )


@pytest.mark.parametrize("method", ["scores", "project", "softmax", "mask", "gradient"])
def test_a_cluster_is_named_after_the_word_that_fits_its_center_best(method):
    assert names(5, 0, 9, how=asked(method)) == {0: "green", 1: "red", 2: "blue"}


def test_names_go_by_the_ids_there_are_and_noise_has_none():
    assert names(5, 0, clusters=[-1, 2, 7]) == {2: "green", 7: "red"}


def test_a_word_that_fits_several_best_is_numbered():
    assert names(0, 4, 1, 2, 5) == {0: "red", 1: "green", 2: "red 2", 3: "red 3", 4: "green 2"}


def test_a_number_never_makes_the_name_of_another_cluster():
    how = asked(words=("red", "red 2", "red 3"))
    assert names(0, 1, 4, 2, how=how) == {0: "red", 1: "red 3", 2: "red 2", 3: "red 4"}
    assert names(4, 0, 1, how=how) == {0: "red 2", 1: "red", 2: "red 3"}


@given(st.lists(st.integers(0, 11), min_size=1, max_size=12))
def test_every_cluster_has_a_name_of_its_own(rows):
    found = names(*rows, how=asked(words=("red", "red 2", "red 3")))
    assert sorted(found) == list(range(len(rows)))
    assert len(set(found.values())) == len(rows)


def test_where_several_columns_have_words_a_name_has_one_of_each():
    image, text = asked(), asked(words=("dog", "cat", "owl"))
    blocks = [
        (image, image.subspace.transform(ITEMS[[0, 5, 1]])),
        (None, np.zeros((3, 2), np.float32)),
        (text, text.subspace.transform(ITEMS[[9, 4, 8]])),
    ]
    assert first_names(blocks, partition(0, 1, 2)) == {0: "red, owl", 1: "green, cat", 2: "red, owl 2"}


def test_without_words_clusters_have_no_names():
    subspace = ignoring_subspace(ITEMS, WORDS)
    ignoring = Conditioned(
        subspace=subspace,
        followed=Followed(column="image", method="ignore"),
        words=np.empty((0, 57), np.float32),
    )
    centers = np.zeros((2, 57), np.float32)
    assert first_names([(ignoring, centers), (None, centers)], partition(0, 1)) == {}
    assert first_names([], partition(0, 1)) == {}


def test_where_all_is_noise_there_is_nothing_to_name():
    assert first_names([(asked(), np.empty((0, 3), np.float32))], partition(-1, -1)) == {}
