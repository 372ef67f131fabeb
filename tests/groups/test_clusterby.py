import copy
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidTable, InvalidVectors, UnknownColumn, UnknownName
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder
from clusterby.groups.making import Known
from clusterby.groups.result import ClusterBy
from clusterby.instructions import Box, Instruction
from clusterby.samples import SCENE_WORDS, render_scenes
from tests.ops.aligned_encoders import COLORS, GROUNDS, AlignedEncoder, FollowingEncoder, scenes

from .sample import DATA, MAKERS, TRUTH, VECTORS, N, to_pandas


def test_the_groups_are_the_clusters(groups):
    assert adjusted_rand_score(groups.labels_, TRUTH) == 1
    assert groups.n_clusters_ == 3
    assert (groups.labels_.dtype, groups.labels_.shape) == (np.int64, (N,))
    assert groups.centers_.shape == (3, 3)
    assert repr(groups) == f"<ClusterBy identity(v) by kmeans: {N} rows, 3 clusters>"


def test_every_kind_of_table_gives_its_own_kind_back(frame):
    native = type(frame)
    groups = cb.clusterby(frame, "v", n_clusters=3)
    for result in (
        groups.to_frame(),
        groups.get_group(0),
        groups.exemplars(2),
        groups.describe(),
        groups.slice[1, 0:3],
    ):
        assert isinstance(result, native)


def test_labels_as_a_column_and_groupby_on_it_give_the_same(frame):
    groups = cb.clusterby(frame, "v", n_clusters=3)
    plain = cb.groupby(groups.to_frame(), "cluster")
    pd.testing.assert_frame_equal(
        to_pandas(groups[["price", "count"]].mean()), to_pandas(plain[["price", "count"]].mean())
    )


def test_cluster_then_groupby_is_clusterby(df):
    direct = cb.clusterby(df, by=["v"], n_clusters=3)
    df["clusters"] = cb.cluster(df["v"], n_clusters=3)
    pd.testing.assert_series_equal(
        df.groupby("clusters")["price"].mean(), direct["price"].mean(), check_names=False
    )


def test_the_table_is_not_changed(frame):
    before = copy.deepcopy(frame)
    groups = cb.clusterby(frame, "v", n_clusters=3)
    groups.to_frame(embeddings=True)
    groups.renamed({0: "a"}).merged([0, 1]).describe()
    pd.testing.assert_frame_equal(to_pandas(frame), to_pandas(before))


def test_a_second_call_with_another_k_gives_other_clusters(df):
    assert cb.clusterby(df, "v", n_clusters=3).n_clusters_ == 3
    assert cb.clusterby(df, "v", n_clusters=2).n_clusters_ == 2


def test_the_seed_and_every_parameter_are_kept(df):
    partition = cb.clusterby(df, "v", n_clusters=3, random_state=7, max_iter=50).partition
    assert partition.random_state == 7
    assert (partition.parameters["n_clusters"], partition.parameters["max_iter"]) == (3, 50)


def test_auto_keeps_the_scores_behind_its_choice(df):
    groups = cb.clusterby(df, "v")
    assert groups.n_clusters_ == 3
    assert max(groups.partition.k_scores, key=groups.partition.k_scores.get) == 3
    assert "silhouette" in groups.partition.k_criterion


def test_vectors_that_are_there_already_are_used_as_they_are(df):
    groups = cb.clusterby(df.drop(columns="v"), "kind", embeddings=VECTORS, n_clusters=3)
    assert adjusted_rand_score(groups.labels_, TRUTH) == 1
    assert groups.encoder_choice is None
    assert (groups.predict(VECTORS) == groups.labels_).all()


def test_vectors_for_another_number_of_rows_are_refused(df):
    with pytest.raises(InvalidVectors, match="embeddings for 59 rows, but the table has 60"):
        cb.clusterby(df, "v", embeddings=VECTORS[:-1])


def test_the_choice_of_encoder_says_why_and_what_it_is_weak_at(groups):
    choice = groups.encoder_choice
    assert (choice.name, choice.column, choice.modality) == ("identity", "v", "vector")
    assert choice.reason
    assert choice.weakness


def test_several_columns_have_a_choice_each(df):
    choices = cb.clusterby(df, {"v": 2, "price": 1}, n_clusters=3).encoder_choice
    assert {column: c.name for column, c in choices.items()} == {"v": "identity", "price": "tabular"}


def test_skipped_rows_are_missing_not_noise(noisy):
    assert noisy.labels_.mask.tolist() == [False] * 19 + [True]
    assert [(s.row, s.reason) for s in noisy.skipped] == [(19, "missing value")]
    assert sum(len(rows) for rows in noisy.rows.values()) == 19
    assert noisy.to_frame()["cluster"].isna().tolist() == [False] * 19 + [True]
    assert "3 noise, 1 skipped" in repr(noisy)


def test_noise_is_a_group_but_no_cluster(noisy):
    assert list(noisy.rows) == [-1, 0, 1]
    assert noisy.n_clusters_ == 2
    assert noisy["x"].count()[-1] == 3


# predict


# the contract suite has the approximate ones too; they compile for a minute and more in each process
EXACT = [spec.name for spec in cb.clusterers.find(approximate=False)]


@pytest.mark.parametrize("method", EXACT)
def test_every_method_predicts_the_labels_of_the_rows_it_saw(df, method):
    groups = cb.clusterby(df, "v", method=method)
    assert (groups.predict(df) == groups.labels_).all()
    assert groups.predict_kind_ in ("model", "nearest_center", "nearest_neighbors")


@pytest.mark.parametrize("method", EXACT)
def test_every_method_predicts_new_rows(df, method):
    groups = cb.clusterby(df, "v", method=method)
    typical = groups.exemplar_rows(1)
    assert groups.n_clusters_ >= 3
    new = {"v": [VECTORS[rows[0]] + 0.01 for rows in typical.values()]}
    assert groups.predict(new).tolist() == list(typical)


def test_rows_that_cannot_be_embedded_have_no_prediction(groups):
    labels = groups.predict({"v": [[10.0, 0.0, 0.0], None]})
    assert labels.mask.tolist() == [False, True]
    assert labels[0] == groups.labels_[0]


def test_texts_are_predicted_in_the_space_of_the_corpus():
    titles = ["a red bike", "a blue bike", "bikes for two", "red wine", "white wine", "wines of the year"]
    groups = cb.clusterby({"t": titles}, "t", n_clusters=2, modality="text")
    assert (groups.predict({"t": titles}) == groups.labels_).all()
    assert groups.predict({"t": ["the bike"]})[0] == groups.labels_[0]


def test_predictions_follow_merges(groups, df):
    a, b = groups.labels_[0], groups.labels_[20]
    merged = groups.merged([int(a), int(b)])
    assert (merged.predict(df) == merged.labels_).all()
    again = (
        merged.merged([0, 1]) if {0, 1} <= set(merged.partition.clusters.tolist()) else merged.merged([0, 2])
    )
    assert (again.predict(df) == again.labels_).all()
    assert again.n_clusters_ == 1


def test_predictions_follow_reassigned_noise(noisy):
    settled = noisy.reassign_noise()
    table = noisy.table.native.iloc[:19]
    assert (settled.predict(table) == settled.labels_[:19]).all()
    assert (settled.predict(table) >= 0).all()


# edits


def test_renaming_gives_a_new_result_and_keeps_the_ids(groups):
    named = groups.renamed({0: "cats", 2: "owls"})
    assert dict(groups.names_) == {}
    assert dict(named.names_) == {0: "cats", 2: "owls"}
    assert (named.labels_ == groups.labels_).all()
    assert dict(named.renamed({0: "lions"}).names_) == {0: "lions", 2: "owls"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({9: "x"}, "no cluster 9 to rename. There are: 0, 1, 2"),
        ({0: " "}, "name ' ' for cluster 0: give a word or two"),
        ({0: 3}, "name 3 for cluster 0: give a word or two"),
        ({0: "x", 1: "x"}, "clusters 0 and 1 would both be named 'x': choose another name, or merge them"),
    ],
)
def test_names_that_do_not_fit_are_refused(groups, names, message):
    with pytest.raises(InvalidParameter) as error:
        groups.renamed(names)
    assert str(error.value) == message


def test_merging_gives_the_lowest_id_and_the_mean_of_all_members(groups):
    merged = groups.renamed({0: "a", 1: "b", 2: "c"}).merged([2, 1])
    assert merged.partition.clusters.tolist() == [0, 1]
    assert dict(merged.names_) == {0: "a", 1: "b"}
    members = VECTORS[merged.labels_ == 1]
    np.testing.assert_allclose(merged.centers_[1], members.mean(axis=0), rtol=1e-5)
    assert groups.n_clusters_ == 3


@pytest.mark.parametrize(
    ("clusters", "message"),
    [
        ([1], "give at least two clusters"),
        ([[1, 2], [2, 0]], "cluster 2 is in two of the groups"),
        ([1, 7], "no cluster 7 to merge. There are: 0, 1, 2"),
        ([1, -1], "no cluster -1 to merge"),
    ],
)
def test_merges_that_do_not_fit_are_refused(groups, clusters, message):
    with pytest.raises(InvalidParameter, match=message):
        groups.merged(clusters)


def test_reassigned_noise_goes_to_the_nearest_center(noisy):
    settled = noisy.reassign_noise()
    assert not (settled.labels_ == -1).any()
    assert settled.labels_[17] == noisy.labels_[8]
    assert settled.labels_[18] == noisy.labels_[0]
    assert settled.labels_.mask.tolist() == noisy.labels_.mask.tolist()
    np.testing.assert_array_equal(settled.centers_, noisy.centers_)
    assert (noisy.labels_ == -1).sum() == 3


def test_strengths_keep_step_with_reassigned_noise():
    vectors = np.concatenate([VECTORS, [[100.0, 0, 0], [34, 33, 33]]]).astype("float32")
    groups = cb.clusterby({"v": vectors}, "v", method="hdbscan", min_cluster_size=10)
    settled = groups.reassign_noise()
    assert groups.labels_[-1] == -1
    assert groups.probabilities_[-1] == 0
    assert 0 < settled.probabilities_[-2] <= 1
    assert settled.probabilities_[-2] > settled.probabilities_[-1]
    clustered = groups.labels_ >= 0
    np.testing.assert_array_equal(settled.probabilities_[clustered], groups.probabilities_[clustered])


# frames


def test_names_and_strengths_become_columns(df):
    groups = cb.clusterby(df, "v", method="gmm", n_clusters=3).renamed({1: "ones"})
    framed = groups.to_frame("c", name_column="name", score_column="score")
    assert list(framed.columns) == [*df.columns, "c", "name", "score"]
    assert set(framed["name"][framed["c"] == 1]) == {"ones"}
    assert framed["name"][framed["c"] != 1].isna().all()
    assert framed["score"].between(0, 1).all()


def test_embeddings_become_a_column_of_their_hidden_name(noisy):
    framed = noisy.to_frame(embeddings=True)
    assert framed["identity(v)"][3].tolist() == pytest.approx([0.0, 0.3])
    assert framed["identity(v)"][19] is None


def test_to_dp_is_to_frame(groups):
    pd.testing.assert_frame_equal(groups.to_dp(), groups.to_frame())


def test_a_column_of_that_name_is_never_overwritten(df):
    groups = cb.clusterby(df.rename(columns={"price": "cluster"}), "v", n_clusters=3)
    with pytest.raises(InvalidTable, match="cluster"):
        groups.to_frame()
    assert "label" in groups.to_frame("label").columns
    assert groups["cluster"].mean().index.name == "cluster_"


def test_two_new_columns_of_one_name_are_refused(groups):
    with pytest.raises(InvalidParameter, match="two of the new columns would be named 'c'"):
        groups.to_frame("c", name_column="c")


def test_strengths_that_a_method_does_not_give_are_refused(groups):
    assert groups.probabilities_ is None
    with pytest.raises(InvalidParameter, match="method 'kmeans' gives no strengths"):
        groups.to_frame(score_column="score")


def test_exemplars_are_the_rows_nearest_the_center(groups):
    chosen = groups.exemplars(2)
    assert chosen["cluster"].tolist() == [0, 0, 1, 1, 2, 2]
    for cluster, rows in groups.exemplar_rows(2).items():
        members = np.flatnonzero(groups.labels_ == cluster)
        distances = np.linalg.norm(VECTORS[members] - groups.centers_[cluster], axis=1)
        assert rows.tolist() == members[np.argsort(distances)][:2].tolist()


@pytest.mark.parametrize("most", [0, -1, 1.5])
def test_a_number_of_exemplars_that_makes_no_sense_is_refused(groups, most):
    with pytest.raises(InvalidParameter, match="give a whole number from 1 up"):
        groups.exemplars(most)


def test_names_of_groups_and_columns_that_are_not_there_are_errors(groups):
    with pytest.raises(UnknownName, match="no group 7"):
        groups.get_group(7)
    with pytest.raises(UnknownColumn, match="no column 'pric'. Did you mean 'price'"):
        groups["pric"]


# invariants

CELL = st.one_of(st.none(), st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=2))


@settings(deadline=None, max_examples=40)
@given(cells=st.lists(CELL, min_size=1, max_size=25), kind=st.sampled_from(list(MAKERS)), k=st.integers(1, 3))
def test_whatever_the_cells_sizes_add_up_nothing_is_lost_and_order_is_kept(cells, kind, k):
    good = [c for c in cells if c is not None]
    if len({tuple(np.float32(c) + 0) for c in good}) < k:
        return
    frame = MAKERS[kind]({"v": cells, "id": list(range(len(cells)))})
    groups = cb.clusterby(frame, "v", n_clusters=k, modality="vector")
    together = np.concatenate(list(groups.rows.values()))
    assert sorted(together) == [i for i, c in enumerate(cells) if c is not None]
    assert [s.row for s in groups.skipped] == [i for i, c in enumerate(cells) if c is None]
    labelled = to_pandas(groups.to_frame())
    assert labelled["id"].tolist() == list(range(len(cells)))
    for key, members in groups:
        ids = to_pandas(members)["id"].tolist()
        assert ids == sorted(ids)
        assert all(labelled["cluster"][i] == key for i in ids)


def test_polars_keeps_its_types():
    frame = pl.DataFrame(DATA)
    groups = cb.clusterby(frame, "v", n_clusters=3)
    assert groups.to_frame().schema == {**frame.schema, "cluster": pl.Int64}


# what is known of a result


def test_distances_are_to_the_own_center_and_infinite_for_noise(noisy):
    distances = noisy.distances()
    labels = noisy.partition.labels
    own = noisy.centers_[np.maximum(labels, 0)]
    expected = np.linalg.norm(noisy.embeddings.vectors - own, axis=1)
    assert distances.dtype == np.float32
    np.testing.assert_allclose(distances[labels >= 0], expected[labels >= 0], rtol=1e-6)
    assert np.isinf(distances[labels < 0]).all()


def test_what_the_clusterer_made_and_what_was_edited_can_be_told_apart(groups):
    edited = groups.renamed({0: "zero"}).merged([0, 2])
    assert groups.made is groups.partition
    assert edited.made is groups.partition
    assert edited.edits.merged_into == {2: 0}
    assert dict(groups.by) == dict(edited.by) == {"v": 1.0}


def test_exemplars_that_are_known_of_some_clusters_only_are_found_for_all(groups):
    known = Known(quality=None, exemplars={0: groups.exemplar_rows(2)[0]}, distances=groups.distances())
    partial = ClusterBy(groups._making, groups.partition, known=known)
    for most in (1, 2, 9):
        mine, theirs = partial.exemplar_rows(most), groups.exemplar_rows(most)
        assert {c: r.tolist() for c, r in mine.items()} == {c: r.tolist() for c, r in theirs.items()}


def test_what_is_known_is_not_measured_again_and_goes_with_names_alone(groups):
    other = groups.quality()
    exemplars = {c: rows[::-1] for c, rows in groups.exemplar_rows(20).items()}
    known = Known(quality=other, exemplars=exemplars, distances=groups.distances() + 1)
    told = ClusterBy(groups._making, groups.partition, known=known).renamed({1: "one"})
    assert told.quality() is other
    np.testing.assert_array_equal(told.distances(), groups.distances() + 1)
    assert told.exemplar_rows(3)[0].tolist() == exemplars[0][:3].tolist()
    merged = told.merged([0, 1])
    assert merged.quality() is not other
    np.testing.assert_array_equal(merged.distances(), groups.merged([0, 1]).distances())


# what the groups should be about

BY_COLOR = {"description": "a {} thing", "candidates": COLORS}


def about(by="image", n_clusters=3, table=None, encoder=None, **asked):
    return cb.clusterby(
        table or scenes(),
        by,
        n_clusters=n_clusters,
        encoder=encoder or AlignedEncoder(),
        cache=False,
        **asked,
    )


def named(groups):
    return [groups.names_[label] for label in groups.labels_.tolist()]


@pytest.mark.parametrize("method", ["scores", "project", "softmax"])
def test_clusters_are_about_what_was_asked_and_named_after_it(method):
    said = Instruction("by zorp", candidates=COLORS, method=method)
    groups = about(instruction=said)
    assert named(groups) == scenes()["color"]
    assert groups.instruction_.method == method
    assert repr(groups) == "<ClusterBy aligned(image | by zorp) by kmeans: 24 rows, 3 clusters>"


def test_without_an_instruction_there_are_no_names():
    groups = about(n_clusters=2)
    assert adjusted_rand_score(groups.labels_, scenes()["ground"]) == 1
    assert (dict(groups.names_), groups.instruction_, groups.followed) == ({}, None, ())


def test_more_clusters_than_words_share_words_by_number():
    groups = about(n_clusters=6, description="{}", candidates=[*COLORS, *GROUNDS])
    assert groups.n_clusters_ == len(set(groups.names_.values())) == 6
    assert {name.split()[0] for name in groups.names_.values()} <= {*COLORS, *GROUNDS}


def test_how_it_was_carried_out_is_part_of_the_result_also_after_edits():
    groups = about(**BY_COLOR)
    followed = groups.instruction_
    assert (followed.column, followed.words, followed.source) == ("image", tuple(COLORS), "given")
    assert str(followed).startswith("image: scores; 3 words (given): red, green, blue; ")
    assert groups.renamed({0: "x"}).merged([0, 1]).instruction_ is followed


def test_a_region_alone_is_told_too_and_gives_no_names():
    groups = cb.clusterby(
        {"image": render_scenes(4).images}, "image", n_clusters=2, cache=False, region=Box((0, 0), (0.5, 1))
    )
    assert (groups.instruction_.method, groups.instruction_.region) == ("region", "box 0,0,0.5,1")
    assert dict(groups.names_) == {}


def test_several_columns_have_an_instruction_each_and_names_have_a_word_of_each():
    groups = about(["image", "caption"], 6, candidates={"image": COLORS, "caption": GROUNDS})
    told = groups.instruction_
    assert {column: followed.words for column, followed in told.items()} == {
        "image": tuple(COLORS),
        "caption": tuple(GROUNDS),
    }
    pairs = zip(scenes()["color"], scenes()["ground"], strict=True)
    assert named(groups) == [f"{color}, {ground}" for color, ground in pairs]


def test_of_several_columns_those_are_told_of_which_something_was_asked():
    groups = about(
        ["image", "caption"], 2, instruction={"caption": "by zorp"}, candidates={"caption": GROUNDS}
    )
    assert list(groups.instruction_) == ["caption"]
    assert named(groups) == scenes()["ground"]
    assert about(["image", "caption"], 2).instruction_ is None


def test_an_encoder_that_is_told_groups_by_it_and_gives_no_names():
    groups = about("caption", encoder=FollowingEncoder(), instruction="group by color")
    assert adjusted_rand_score(groups.labels_, scenes()["color"]) == 1
    assert (groups.instruction_.method, dict(groups.names_)) == ("prefix", {})


@pytest.mark.parametrize("method", ["kmeans", "gmm", "hierarchical", "hdbscan"])
@pytest.mark.parametrize(
    ("by", "asked"),
    [
        ("image", BY_COLOR),
        ("image", {"ignore": GROUNDS}),
        ("caption", {"instruction": "group by color"}),
        (
            ["image", "caption"],
            {"candidates": {"image": COLORS}, "instruction": {"caption": "group by color"}},
        ),
    ],
)
def test_rows_of_a_new_table_get_the_labels_they_had(by, asked, method):
    how = {"min_cluster_size": 3} if method == "hdbscan" else {"n_clusters": 3}
    groups = cb.clusterby(
        scenes(), by, method=method, encoder=FollowingEncoder(), cache=False, **how, **asked
    )
    assert groups.predict(scenes()).tolist() == groups.labels_.tolist()
    some = {name: [values[row] for row in (17, 3, 8)] for name, values in scenes().items()}
    assert groups.predict(some).tolist() == groups.labels_[[17, 3, 8]].tolist()


def test_conditioned_vectors_are_predicted_as_they_are():
    groups = about(**BY_COLOR)
    assert groups.predict(groups.embeddings).tolist() == groups.labels_.tolist()
    assert groups.predict(groups.embeddings.vectors).tolist() == groups.labels_.tolist()


def test_vectors_that_are_given_are_conditioned_by_what_made_them():
    vectors = AlignedEncoder().encode(scenes()["image"])
    mine, theirs = about(embeddings=vectors, **BY_COLOR), about(**BY_COLOR)
    assert mine.labels_.tolist() == theirs.labels_.tolist()
    assert (dict(mine.names_), mine.instruction_) == (dict(theirs.names_), theirs.instruction_)
    np.testing.assert_array_equal(mine.embeddings.vectors, theirs.embeddings.vectors)
    assert mine.embeddings.column == "identity(embeddings | a {} thing)"
    assert mine.predict(vectors[5:9]).tolist() == mine.labels_[5:9].tolist()
    assert mine.predict(mine.embeddings).tolist() == mine.labels_.tolist()
    assert mine.merged([0, 1]).predict(vectors).tolist() == mine.merged([0, 1]).labels_.tolist()


def test_embeddings_that_were_given_keep_their_rows_and_name():
    table = scenes()
    table["image"][3] = None
    embeddings = cb.embed(table, "image", encoder=AlignedEncoder(), cache=False)
    groups = about(embeddings=embeddings, **BY_COLOR)
    assert groups.embeddings.column == "aligned(image | a {} thing)"
    assert np.flatnonzero(groups.labels_.mask).tolist() == [3]


def test_of_given_vectors_it_must_be_said_what_made_them():
    vectors = AlignedEncoder().encode(scenes()["image"])
    with pytest.raises(InvalidParameter, match="say with encoder= what made them"):
        cb.clusterby(scenes(), "image", embeddings=vectors, **BY_COLOR)
    with pytest.raises(InvalidParameter, match="it did not make them"):
        about(embeddings=vectors[:, :7], **BY_COLOR)


def test_the_same_call_gives_the_same_result_to_the_last_bit():
    one, other = (about(n_clusters=None, ignore=GROUNDS, **BY_COLOR) for _ in range(2))
    assert one.labels_.tolist() == other.labels_.tolist()
    assert dict(one.names_) == dict(other.names_)
    np.testing.assert_array_equal(one.embeddings.vectors, other.embeddings.vectors)
    np.testing.assert_array_equal(one.centers_, other.centers_)


@pytest.mark.parametrize("count", [2, 9, 1037])
def test_images_that_are_all_the_same_are_one_cluster(count):
    groups = about(n_clusters=None, table={"image": [scenes()["image"][0]] * count}, **BY_COLOR)
    assert groups.n_clusters_ == 1


def test_first_names_are_edited_as_any_others():
    groups = about(**BY_COLOR)
    ids = {name: cluster for cluster, name in groups.names_.items()}
    told = groups.renamed({ids["red"]: "scarlet"})
    assert set(told.names_.values()) == {"scarlet", "green", "blue"}
    with pytest.raises(InvalidParameter, match="would both be named 'green'"):
        groups.renamed({ids["red"]: "green"})
    merged = groups.merged([1, 2])
    assert dict(merged.names_) == {0: groups.names_[0], 1: groups.names_[1]}
    assert dict(groups.reassign_noise().names_) == dict(groups.names_)


def test_first_names_become_a_column():
    framed = about(**BY_COLOR).to_frame(name_column="name", embeddings=True)
    assert framed["name"] == scenes()["color"]
    assert len(framed["aligned(image | a {} thing)"]) == 24


def test_noise_bears_no_name():
    class Stranger(AlignedEncoder):
        def encode(self, items):
            found = super().encode(items)
            return np.concatenate([found[:-1], -5 * found[-1:]])

    groups = cb.clusterby(
        scenes(),
        "image",
        method="dbscan",
        eps=0.05,
        min_samples=3,
        encoder=Stranger(),
        cache=False,
        **BY_COLOR,
    )
    assert groups.labels_.tolist().count(-1) == 1
    assert groups.labels_[23] == -1
    assert sorted(groups.names_.values()) == sorted(COLORS)


# by a real model


class Tiny(SentenceTransformerEncoder):
    """The small model of these tests, which counts the images it is given."""

    def __init__(self):
        super().__init__(Path(__file__).parents[1] / "models" / "tiny-clip")
        self.images = 0

    def prepare(self, items):
        self.images += not isinstance(items[0], str) and len(items)
        return super().prepare(items)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Scenes, a model, and a cache that has their vectors."""
    drawn, encoder, cache = render_scenes(200, seed=11), Tiny(), tmp_path_factory.mktemp("cache")
    table = {"image": drawn.images, "caption": drawn.captions}
    cb.embed(table, "image", encoder=encoder, cache=cache)
    assert encoder.images == 200
    return table, drawn.attributes, encoder, cache


def by_attribute(real, attribute, by="image", **asked):
    table, attributes, encoder, cache = real
    groups = cb.clusterby(
        table, by, n_clusters=len(SCENE_WORDS[attribute]), encoder=encoder, cache=cache, **asked
    )
    return groups, adjusted_rand_score(groups.labels_, attributes[attribute])


PROMPTS = {
    "color": "things of {} color", "background": "a photo with a {} background", "count": "a photograph containing {}",
    "texture": "made of {} material",
}  # fmt: skip


@pytest.mark.parametrize("attribute", PROMPTS)
def test_scenes_are_grouped_by_what_the_words_say_without_looking_at_them_again(real, attribute):
    words = list(chain(*SCENE_WORDS[attribute].values()))
    groups, agreement = by_attribute(real, attribute, description=PROMPTS[attribute], candidates=words)
    assert agreement > 0.9
    assert real[2].images == 200
    values = {word: value for value, same in SCENE_WORDS[attribute].items() for word in same}
    found = [values[name.rstrip(" 0123456789")] for name in named(groups)]
    assert np.mean(np.array(found) == real[1][attribute]) > 0.9


def test_plain_clusters_are_not_about_it(real):
    assert by_attribute(real, "background")[1] < 0.25


def test_a_sentence_is_enough_where_a_lexicon_knows_the_words(real):
    groups, agreement = by_attribute(real, "background", instruction="group images by their background")
    assert agreement > 0.9
    assert groups.instruction_.source == "lexicon 'background'"
    assert groups.instruction_.explained > 3 * groups.instruction_.chance


def test_captions_are_grouped_by_what_the_words_say(real):
    words = list(chain(*SCENE_WORDS["color"].values()))
    asked = {"description": "things of {} color", "candidates": words}
    assert by_attribute(real, "color", "caption", **asked)[1] > 0.8
    assert by_attribute(real, "color", "caption")[1] < 0.25
