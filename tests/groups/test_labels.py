import dataclasses

import numpy as np
import pandas as pd
import polars as pl
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidTable

from .sample import MAKERS, to_pandas
from .towers import WordTower

CELLS = ["a red ring", "a green star", None, "a blue ring", "red, blue", "nothing of it"]
TABLE = {"item": CELLS, "price": [1, 2, 3, 4, 5, 6]}
COLORS = ["red", "green", "blue"]


def labelled(table=TABLE, **how):
    return cb.label(table, "item", encoder=WordTower(), modality="text", cache=False, **how)


@pytest.fixture
def colors():
    return labelled(candidates=COLORS)


@pytest.fixture
def rings():
    return labelled(description="a ring", negatives=["a star"])


@pytest.fixture(params=MAKERS)
def table(request):
    return MAKERS[request.param](TABLE)


def test_the_best_candidate_its_probability_and_the_runner_up(colors):
    assert colors.labels_.tolist() == ["red", "green", None, "blue", "red", "red"]
    assert colors.runner_up_.tolist() == ["green", "red", None, "red", "blue", "green"]
    e = np.exp(4 * np.sqrt(0.5))
    for found, expected in (
        (colors.probabilities_, [e / (e + 2), e / (e + 2), 0, e / (e + 2), e / (2 * e + 1), 1 / 3]),
        (colors.runner_up_probabilities_, [1 / (e + 2), 1 / (e + 2), 0, 1 / (e + 2), e / (2 * e + 1), 1 / 3]),
    ):
        assert found.dtype == np.float32
        assert found.mask.tolist() == [False, False, True, False, False, False]
        np.testing.assert_allclose(found.filled(0), expected, rtol=1e-6)
    assert colors.scores_.shape == (6, 3)


def test_of_candidates_that_fit_equally_well_the_first_is_the_label():
    assert labelled(candidates=["blue", "red"]).labels_.tolist()[4:] == ["blue", "blue"]
    assert labelled(candidates=["red", "blue"]).labels_.tolist()[4:] == ["red", "red"]


def test_a_description_has_scores_and_no_labels(rings):
    assert (rings.scores_.shape, rings.scores_.dtype) == ((6,), np.float32)
    assert rings.scores_.mask.tolist() == [False, False, True, False, False, False]
    assert rings.scores_[[0, 1, 4]].tolist() == pytest.approx([0.9442, 0.0558, 0.5], abs=1e-4)
    for nothing in (
        rings.labels_,
        rings.probabilities_,
        rings.runner_up_,
        rings.runner_up_probabilities_,
    ):
        assert nothing is None


def test_as_an_array_it_is_labels_or_scores(colors, rings):
    assert np.asarray(colors).tolist() == colors.labels_.tolist()
    np.testing.assert_array_equal(np.asarray(rings), rings.scores_.filled(np.nan))
    assert np.asarray(rings).dtype == np.float32
    assert np.asarray(rings, dtype=float).dtype == float
    assert (len(colors), len(rings)) == (6, 6)


def test_it_says_what_was_scored_against_what(colors, rings):
    assert (colors.candidates, colors.descriptions) == (("red", "green", "blue"), ())
    assert (rings.candidates, rings.descriptions) == ((), ("a ring",))
    assert rings.negatives == {"a ring": ("a star",)}
    assert colors.negatives == {"red": (), "green": (), "blue": ()}
    assert rings.templates == ("{}", "a text about {}", "this is about {}")
    assert colors.encoder_choice.name == "words"
    assert [(s.row, s.column) for s in colors.skipped] == [(2, "item")]
    assert colors.warnings == ()


def test_it_says_what_a_score_means(colors, rings):
    assert (
        rings.meaning
        == "the probability that it fits rather than one of its negatives: softmax of 4 × cosine"
    )
    assert colors.meaning == "the probability that it fits best of the candidates: softmax of 4 × cosine"
    rejecting = labelled(candidates=["red", "green"], negatives=["blue"])
    assert "best of the candidates and the negatives" in rejecting.meaning


def test_it_says_in_one_line_what_it_holds(colors, rings):
    assert repr(colors) == "<Labels of item: 6 rows, 1 skipped: red 3, green 1, blue 1>"
    assert repr(rings).startswith("<Labels of item: 6 rows, 1 skipped: 'a ring' 0.")
    many = labelled(candidates=["red", "green", "blue", "ring", "star", "sunny"], multi=True)
    assert repr(many).endswith("and 1 more>")


def test_it_cannot_be_changed(colors):
    with pytest.raises(dataclasses.FrozenInstanceError):
        colors.candidates = ()


def test_labels_become_columns_of_a_copy_of_every_kind_of_table(table):
    labels = labelled(table, candidates=COLORS)
    before = to_pandas(table).copy()
    frame = labels.to_frame(score_column="sure", runner_up_column="next")
    assert type(frame) is type(table)
    read = to_pandas(frame)
    assert list(read.columns) == ["item", "price", "label", "sure", "next"]
    assert [None if pd.isna(x) else x for x in read["label"]] == labels.labels_.tolist()
    assert [None if pd.isna(x) else x for x in read["next"]] == labels.runner_up_.tolist()
    assert read["sure"].isna().tolist() == [False, False, True, False, False, False]
    np.testing.assert_allclose(read["sure"].dropna(), labels.probabilities_.compressed())
    pd.testing.assert_frame_equal(to_pandas(table), before)


def test_scores_become_columns_named_after_the_description(table):
    labels = labelled(table, description=["a ring", "red"], negatives=["a star"])
    read = to_pandas(labels.to_frame())
    assert list(read.columns) == ["item", "price", "a ring", "red"]
    np.testing.assert_allclose(read["red"].dropna(), labels.scores_[:, 1].compressed())
    assert read["red"].isna().tolist() == [False, False, True, False, False, False]


def test_columns_have_the_names_they_are_given():
    assert list(labelled(description="red", column="is_red").to_frame()) == ["item", "price", "is_red"]
    two = labelled(description=["red", "blue"], column=["r", "b"])
    assert list(two.to_frame()) == ["item", "price", "r", "b"]
    assert list(two.to_frame(["x", "y"])) == ["item", "price", "x", "y"]
    assert list(labelled(candidates=COLORS, column="c").to_frame()) == ["item", "price", "c"]


def test_the_index_of_a_pandas_table_is_kept():
    frame = labelled(pd.DataFrame(TABLE, index=list("uvwxyz")), candidates=COLORS).to_frame()
    assert frame.index.tolist() == list("uvwxyz")
    assert frame.loc["v", "label"] == "green"


@pytest.mark.parametrize("column", ["price", "item"])
def test_a_column_that_is_there_is_refused(table, column):
    labels = labelled(table, candidates=COLORS)
    with pytest.raises(InvalidTable, match=f"has a column '{column}' already: choose another name"):
        labels.to_frame(column)
    with pytest.raises(InvalidTable, match="has a column 'price' already"):
        labels.to_frame(score_column="price")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"column": ["a", "b"]}, "column=\\['a', 'b'\\]: give 1 name$"),
        ({"column": ""}, "column='': give 1 name"),
        ({"column": 3}, "column=3: give 1 name"),
        ({"column": "x", "score_column": "x"}, "two of the new columns would be named 'x'"),
        ({"score_column": "x", "runner_up_column": "x"}, "two of the new columns would be named 'x'"),
    ],
)  # fmt: skip
def test_names_that_make_no_sense_are_refused(colors, how, words):
    with pytest.raises(InvalidParameter, match=words):
        colors.to_frame(**how)


@pytest.mark.parametrize("name", ["score_column", "runner_up_column"])
def test_scores_have_no_runner_up(rings, name):
    with pytest.raises(InvalidParameter, match=f"{name}='x': no candidate was chosen"):
        rings.to_frame(**{name: "x"})


@pytest.mark.parametrize("make", [pd.Series, pl.Series, list, np.array])
def test_a_column_alone_becomes_a_table_of_its_own(make):
    labels = cb.label(
        make(["red", "blue"]), candidates=COLORS, encoder=WordTower(), modality="text", cache=False
    )
    read = to_pandas(labels.to_frame())
    assert list(read.columns) == ["values", "label"] or list(read.columns) == ["", "label"]
    assert read["label"].tolist() == ["red", "blue"]


@pytest.mark.fiftyone
def test_a_fiftyone_dataset_is_labelled_on_a_copy(dataset):
    labels = cb.label(
        dataset, "filepath", candidates=["red", "green", "blue"], encoder=WordTower(), cache=False
    )
    copy = labels.to_frame("hue", score_column="sure")
    assert copy.values("hue") == ["red", "green", "blue"] * 8
    assert min(copy.values("sure")) > 0.9
    assert not dataset.has_field("hue")
    copy.delete()
