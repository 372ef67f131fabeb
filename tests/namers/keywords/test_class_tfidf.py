import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords import class_tfidf
from clusterby.namers.keywords.class_tfidf import phrase_scores, surely_told
from clusterby.namers.keywords.phrases import Phrases


def scores_of(counts, sizes):
    counts = np.array(counts, dtype=np.int64).reshape(-1, len(sizes))
    numbers = np.full((len(counts), 3), -1)
    return phrase_scores(Phrases(numbers=numbers, counts=counts, sizes=np.array(sizes)))


def test_the_score_is_share_times_rarity_times_lead_over_the_rival():
    (scores,) = scores_of([[60, 20, 10]], [100, 100, 100])
    assert scores[0] == pytest.approx(0.6 * math.log(1 + 1 / 0.9) * 0.6 / 0.8)
    assert scores.tolist()[1:] == [0, 0]  # not more than chance would give


def test_shares_count_and_not_sizes_of_clusters():
    (scores,) = scores_of([[90, 900]], [100, 10_000])
    assert scores[0] > 0.5
    assert scores[1] == 0


def test_what_chance_might_give_is_no_name():
    (scores,) = scores_of([[6, 4]], [100, 100])
    assert scores.tolist() == [0, 0]


def test_of_few_texts_what_all_have_and_no_other_names_the_cluster():
    scores = scores_of([[1, 0, 0], [0, 2, 0], [1, 1, 0]], [1, 2, 1])
    assert (scores > 0).tolist() == [[True, False, False], [False, True, False], [False, False, False]]


def test_one_cluster_is_named_by_what_most_of_its_texts_have():
    scores = scores_of([[9], [3]], [10])
    assert scores[0, 0] > scores[1, 0] > 0


def test_a_cluster_is_the_only_one_where_others_have_no_texts():
    scores = scores_of([[9, 0], [3, 0]], [10, 0])
    assert scores[0, 0] > scores[1, 0] > 0
    assert scores[:, 1].tolist() == [0, 0]


def told_of(counts, sizes):
    counts = np.array(counts, dtype=np.int64).reshape(-1, len(sizes))
    return surely_told(
        Phrases(numbers=np.full((len(counts), 3), -1), counts=counts, sizes=np.array(sizes))
    ).tolist()


def test_a_phrase_that_tells_alone_does_not_surely_tell_among_thousands():
    telling = [[30, 10]]
    assert (scores_of(telling, [100, 100]) > 0).tolist() == [[True, False]]
    assert told_of(telling, [100, 100]) == [True, False]
    assert told_of(telling + [[5, 5]] * 5_000, [100, 100]) == [False, False]
    assert told_of([[90, 10]] + [[5, 5]] * 5_000, [100, 100]) == [True, False]


def test_of_few_texts_what_all_have_and_no_other_surely_tells():
    assert told_of([[1, 0], [0, 1]], [1, 1]) == [True, True]


def test_where_there_is_one_cluster_or_no_phrase_nothing_is_chance():
    assert told_of([[9], [3]], [10]) == [True]
    assert told_of([], [3, 4]) == [False, False]


def test_rows_are_scored_in_pieces_as_in_one(monkeypatch):
    counts = np.random.default_rng(0).integers(0, 50, (40, 5))
    whole = scores_of(counts, [50] * 5)
    monkeypatch.setattr(class_tfidf, "_AT_ONCE", 15)
    np.testing.assert_array_equal(scores_of(counts, [50] * 5), whole)


def test_without_phrases_or_clusters_there_are_no_scores():
    assert scores_of([], [3, 4]).shape == (0, 2)
    empty = Phrases(
        numbers=np.empty((0, 3), np.int64), counts=np.empty((0, 0), np.int64), sizes=np.empty(0, np.int64)
    )
    assert phrase_scores(empty).shape == (0, 0)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.data())
def test_scores_are_never_negative_and_zero_where_a_cluster_does_not_have_the_phrase(sizes, data):
    counts = [data.draw(st.integers(0, size)) for size in sizes]
    (scores,) = scores_of([counts], sizes)
    assert np.all(scores >= 0)
    assert np.all(scores[np.array(counts) == 0] == 0)
    assert np.all(np.isfinite(scores))
