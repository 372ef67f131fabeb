from __future__ import annotations

import narwhals as nw
import pytest

from clusterby.core.errors import InvalidParameter, InvalidTable, UnknownColumn
from clusterby.tables.aggregates import Step, applies, plan_all, plan_columns, plan_several

SCHEMA = {"k": nw.Int64(), "x": nw.Float64(), "s": nw.String(), "v": nw.List(nw.Float64())}


@pytest.mark.parametrize(
    ("how", "dtype", "expected"),
    [
        ("mean", nw.Decimal(), True),
        ("mean", nw.Boolean(), True),
        ("mean", nw.Datetime(), True),
        ("sum", nw.Date(), False),
        ("sum", nw.Duration(), True),
        ("std", nw.Datetime(), False),
        ("max", nw.Time(), True),
        ("max", nw.Categorical(), False),
        ("nunique", nw.Categorical(), True),
        ("nunique", nw.List(nw.Int64()), False),
        ("first", nw.Object(), True),
    ],
)
def test_an_aggregate_applies_to_some_types(how, dtype, expected):
    assert applies(how, dtype) is expected


def test_all_columns_are_those_that_the_aggregate_is_about():
    assert plan_all(SCHEMA, ["k"], "mean") == ["x"]
    assert plan_all(SCHEMA, ["k"], "max") == ["x", "s"]
    assert plan_all(SCHEMA, ["k"], "count") == ["x", "s", "v"]


def test_a_table_that_an_aggregate_is_not_about_is_an_error():
    with pytest.raises(InvalidParameter, match="the table has no column that 'mean' applies to"):
        plan_all({"s": nw.String()}, [], "mean")


def test_a_list_of_aggregates_makes_a_column_each():
    assert plan_several(SCHEMA, ["k"], [{"x": ["min", "max"]}], {}) == [
        Step(output="x_min", column="x", how="min"),
        Step(output="x_max", column="x", how="max"),
    ]


def test_a_list_alone_is_of_the_columns_that_all_apply_to():
    steps = plan_several(SCHEMA, ["k"], [["mean", "max"]], {})
    assert [step.output for step in steps] == ["x_mean", "x_max"]


def test_two_columns_of_one_name_are_an_error():
    with pytest.raises(
        InvalidTable, match=r"two columns 'k': name this one, agg\(other_name=\('k', 'max'\)\)"
    ):
        plan_columns(SCHEMA, ["k"], "k", "max")
    with pytest.raises(InvalidTable, match="two columns 'x'"):
        plan_several(SCHEMA, ["k"], [{"x": "min"}], {"x": ("x", "max")})


def test_an_aggregate_that_does_not_apply_is_an_error_that_lists_those_that_do():
    with pytest.raises(
        InvalidParameter, match=r"'mean' does not apply to column 'v', .*choose one of count, first, last"
    ):
        plan_columns(SCHEMA, [], "v", "mean")


def test_an_unknown_column_is_an_error():
    with pytest.raises(UnknownColumn):
        plan_columns(SCHEMA, [], ["x", "y"], "mean")


def test_a_function_is_no_aggregate_by_name():
    with pytest.raises(InvalidParameter, match="no aggregate <built-in function max>"):
        plan_columns(SCHEMA, [], "x", max)
