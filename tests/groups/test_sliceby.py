import numpy as np
import pytest
from PIL import Image

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnknownName

from .sample import MAKERS, to_pandas
from .towers import BlindTower, WordTower

TITLES = ["a red bike", "red wine", "a blue bike", "white wine", "a bike for two", "red red red wine"]
TABLE = {
    "title": TITLES,
    "price": [200, 9, 150, 7, 300, 11],
    "cheap": [False, True, False, True, False, None],
}


@pytest.fixture(params=MAKERS)
def table(request):
    return MAKERS[request.param](TABLE)


def test_slices_may_overlap(table):
    slices = cb.sliceby(table, "title", queries=["bike", "red"], threshold=0.2)
    assert set(slices.rows["bike"]) == {0, 2, 4}
    assert {0, 1, 5} <= set(slices.rows["red"])
    highest = to_pandas(slices.agg(highest=("price", "max")))
    assert highest["highest"].tolist() == [300, 200]


def test_a_slice_has_its_best_rows_first_and_keeps_every_score(table):
    slices = cb.sliceby(table, "title", queries=["red wine"])
    scores = slices.scores_[:, 0]
    assert (scores.shape, scores.dtype) == ((6,), np.float32)
    assert (np.diff(scores[slices.rows["red wine"]]) <= 0).all()
    assert slices.rows["red wine"][0] == 1
    assert scores[slices.rows["red wine"]].min() >= slices.thresholds_["red wine"]


def test_a_slice_may_be_cut_to_its_best_rows(table):
    slices = cb.sliceby(table, "title", queries=["bike", "wine"], most=2)
    assert [len(rows) for rows in slices.rows.values()] == [2, 2]


def test_boolean_columns_are_slices(table):
    slices = cb.sliceby(table, "cheap")
    assert slices.rows["cheap"].tolist() == [1, 3]
    np.testing.assert_array_equal(slices.scores_[:, 0], [0, 1, 0, 1, 0, np.nan])
    assert to_pandas(slices.get_group("cheap"))["price"].tolist() == [9, 7]


def test_an_empty_slice_is_a_slice(table):
    slices = cb.sliceby(table, "title", queries=["bike"], threshold=2.0)
    assert slices.rows["bike"].tolist() == []
    assert len(to_pandas(slices["price"].mean())) == 0
    assert "'bike': 0" in repr(slices)


def test_the_table_is_whole_and_unchanged(table):
    slices = cb.sliceby(table, "title", queries=["bike"])
    assert slices.table.native is table
    assert slices.table.n_rows == 6


def test_an_encoder_that_sees_no_language_says_so():
    with pytest.raises(InvalidParameter, match="encoder 'identity' cannot embed text"):
        cb.sliceby({"v": [[1.0], [2.0]]}, "v", queries=["x"])


@pytest.mark.parametrize("queries", [[], [""], ["a", "a"], [3]])
def test_queries_that_make_no_sense_are_refused(queries):
    with pytest.raises(InvalidParameter, match="quer"):
        cb.sliceby(TABLE, "title", queries=queries)


def test_a_column_that_is_not_boolean_asks_for_queries():
    with pytest.raises(
        InvalidParameter, match="column 'price' holds number cells, not true and false: pass queries="
    ):
        cb.sliceby(TABLE, "price")


def test_queries_are_about_one_column():
    with pytest.raises(InvalidParameter, match="queries are about one column"):
        cb.sliceby(TABLE, ["title", "cheap"], queries=["x"])


def test_an_unknown_slice_is_an_error(table):
    with pytest.raises(UnknownName, match="no group 'chep'. Did you mean 'cheap'"):
        cb.sliceby(table, "cheap").get_group("chep")


def test_describe_says_what_marks_a_slice():
    rng = np.random.default_rng(0)
    flag = rng.random(400) < 0.3
    table = {"flag": flag.tolist(), "kind": np.where(flag, "cat", "dog").tolist()}
    marks = cb.sliceby(table, "flag").describe()
    assert marks["value"] == ["cat"]
    assert marks["inside"] == [1.0]


THINGS = {"item": ["a red ring", "a green ring", "a red star", "a blue star", "a green star"]}


def sliced(encoder=None, **how):
    return cb.sliceby(
        THINGS, "item", encoder=encoder or WordTower(), modality="text", **({"cache": False} | how)
    )


def test_nothing_is_embedded_twice(tmp_path):
    encoder = WordTower()
    for _ in range(2):
        sliced(encoder, queries=["a red ring", "a star"], cache=tmp_path)
    sliced(encoder, queries=["a star"], cache=tmp_path)
    assert sorted(encoder.cells) == sorted(THINGS["item"])
    assert encoder.queries == ["a red ring", "a star"]


def test_queries_see_what_the_vectors_are_about():
    plain = sliced(queries=["a red ring"], threshold=0.9)
    assert plain.rows["a red ring"].tolist() == [0]
    colors = sliced(queries=["a red ring"], threshold=0.9, candidates=["red", "green", "blue"])
    assert colors.rows["a red ring"].tolist() == [0, 2]
    shapes = sliced(
        queries=["a red ring"], threshold=0.9, description="a {} of some color", candidates=["ring", "star"]
    )
    assert shapes.rows["a red ring"].tolist() == [0, 1]


def test_what_is_ignored_says_nothing():
    found = sliced(queries=["a red ring"], threshold=0.9, ignore=["red", "green", "blue"])
    assert found.rows["a red ring"].tolist() == [0, 1]


def test_an_instruction_names_the_criterion():
    found = sliced(queries=["red"], instruction="group by color")
    assert set(found.rows["red"].tolist()) == {0, 2}


@pytest.mark.parametrize("name", ["instruction", "description", "candidates", "ignore", "region"])
def test_boolean_columns_take_no_instruction(name):
    with pytest.raises(
        InvalidParameter, match=f"{name}=.* without queries: boolean columns are slices as they are"
    ):
        cb.sliceby(TABLE, "cheap", **{name: "color"})


def test_nothing_is_embedded_where_queries_cannot_be():
    encoder = BlindTower()
    with pytest.raises(InvalidParameter, match="encoder 'blind' cannot embed text"):
        sliced(encoder, queries=["x"])
    assert encoder.cells == []


def test_for_images_auto_takes_an_encoder_that_knows_words_or_says_how_to_get_one():
    images = [Image.new("RGB", (8, 8), "red")]
    with pytest.raises(InvalidParameter, match="to be compared with words: no encoder .* 'clip'"):
        cb.sliceby({"image": images}, "image", queries=["red"])
