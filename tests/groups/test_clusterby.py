import copy

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidTable, InvalidVectors, UnknownColumn, UnknownName
from clusterby.groups.clusterby import ClusterBy, Known

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


@pytest.mark.parametrize("method", cb.clusterers.names())
def test_every_method_predicts_the_labels_of_the_rows_it_saw(df, method):
    groups = cb.clusterby(df, "v", method=method)
    assert (groups.predict(df) == groups.labels_).all()
    assert groups.predict_kind_ in ("model", "nearest_center", "nearest_neighbors")


@pytest.mark.parametrize("method", cb.clusterers.names())
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
