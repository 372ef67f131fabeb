from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterby.core.errors import InvalidParameter, UnknownColumn
from clusterby.tables import open_table

FRAME = pd.DataFrame({"x": [1.0, 2.0, 4.0], "s": ["a", "b", "c"]}, index=[9, 9, 3])
KEYS = {"k": np.ma.array([1, 0, 1])}


@pytest.fixture
def grouping():
    return open_table(FRAME).group_rows(KEYS)


def test_keys_are_taken_by_position_under_repeated_index_labels(grouping):
    found = grouping.aggregate("x", "sum")
    expected = pd.Series([2.0, 5.0], index=pd.Index([0, 1], name="k"), name="x")
    pd.testing.assert_series_equal(found, expected)


def test_masked_keys_keep_the_integer_type():
    found = open_table(FRAME).group_rows({"k": np.ma.array([1, 0, 1], mask=[0, 0, 1])}).aggregate("x", "sum")
    expected = pd.Series([2.0, 1.0], index=pd.Index([0, 1], dtype="Int64", name="k"), name="x")
    pd.testing.assert_series_equal(found, expected)


def test_a_labelled_frame_groups_as_its_labels_do():
    keys = np.ma.array([1, 0, 1], mask=[0, 0, 1])
    table = open_table(FRAME)
    labelled = table.with_columns({"k": keys})
    pd.testing.assert_series_equal(
        table.group_rows({"k": keys}).aggregate("x", "mean"), labelled.groupby("k")["x"].mean()
    )


def test_several_keys_make_a_multi_index():
    found = open_table(FRAME).group_rows({"k": np.ma.array([1, 0, 1]), "s": None}).size()
    pd.testing.assert_series_equal(
        found, FRAME.groupby([np.array([1, 0, 1]), "s"]).size().rename_axis(["k", "s"])
    )


def test_a_key_may_be_a_level_of_the_index_too():
    frame = FRAME.rename_axis("s")
    pd.testing.assert_series_equal(
        open_table(frame).group_rows({"s": None}).aggregate("x", "sum"), FRAME.groupby("s")["x"].sum()
    )


def test_categories_that_no_row_has_make_no_group():
    frame = pd.DataFrame({"c": pd.Categorical(["b", "a", "b"], categories=["c", "b", "a"]), "x": [1, 2, 3]})
    found = open_table(frame).group_rows({"c": None}).aggregate("x", "sum")
    assert list(found.items()) == [("b", 4), ("a", 2)]


def test_any_aggregate_that_pandas_has_is_allowed(grouping):
    pd.testing.assert_series_equal(grouping.aggregate("x", "sem"), grouping._grouped["x"].sem())
    assert grouping.aggregate("x", "prod").tolist() == [2, 4]
    assert list(grouping.aggregate(None, "prod")) == ["x"]


def test_a_function_may_aggregate(grouping):
    assert grouping.aggregate("x", lambda cells: cells.max() - cells.min()).tolist() == [0, 3]
    assert list(grouping.agg(lambda cells: len(cells))) == ["x", "s"]


def test_an_error_in_the_callers_function_is_the_callers(grouping):
    def fail(cells):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        grouping.aggregate("x", fail)


def test_plans_give_what_pandas_gives(grouping):
    own = FRAME.groupby(pd.Index([1, 0, 1], name="k"))
    pd.testing.assert_frame_equal(
        grouping.agg({"x": ["min", "max"], "s": "first"}), own.agg({"x": ["min", "max"], "s": "first"})
    )
    pd.testing.assert_frame_equal(grouping.agg(least=("x", "min")), own.agg(least=("x", "min")))
    pd.testing.assert_frame_equal(
        grouping.agg(least=pd.NamedAgg("x", "min")), own.agg(least=pd.NamedAgg("x", "min"))
    )
    pd.testing.assert_frame_equal(grouping.agg(["min", "max"]), own[["x", "s"]].agg(["min", "max"]))
    pd.testing.assert_frame_equal(grouping.agg(["mean"]), own[["x"]].agg(["mean"]))
    pd.testing.assert_frame_equal(grouping.aggregate(["x"], "mean"), own[["x"]].mean())


@pytest.mark.parametrize("how", ["_grouper", "meen", "x"])
def test_a_name_that_pandas_does_not_have_is_an_error(grouping, how):
    with pytest.raises(InvalidParameter, match=f"no aggregate '{how}'"):
        grouping.aggregate("x", how)


def test_what_pandas_cannot_compute_is_an_error_that_names_the_column(grouping):
    with pytest.raises(
        InvalidParameter, match=r"'mean' does not apply to column 's', whose type is (str|object)"
    ):
        grouping.agg({"x": "mean", "s": ["first", "mean"]})
    with pytest.raises(InvalidParameter, match="'sem' of 's':"):
        grouping.aggregate("s", "sem")


def test_a_plan_and_names_together_are_an_error(grouping):
    with pytest.raises(InvalidParameter, match="give one plan"):
        grouping.agg({"x": "mean"}, y=("x", "min"))


def test_a_column_that_a_plan_does_not_find_is_an_error(grouping):
    with pytest.raises(UnknownColumn):
        grouping.agg({"y": "mean"})


def test_cells_that_do_not_hash_are_no_key():
    frame = pd.DataFrame({"o": [[1], [2]]})
    with pytest.raises(InvalidParameter, match="rows cannot be grouped by 'o': unhashable type"):
        open_table(frame).group_rows({"o": None})


def test_the_frame_is_not_copied():
    labels = np.arange(3)
    frame = pd.DataFrame({"x": [1.0, 2.0, 4.0]})
    grouping = open_table(frame).group_rows({"k": np.ma.array(labels)})
    assert grouping._grouped.obj is frame
