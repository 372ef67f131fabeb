import numpy as np
import pytest

from clusterby.namers.base import Clusters
from clusterby.namers.keywords import reading as module
from clusterby.namers.keywords import tokens
from clusterby.namers.keywords.reading import read_texts


def clusters_of(*groups, random_state=0):
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups)), [*map(len, groups)])
    return Clusters(
        ids=tuple(range(len(groups))), labels=labels, centers=np.zeros((len(groups), 1), np.float32),
        vectors=lambda: np.zeros((len(labels), 1), np.float32), texts=lambda: texts, random_state=random_state,
    )  # fmt: skip


def best_of(*groups):
    """The best phrase of each cluster."""
    reading = read_texts(clusters_of(*groups))
    return [str(reading.ranked(at)[0][0]) for at in range(len(groups))]


def test_of_large_clusters_a_sample_is_read_and_the_seed_decides_which(monkeypatch):
    monkeypatch.setattr(module, "_TEXTS", 5)
    rows = [f"word{n}" for n in range(50)]

    def words(seed):
        return read_texts(clusters_of(rows, random_state=seed)).tokens.words

    assert len(words(1)) == 5
    assert words(1) == words(1)
    assert words(1) != words(2)


def test_of_long_texts_fewer_are_read_but_not_of_short_ones(monkeypatch):
    read = []
    monkeypatch.setattr(module, "_LETTERS", 2 * 150 * 50)
    monkeypatch.setattr(module, "read_tokens", lambda texts: read.extend(texts) or tokens.read_tokens(texts))
    long, short = [f"{n} " + "bike " * 19 for n in range(400)], ["wine"] * 400
    assert best_of(long, short) == ["bike", "wine"]
    assert sum("bike" in text for text in read) == 100
    assert sum("wine" in text for text in read) == 400


def test_of_many_texts_a_phrase_of_one_alone_is_left_out_unless_it_is_its_clusters_only_text():
    reading = read_texts(clusters_of([*["red"] * 1_100, "once"], ["single"]))
    words = {reading.tokens.words[n] for n in reading.phrases.numbers[:, 0].tolist()}
    assert words == {"red", "single"}


def test_a_cluster_whose_words_others_have_as_often_has_its_commonest():
    reading = read_texts(clusters_of(["sun"] * 9, ["sun"] * 9))
    (phrase,), telling = reading.ranked(0)
    assert (str(phrase), telling) == ("sun", False)


def test_the_lead_is_the_share_of_a_phrases_texts_if_all_clusters_had_as_many():
    reading = read_texts(clusters_of(["sun"] * 4, ["sun"] * 20 + ["rain"] * 20, ["fog"]))
    phrase = next(phrase for phrase in reading.ranked(0)[0] if str(phrase) == "sun")
    assert reading.lead_of(0, phrase) == pytest.approx(2 / 3)
    assert reading.lead_of(1, phrase) == pytest.approx(1 / 3)
    assert reading.lead_of(2, phrase) == 0


def test_the_share_counts_texts_that_have_any_of_the_phrases_once():
    reading = read_texts(clusters_of(["red bike", "red", "wine", "old bike red bike"], ["sun"]))
    phrases = {str(phrase): phrase for phrase in reading.ranked(0)[0]}
    assert reading.share_with(0, [phrases["red"]]) == 0.75
    assert reading.share_with(0, [phrases["red"], phrases["red bike"], phrases["wine"]]) == 1.0
