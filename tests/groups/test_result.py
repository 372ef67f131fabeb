import logging

import numpy as np
import pandas as pd
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnknownColumn, UnknownNamer
from clusterby.groups.tree import Tree
from clusterby.namers.base import Name, Names
from tests.groups.sample import DATA, N, scenes_by_color
from tests.namers.naming_server import NamingServer
from tests.ops.aligned_encoders import COLORS, AlignedEncoder, scenes

TEXTS = [
    "a red bike",
    "a blue bike",
    "the bike of a child",
    "a glass of wine",
    "red wine",
    "wine from France",
]


@pytest.fixture
def texts():
    return cb.clusterby(
        {"text": TEXTS, "note": [f"note {n} on all things" for n in range(6)]},
        "text",
        encoder="lsa",
        n_clusters=2,
    )


@pytest.fixture
def images():
    return cb.clusterby(scenes(), "image", encoder=AlignedEncoder(), n_clusters=2, cache=False)


def by_row(groups, row):
    """The name of the cluster that a row is in."""
    return groups.names_[int(groups.labels_[row])]


def test_naming_gives_a_new_result_and_keeps_the_ids(texts):
    named = texts.name("keywords", words=1)
    assert named is not texts
    assert (dict(texts.names_), texts.naming_) == ({}, Names())
    assert (by_row(named, 0), by_row(named, 3)) == ("bike", "wine")
    np.testing.assert_array_equal(named.labels_, texts.labels_)
    assert named.embeddings is texts.embeddings
    assert named.clusterer_ is texts.clusterer_
    assert named.edits == texts.edits


def test_who_gave_each_name_is_kept_beside_it(texts):
    named = texts.name("keywords", words=1)
    assert {c: name.name for c, name in named.naming_.names.items()} == dict(named.names_)
    assert {(name.by, name.confidence) for name in named.naming_.names.values()} == {("keywords", 1.0)}


def test_naming_again_replaces_names_and_does_not_take_the_old_ones_into_account(texts):
    once = texts.name("keywords", words=1)
    again = once.name("keywords", words=1)
    assert again.names_ == once.names_
    assert once.name(lambda clusters: {c: f"group {c}" for c in clusters.ids}).names_ == {
        0: "group 0",
        1: "group 1",
    }


def test_the_same_seed_gives_the_same_names(texts):
    assert texts.name().names_ == texts.name().names_


def test_names_can_be_changed_after_naming(texts):
    named = texts.name("keywords", words=1).renamed({0: "mine"})
    assert named.names_[0] == "mine"
    assert (named.naming_.names[0].by, named.naming_.names[1].by) == ("you", "keywords")
    assert named.names_[1] in ("bike", "wine")


def test_merging_keeps_the_names_of_the_others(groups):
    named = groups.name("keywords", words=1)
    assert sorted(named.names_.values()) == ["cat", "dog", "owl"]
    merged = named.merged([0, 2])
    assert merged.names_ == {0: named.names_[0], 1: named.names_[1]}
    assert set(merged.naming_.names) == {0, 1}


def test_reassigned_noise_keeps_the_names(noisy):
    named = noisy.renamed({0: "left", 1: "right"}).reassign_noise()
    assert named.names_ == {0: "left", 1: "right"}
    assert named.naming_.names[0].by == "you"


def test_auto_takes_words_for_images_of_an_aligned_encoder(images):
    named = images.name()
    assert {name.by for name in named.naming_.names.values()} == {"zero_shot"}
    assert ["beach" in by_row(named, 0), "forest" in by_row(named, 3)] == [True, True]


def test_auto_takes_keywords_for_texts_of_any_encoder(texts):
    assert {name.by for name in texts.name().naming_.names.values()} == {"keywords"}
    captions = cb.clusterby(scenes(), "caption", encoder=AlignedEncoder(), n_clusters=2, cache=False)
    assert {name.by for name in captions.name().naming_.names.values()} == {"keywords"}


def test_without_texts_clusters_are_named_by_other_columns():
    table = pd.DataFrame({**DATA, "price": np.repeat([1.5, 2.5, 99.5], N // 3)}).drop(
        columns=["kind", "flag", "count"]
    )
    named = cb.clusterby(table, "v", n_clusters=3).name()
    assert by_row(named, N - 1) == "high price"


def test_words_to_choose_from_are_passed_to_the_namer(images):
    named = images.name("zero_shot", candidates=["beach", "forest", "studio"], words=1)
    assert (by_row(named, 0), by_row(named, 3)) == ("beach", "forest")


def test_a_function_may_be_the_namer(groups):
    def biggest(clusters):
        return {c: f"{clusters.column} {np.sum(clusters.labels == c)}/{c}" for c in clusters.ids}

    named = groups.name(biggest)
    assert named.names_ == {0: "v 20/0", 1: "v 20/1", 2: "v 20/2"}
    assert named.naming_.names[0].by == "biggest"


def test_an_object_may_be_the_namer(groups):
    class Mine:
        def name(self, clusters):
            return Names(names={1: Name(name="one", by="me", description="The one.")}, failed={0: "why not"})

    named = groups.name(Mine())
    assert named.names_ == {1: "one"}
    assert named.naming_.names[1].description == "The one."
    assert named.naming_.failed == {0: "why not"}


def test_a_cluster_that_could_not_be_named_keeps_its_name_and_the_reason_is_told(texts, caplog):
    table = {"v": [[0.0], [0.1], [9.0], [9.1]], "text": [None, "", "all the old wine", "some new wine"]}
    groups = cb.clusterby(table, "v", n_clusters=2)
    empty, other = int(groups.labels_[0]), int(groups.labels_[2])
    with caplog.at_level(logging.WARNING, logger="clusterby"):
        named = groups.renamed({empty: "wine", other: "x"}).name("keywords", column="text", words=1)
    assert named.names_ == {empty: "wine", other: "wine 2"}
    assert named.naming_.names[empty].by == "you"
    assert named.naming_.failed == {empty: "it has no texts: name it yourself, or by a model"}
    assert len(caplog.messages) == 1


def test_another_column_may_be_read(texts):
    named = texts.name("keywords", column="note")
    assert all("note" in name or "mixed" in name or "things" in name for name in named.names_.values())


@pytest.mark.parametrize(
    ("namer", "options", "error", "message"),
    [
        ("keyword", {}, UnknownNamer, r"^no namer 'keyword'\. Did you mean 'keywords'\?"),
        ("keywords", {"words": 0}, InvalidParameter, r"^words=0: give a whole number from 1 to 10$"),
        ("keywords", {"word": 2}, InvalidParameter, r"'word'"),
        ("zero_shot", {}, InvalidParameter, r"^namer 'zero_shot' compares rows with words"),
        ("keywords", {"column": "txt"}, UnknownColumn, r"^no column 'txt'\. Did you mean 'text'\?$"),
        (
            lambda clusters: {7: "x"},
            {},
            InvalidParameter,
            r"^namer <lambda> named cluster 7, which there is not: let it name 0, 1$",
        ),
        (7, {}, InvalidParameter, r"^namer=7: give one of keywords, zero_shot, llm"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(namer, options, error, message):
    vectors = [[0.0]] * 3 + [[9.0]] * 3
    groups = cb.clusterby({"v": vectors, "text": TEXTS}, "v", n_clusters=2)
    with pytest.raises(error, match=message) as caught:
        groups.name(namer, **options)
    assert "\n" not in str(caught.value)


def test_a_chat_model_names_clusters_and_is_paid_once(texts, tmp_path):
    table = {"text": ["bike a", "bike b", "bike c", "wine a", "wine b", "wine c"]}
    groups = cb.clusterby(table, "text", encoder="lsa", modality="text", n_clusters=2, cache=str(tmp_path))
    with NamingServer() as server:
        options = {"model": "m", "base_url": server.url}
        dry = groups.name("llm", dry_run=True, **options)
        assert (len(server.requests), dict(dry.names_)) == (0, {})
        assert dry.naming_.bill
        named = groups.name("llm", **options)
        asked = len(server.requests)
        again = groups.name("llm", **options)
        assert len(server.requests) == asked == 2
    assert (by_row(named, 0), by_row(named, 3)) == ("bike", "wine")
    assert again.names_ == named.names_


def test_first_names_are_replaced_by_those_of_a_namer():
    groups = scenes_by_color()
    assert sorted(groups.names_.values()) == sorted(COLORS)
    assert groups.naming_ == Names()
    named = groups.name(lambda clusters: {c: f"{clusters.names[c]} things" for c in clusters.ids})
    assert sorted(named.names_.values()) == sorted(f"{color} things" for color in COLORS)


def test_noise_has_no_name(noisy):
    assert set(noisy.name(lambda clusters: {c: f"c{c}" for c in clusters.ids}).names_) == {0, 1}


def test_where_all_is_noise_there_is_nothing_to_name():
    groups = cb.clusterby(
        {"v": [[0.0], [50.0], [99.0]], "text": TEXTS[:3]}, "v", method="dbscan", eps=1.0, min_samples=2
    )
    assert dict(groups.name().names_) == {}
    assert groups.naming_ == Names()


def test_names_become_a_column(texts):
    frame = texts.name("keywords", words=1).to_frame(name_column="name")
    assert frame["name"][0] == "bike"
    assert frame["name"][5] == "wine"


def test_a_result_has_a_tree_and_can_be_cut(groups):
    tree = groups.tree([2])
    assert isinstance(tree, Tree)
    assert tree.leaves is groups
    assert groups.cut(2).n_clusters_ == tree.cut(2).n_clusters_ == 2
    assert groups.cut(3) is groups
    assert groups.n_clusters_ == 3


def test_a_cut_follows_in_predictions_of_new_rows(groups, df):
    cut = groups.cut(1)
    assert set(cut.predict(df).tolist()) == {0}
    assert cut.edits.merged_into == {1: 0, 2: 0}
