import logging
from dataclasses import replace

import numpy as np
import pytest

from clusterby import namers
from clusterby.cache import Cache
from clusterby.core.errors import ClusterbyError, InvalidParameter, UnknownNamer
from clusterby.core.modality import Modality
from clusterby.groups.naming import KeptAnswers, name_clusters, renamed
from clusterby.namers.base import Clusters, Name, Names
from clusterby.namers.spec import NamerSpec
from tests.namers.naming_server import NamingServer

TEXTS = ["a red bike", "a fast bike", "an old bike", "a glass of wine", "the red wine", "some old wine"]
LABELS = np.array([0, 0, 0, 1, 1, 1])


def clusters_of(**changes):
    shown = Clusters(
        ids=(0, 1), labels=LABELS, centers=np.float32([[0], [9]]), vectors=lambda: LABELS[:, None].astype(np.float32),
        texts=lambda: TEXTS, show=TEXTS.__getitem__,
    )  # fmt: skip
    return replace(shown, **changes)


def fit(rows, words):
    return np.array(
        [[float(LABELS[row] == place % 2) for place in range(len(words))] for row in rows], np.float32
    )


def names_of(found):
    return {cluster: name.name for cluster, name in found.names.items()}


class Recorder:
    """Gives what it was told to."""

    def __init__(self, given):
        self.given, self.seen = given, []

    def name(self, clusters):
        self.seen.append(clusters)
        return self.given


def test_a_registered_namer_is_asked_by_name_with_its_parameters():
    assert names_of(name_clusters(clusters_of(), "keywords", options={"words": "1"})) == {
        0: "bike",
        1: "wine",
    }


def test_auto_takes_words_for_aligned_images_and_keywords_for_all_else():
    aligned = {"similarities": fit, "vocabulary": lambda: ("dog", "cat")}

    def by(**changes):
        return {name.by for name in name_clusters(clusters_of(**changes), "auto").names.values()}

    assert by(modality=Modality.IMAGE, **aligned) == {"zero_shot"}
    assert by(modality=Modality.TEXT, **aligned) == {"keywords"}
    assert by(modality=Modality.IMAGE) == {"keywords"}
    assert by(modality=Modality.IMAGE, ids=(0,), **aligned) == {
        "zero_shot"
    }  # there is another to contrast with
    assert by(modality=Modality.IMAGE, compared=Modality.TEXT, **aligned) == {"keywords"}
    assert by(modality=Modality.TEXT, compared=Modality.IMAGE, **aligned) == {"zero_shot"}
    alone = {"labels": np.zeros(6, np.int64), "ids": (0,)}
    assert by(modality=Modality.IMAGE, **alone, **aligned) == {"keywords"}


def test_an_object_is_shown_the_clusters_and_its_names_are_taken():
    clusters, given = clusters_of(), Names(names={0: Name(name="a", by="x")}, failed={1: "no"}, bill="1 call")
    recorder = Recorder(given)
    assert name_clusters(clusters, recorder) == given
    assert recorder.seen == [clusters]


def test_a_function_gives_strings_or_names_and_leaves_clusters_out():
    def mine(clusters):
        return {0: "bikes", 1: None}

    found = name_clusters(clusters_of(), mine)
    assert found.names == {0: Name(name="bikes", by="mine")}
    assert found.failed == {1: "mine gave it none"}
    whole = Name(name="bikes", by="someone", description="They roll.", confidence=0.5)
    assert name_clusters(clusters_of(), lambda clusters: {0: whole, 1: "b"}).names[0] == whole


def test_names_are_made_one_line():
    found = name_clusters(clusters_of(), lambda clusters: {0: "  red\n\x1bbikes ", 1: "x" * 501})
    assert names_of(found) == {0: "red bikes", 1: "x" * 499 + "…"}


def test_why_a_cluster_has_no_name_is_logged(caplog):
    with caplog.at_level(logging.WARNING, logger="clusterby"):
        name_clusters(clusters_of(texts=lambda: [None] * 3 + TEXTS[3:]), "keywords")
    assert caplog.messages == ["cluster 0 has no name: it has no texts: name it yourself, or by a model"]


def test_a_name_like_one_that_a_cluster_keeps_is_numbered():
    texts = [None] * 3 + TEXTS[3:]
    found = name_clusters(
        clusters_of(texts=lambda: texts, names={0: "Wine."}), "keywords", options={"words": 1}
    )
    assert names_of(found) == {1: "wine 2"}


def all_same(clusters):
    return dict.fromkeys([0, 1], "Same.")


@pytest.mark.parametrize(
    "namer", [all_same, Recorder(Names(names={c: Name(name="Same.", by="x") for c in (0, 1)}))]
)
def test_names_that_are_alike_are_numbered_whoever_gives_them(namer):
    assert names_of(name_clusters(clusters_of(), namer)) == {0: "Same.", 1: "Same. 2"}
    kept = clusters_of(names={0: "same"}, only=(1,))
    assert names_of(name_clusters(kept, namer)) == {1: "Same. 2"}


def test_names_that_differ_by_case_and_points_alone_are_alike():
    found = name_clusters(clusters_of(), lambda clusters: {0: "same", 1: "SAME."})
    assert names_of(found) == {0: "same", 1: "SAME. 2"}


def test_a_cluster_that_keeps_its_name_is_neither_named_nor_missed():
    clusters = clusters_of(names={0: "mine"}, only=(1,))
    every = name_clusters(clusters, lambda clusters: {c: f"n{c}" for c in clusters.ids})
    assert (names_of(every), every.failed) == ({1: "n1"}, {})
    asked = name_clusters(clusters, lambda clusters: {c: f"n{c}" for c in clusters.asked})
    assert (names_of(asked), asked.failed) == ({1: "n1"}, {})
    none = name_clusters(clusters, Recorder(Names(failed={0: "no", 1: "no"})))
    assert none.failed == {1: "no"}


def test_clusters_may_be_numpy_integers():
    found = name_clusters(clusters_of(), lambda clusters: {np.int64(c): f"n{c}" for c in clusters.ids})
    assert [(type(c), name) for c, name in names_of(found).items()] == [(int, "n0"), (int, "n1")]


def test_a_cluster_of_the_level_that_has_its_name_already_may_be_named_in_vain():
    found = name_clusters(clusters_of(ids=(0,), names={1: "b"}), lambda clusters: {0: "a", 1: "x"})
    assert names_of(found) == {0: "a"}


@pytest.mark.parametrize(
    ("namer", "options", "message"),
    [
        ("keyword", {}, r"^no namer 'keyword'\. Did you mean 'keywords'\? List them: clusterby namers$"),
        ("keywords", {"word": 1}, r"^namer 'keywords' takes no parameter 'word'"),
        ("keywords", {"words": 0}, r"^words=0: give a whole number from 1 to 10$"),
        ("keywords", {"criterion": "mood"}, r"^namer 'keywords' takes no parameter 'criterion'"),
        (lambda clusters: {}, {"words": 1}, r"^words=: a namer that is given as an object has its own settings already$"),
        (5, {}, r"^namer=5: give one of keywords, zero_shot, llm, an object with name\(clusters\), or a function$"),
        ({0: "bikes"}, {}, r"^namer=\{0: 'bikes'\}: give one of "),
        (Recorder, {}, r"^namer=Recorder is a class: give an object of it$"),
        (lambda clusters: ["bikes"], {}, r"^namer <lambda> returned list: let it return names by cluster$"),
        (lambda clusters: {0: 5}, {}, r"^namer <lambda> named cluster 0 5: let it give a word or two, or none at all$"),
        (lambda clusters: {0: " \n"}, {}, r"^namer <lambda> named cluster 0 ' \\n': let it give a word or two"),
        (lambda clusters: {9: "x"}, {}, r"^namer <lambda> named cluster 9, which there is not: let it name 0, 1$"),
        (lambda clusters: {-1: "x"}, {}, r"^namer <lambda> named cluster -1, which there is not"),
        (lambda clusters: {"0": "x"}, {}, r"^namer <lambda> named cluster '0', which there is not"),
        (Recorder({0: "bikes"}), {}, r"^namer Recorder returned dict: let it return clusterby\.namers\.Names$"),
    ],
)  # fmt: skip
def test_what_is_no_namer_or_no_name_is_refused_in_one_line(namer, options, message):
    with pytest.raises(ClusterbyError, match=message) as caught:
        name_clusters(clusters_of(), namer, options=options)
    assert isinstance(caught.value, (InvalidParameter, UnknownNamer))
    assert "\n" not in str(caught.value)


def test_a_namer_of_another_package_is_asked_as_any_other():
    namers.register(NamerSpec(name="mine", target=f"{__name__}:Fixed", summary="Names.", when="Never."))
    try:
        assert names_of(name_clusters(clusters_of(), "mine")) == {0: "fixed"}
    finally:
        namers.unregister("mine")


class Fixed:
    def name(self, clusters):
        return Names(names={0: Name(name="fixed", by="mine")}, failed={1: "no"})


def test_answers_that_were_paid_for_are_kept_in_the_cache(tmp_path):
    cache = Cache(tmp_path)
    kept = KeptAnswers(cache)
    assert kept.get("key") is None
    kept.keep("key", "text")
    assert KeptAnswers(Cache(tmp_path)).get("key") == "text"


def test_a_chat_model_is_not_asked_again_what_the_cache_knows(tmp_path):
    with NamingServer() as server:
        options = {"model": "m", "base_url": server.url}
        first = name_clusters(clusters_of(), "llm", cache=Cache(tmp_path), options=options)
        asked = len(server.requests)
        again = name_clusters(clusters_of(), "llm", cache=Cache(tmp_path), options=options)
        assert len(server.requests) == asked > 0
    assert names_of(again) == names_of(first)


def test_names_that_a_namer_did_not_replace_stay_and_its_reasons_are_the_new_ones():
    before = Names(
        names={0: Name(name="a", by="x"), 1: Name(name="b", by="x")}, failed={2: "old"}, bill="old"
    )
    after = renamed(before, Names(names={1: Name(name="c", by="y")}, failed={0: "new"}, bill="new"))
    assert names_of(after) == {0: "a", 1: "c"}
    assert (after.failed, after.bill) == ({0: "new"}, "new")


def test_a_name_given_by_hand_takes_the_reason_away_why_there_is_none():
    before = Names(failed={0: "no texts", 1: "no texts"})
    assert renamed(before, {0: Name(name="a", by="you")}).failed == {1: "no texts"}
    assert before.failed == {0: "no texts", 1: "no texts"}
