import pandas as pd
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnknownColumn

from .sample import to_pandas


def test_the_groups_are_the_values_in_order(frame):
    grouped = cb.groupby(frame, by="kind")
    assert list(grouped.rows) == ["cat", "dog", "owl"]
    assert [len(rows) for rows in grouped.rows.values()] == [20, 20, 20]
    assert repr(grouped) == "<GroupBy kind: 3 groups>"


def test_several_columns_have_tuples_for_keys(frame):
    grouped = cb.groupby(frame, ["kind", "flag"])
    assert list(grouped.rows)[:2] == [("cat", False), ("cat", True)]
    assert len(to_pandas(grouped.get_group(("owl", True)))) == 10
    assert len(to_pandas(grouped.slice[("owl", True), 0:3])) == 3


def test_rows_without_a_value_belong_to_no_group():
    grouped = cb.groupby(pd.DataFrame({"k": ["a", None, "a"], "x": [1, 2, 3]}), "k")
    assert grouped["x"].sum().to_dict() == {"a": 4}
    assert {key: rows.tolist() for key, rows in grouped.rows.items()} == {"a": [0, 2]}


def test_describe_looks_at_the_other_columns(frame):
    marks = to_pandas(cb.groupby(frame, "kind").describe())
    assert "kind" not in set(marks["column"])
    assert set(marks["column"]) == {"price", "count"}


def test_no_column_or_an_unknown_one_is_an_error(df):
    with pytest.raises(UnknownColumn, match="no column 'kin'. Did you mean 'kind'"):
        cb.groupby(df, "kin")
    with pytest.raises(InvalidParameter, match="name at least one column"):
        cb.groupby(df, [])
