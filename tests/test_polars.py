import polars as pl

import clusterby as cb
import clusterby.polars

DATA = {"v": [[0.0], [0.2], [9.0], [9.2]], "flag": [True, False, True, True], "price": [1.0, 3.0, 10.0, 30.0]}


def test_a_frame_can_be_grouped_by_what_a_column_means():
    df = pl.DataFrame(DATA)
    groups = df.clusterby("v", n_clusters=2)
    assert isinstance(groups, cb.ClusterBy)
    assert groups.table.native is df
    assert [len(rows) for rows in groups.rows.values()] == [2, 2]


def test_a_frame_can_be_sliced_and_embedded():
    df = pl.DataFrame(DATA)
    assert df.sliceby("flag").rows["flag"].tolist() == [0, 2, 3]
    assert df.embed("v").vectors.shape == (4, 1)


def test_a_column_can_be_clustered_and_embedded():
    df = pl.DataFrame(DATA)
    assert df["v"].clusterby.cluster(n_clusters=2).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])
    assert df["v"].clusterby.embed().vectors.shape == (4, 1)


def test_a_column_can_be_labelled_with_the_best_word():
    titles = pl.Series("title", ["a red bike", "red wine", None, "a blue bike", "white wine"])
    words = titles.clusterby.label(candidates=["bike", "wine"])
    assert isinstance(words, pl.Series)
    assert words.to_list() == ["bike", "wine", None, "bike", "wine"]


def test_the_scores_of_a_column_become_a_column():
    df = pl.DataFrame({"title": ["a red bike", "red wine", None, "a blue bike", "white wine"]})
    scores = df["title"].clusterby.label(description="a bike", negatives=["wine"])
    df = df.with_columns(bike=scores)
    assert (df["bike"] > 0.5).to_list() == [True, False, None, True, False]
    assert df["bike"].dtype == pl.Float32


def test_several_scores_of_a_column_become_a_frame():
    titles = pl.Series("wine", ["a red bike", "red wine", "a blue bike", "white wine"])
    scores = titles.clusterby.label(description=["wine", "bike"], negatives=["red"])
    assert scores.columns == ["wine", "bike"]
    assert (scores["wine"] > scores["bike"]).to_list() == [False, True, False, True]
