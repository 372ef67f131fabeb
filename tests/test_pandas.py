import pandas as pd

import clusterby as cb
import clusterby.pandas

DATA = {"v": [[0.0], [0.2], [9.0], [9.2]], "flag": [True, False, True, True], "price": [1.0, 3.0, 10.0, 30.0]}


def test_a_frame_can_be_grouped_by_what_a_column_means():
    df = pd.DataFrame(DATA)
    groups = df.clusterby("v", n_clusters=2)
    assert isinstance(groups, cb.ClusterBy)
    assert groups.table.native is df
    assert [len(rows) for rows in groups.rows.values()] == [2, 2]


def test_a_frame_can_be_sliced_and_embedded():
    df = pd.DataFrame(DATA)
    assert df.sliceby("flag").rows["flag"].tolist() == [0, 2, 3]
    assert df.embed("v").vectors.shape == (4, 1)


def test_a_column_can_be_clustered_and_embedded():
    df = pd.DataFrame(DATA)
    assert df["v"].clusterby.cluster(n_clusters=2).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])
    assert df["v"].clusterby.embed().vectors.shape == (4, 1)


def test_a_column_can_be_labelled_with_the_best_word():
    titles = pd.Series(
        ["a red bike", "red wine", None, "a blue bike", "white wine"], index=list("abcde"), name="title"
    )
    words = titles.clusterby.label(candidates=["bike", "wine"])
    assert isinstance(words, pd.Series)
    assert words.drop("c").to_dict() == {"a": "bike", "b": "wine", "d": "bike", "e": "wine"}
    assert words.isna().tolist() == [False, False, True, False, False]


def test_the_scores_of_a_column_become_a_column():
    df = pd.DataFrame(
        {"title": ["a red bike", "red wine", None, "a blue bike", "white wine"]}, index=list("abcde")
    )
    df["bike"] = df["title"].clusterby.label(description="a bike", negatives=["wine"])
    assert (df["bike"].drop("c") > 0.5).tolist() == [True, False, True, False]
    assert df["bike"].dtype == "float32"
    assert df["bike"].isna().tolist() == [False, False, True, False, False]


def test_several_scores_of_a_column_become_a_frame():
    titles = pd.Series(
        ["a red bike", "red wine", "a blue bike", "white wine"], index=list("abcd"), name="wine"
    )
    scores = titles.clusterby.label(description=["wine", "bike"], negatives=["red"])
    assert scores.columns.tolist() == ["wine", "bike"]
    assert scores.index.tolist() == list("abcd")
    assert (scores["wine"] > scores["bike"]).tolist() == [False, True, False, True]
