from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.tables import open_table

FRAME = pl.DataFrame({"x": [1.0, 2.0, 4.0], "s": ["a", "b", "c"]})
KEYS = {"k": np.ma.array([1, 0, 1])}


@pytest.fixture
def grouping():
    return open_table(FRAME).group_rows(KEYS)


def test_expressions_are_taken_as_they_are(grouping):
    found = grouping.agg(pl.col("x").quantile(1.0).alias("top"), range=pl.col("x").max() - pl.col("x").min())
    assert found.to_dict(as_series=False) == {"k": [0, 1], "top": [2, 4], "range": [0, 3]}


def test_expressions_go_together_with_names(grouping):
    found = grouping.agg({"x": "min"}, pl.len().alias("n"), last=("s", "last"))
    assert found.to_dict(as_series=False) == {"k": [0, 1], "n": [1, 2], "x": [2, 1], "last": ["b", "c"]}


def test_all_columns_are_without_the_key(grouping):
    assert grouping.agg(pl.all().first()).columns == ["k", "x", "s"]


def test_an_expression_over_a_column_that_is_not_there_is_an_error_in_one_line(grouping):
    with pytest.raises(InvalidParameter, match="polars cannot compute this: ") as caught:
        grouping.agg(pl.col("y").mean())
    assert "\n" not in str(caught.value)


def test_expressions_that_share_a_name_are_an_error(grouping):
    with pytest.raises(InvalidTable, match="the result would bear one name twice"):
        grouping.agg(pl.col("x").min(), pl.col("x").max())
    with pytest.raises(InvalidTable, match="the result would bear one name twice"):
        grouping.agg(pl.col("x").min().alias("k"))


def test_functions_are_no_aggregates(grouping):
    with pytest.raises(InvalidParameter, match="no aggregate <function"):
        grouping.aggregate("x", np.mean)


def test_a_key_called_size_is_an_error():
    with pytest.raises(InvalidTable, match="two columns 'size': give the key another name"):
        open_table(FRAME).group_rows({"size": np.ma.array([0, 1, 1])}).size()


def test_columns_may_be_called_as_the_inner_keys_are():
    frame = FRAME.rename({"x": "__key_0"})
    found = open_table(frame).group_rows(KEYS).aggregate("__key_0", "sum")
    assert found.to_dict(as_series=False) == {"k": [0, 1], "__key_0": [2, 5]}


def test_nan_is_a_value():
    frame = pl.DataFrame({"x": [1.0, float("nan"), None]})
    found = open_table(frame).group_rows({"k": np.ma.array([0, 0, 0])}).aggregate("x", "count")
    assert found["x"].to_list() == [2]


def test_enums_are_in_their_own_order():
    frame = pl.DataFrame({"e": ["low", "high", "low"]}, schema={"e": pl.Enum(["low", "high"])})
    grouping = open_table(frame).group_rows({"e": None})
    assert grouping.size()["e"].to_list() == ["low", "high"]
    assert list(grouping.rows()) == ["low", "high"]


def test_objects_are_no_key():
    frame = pl.DataFrame({"o": [{1}, {2}]}, schema={"o": pl.Object})
    with pytest.raises(InvalidParameter, match="rows cannot be grouped by 'o', whose type is Object"):
        open_table(frame).group_rows({"o": None})


def test_counts_are_signed_integers(grouping):
    for how in ("count", "nunique"):
        assert grouping.aggregate("x", how)["x"].dtype == pl.Int64
    assert grouping.size()["size"].dtype == pl.Int64
