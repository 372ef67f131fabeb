from __future__ import annotations

import datetime as dt
import math

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings

from clusterby.core.errors import InvalidParameter, InvalidTable, UnknownColumn
from clusterby.tables import AGGREGATES, Table, open_table

DAY = dt.datetime(2024, 1, 1)
DATA = {
    "size": [3, 1, None, 7],
    "score": [0.5, None, 2.5, 4.0],
    "name": ["b", "a", None, "c"],
    "seen": [True, None, False, True],
    "taken": [DAY, DAY + dt.timedelta(days=2), None, DAY + dt.timedelta(days=1)],
    "vector": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]],
}
LABELS = np.ma.masked_equal(np.array([1, 0, -9, 1]), -9)


@pytest.fixture
def table(kind, make):
    return open_table(make(kind, DATA))


def test_a_table_knows_its_kind_rows_and_columns(table, kind):
    assert isinstance(table, Table)
    assert (table.kind, table.n_rows, table.columns) == (kind, 4, tuple(DATA))


def test_an_open_table_is_returned_as_it_is(table):
    assert open_table(table) is table


def test_native_is_the_very_table_that_was_given(kind, make):
    given_table = make(kind, DATA)
    assert open_table(given_table).native is given_table


def test_numbers_are_float64_with_nan(table):
    column = table.column("size")
    assert column.type == "number"
    assert column.cells.dtype == np.float64
    np.testing.assert_array_equal(column.cells, [3, 1, np.nan, 7])


def test_strings_are_objects_with_none(table):
    column = table.column("name")
    assert (column.type, column.cells.dtype) == ("string", object)
    assert column.cells.tolist() == ["b", "a", None, "c"]


def test_booleans_are_objects_with_none(table):
    column = table.column("seen")
    assert (column.type, column.cells.dtype) == ("boolean", object)
    assert column.cells.tolist() == [True, None, False, True]


def test_dates_are_microseconds_with_nat(table):
    column = table.column("taken")
    assert (column.type, column.cells.dtype) == ("date", np.dtype("datetime64[us]"))
    np.testing.assert_array_equal(column.cells, np.array(DATA["taken"], dtype="datetime64[us]"))


def test_vectors_of_one_length_are_a_matrix(table):
    column = table.column("vector")
    assert column.type == "vector"
    np.testing.assert_array_equal(column.cells, np.arange(1.0, 9.0).reshape(4, 2))


def test_ragged_vectors_are_arrays_and_none(kind, make):
    table = open_table(make(kind, {"v": [[1.0], None, [2.0, 3.0]]}))
    column = table.column("v")
    assert (column.type, column.cells.shape) == ("vector", (3,))
    assert [None if cell is None else cell.tolist() for cell in column.cells] == [[1.0], None, [2.0, 3.0]]


def test_structs_are_objects(kind, make):
    column = open_table(make(kind, {"o": [{"a": 1}, None]})).column("o")
    assert (column.type, column.cells.tolist()) == ("object", [{"a": 1}, None])


def test_durations_are_seconds(kind, make):
    column = open_table(make(kind, {"t": [dt.timedelta(minutes=1), None]})).column("t")
    assert column.type == "number"
    np.testing.assert_array_equal(column.cells, [60, np.nan])


def test_a_column_without_any_value_is_an_object_column_of_none(kind, make):
    column = open_table(make(kind, {"x": [None, None]})).column("x")
    assert (column.type, column.cells.tolist()) == ("object", [None, None])


def test_cells_cannot_be_written_to(table):
    for name in table.columns:
        assert not table.column(name).cells.flags.writeable


def test_an_unknown_column_suggests_the_nearest(table):
    with pytest.raises(UnknownColumn, match=r"no column 'siz'. Did you mean 'size'\?"):
        table.column("siz")


def test_take_gives_a_native_table_of_the_rows_in_that_order(table, plain):
    taken = table.take(np.array([3, 0, 3]))
    assert type(taken) is type(table.native)
    assert plain(taken)["name"] == ["c", "b", "c"]
    assert plain(taken)["size"] == [7, 3, 7]


def test_take_of_no_rows_keeps_the_columns(table, plain):
    assert plain(table.take(np.array([], dtype=np.int64))) == {name: [] for name in DATA}


def test_ids_of_a_default_index_are_positions(table):
    assert list(table.ids(np.array([2, 0]))) == [2, 0]


def test_columns_are_added_at_the_end(table, plain):
    with_labels = table.with_columns({"cluster": np.array([2, 0, 1, 2])})
    assert list(plain(with_labels)) == [*DATA, "cluster"]
    assert plain(with_labels)["cluster"] == [2, 0, 1, 2]


def test_masked_integers_stay_integers_beside_missing_values(table, plain):
    labels = plain(table.with_columns({"cluster": LABELS}))["cluster"]
    assert labels == [1, 0, None, 1]
    assert type(labels[0]) is int


def test_masked_floats_and_booleans_become_missing(table, plain):
    mask = [False, True, False, False]
    found = plain(
        table.with_columns(
            {
                "score2": np.ma.array([0.5, 1, 2, 3], mask=mask, dtype=np.float32),
                "flag": np.ma.array([True, True, False, True], mask=mask),
            }
        )
    )
    assert found["score2"] == [0.5, None, 2, 3]
    assert found["flag"] == [True, None, False, True]


def test_names_become_native_strings(table, plain):
    found = table.with_columns({"title": np.array(["x", None, "y", "z"], dtype=object)})
    assert plain(found)["title"] == ["x", None, "y", "z"]
    assert open_table(found).column("title").type == "string"


def test_a_matrix_becomes_a_vector_column(table):
    matrix = np.arange(8, dtype=np.float32).reshape(4, 2)
    column = open_table(table.with_columns({"clip(image)": matrix})).column("clip(image)")
    assert (column.type, column.cells.dtype) == ("vector", np.float32)
    np.testing.assert_array_equal(column.cells, matrix)


def test_a_masked_row_of_a_matrix_is_a_missing_vector(table):
    matrix = np.ma.array(np.ones((4, 2), np.float32), mask=False)
    matrix[1] = np.ma.masked
    column = open_table(table.with_columns({"v": matrix})).column("v")
    assert column.cells[1] is None
    np.testing.assert_array_equal(column.cells[0], [1, 1])


def test_an_added_matrix_is_a_copy(table):
    matrix = np.zeros((4, 2), np.float32)
    added = table.with_columns({"v": matrix})
    matrix[:] = 9
    np.testing.assert_array_equal(np.stack(list(open_table(added).column("v").cells)), np.zeros((4, 2)))


def test_a_name_that_is_taken_is_an_error_that_says_how_to_choose_another(table):
    with pytest.raises(
        InvalidTable, match=r"has a column 'size' already: choose another name.*label_column="
    ):
        table.with_columns({"size": np.arange(4)})


def test_a_new_column_must_have_a_cell_per_row(table):
    with pytest.raises(InvalidTable, match="'cluster' has 3 cells, the table 4 rows"):
        table.with_columns({"cluster": np.arange(3)})


def test_nothing_changes_the_table_that_was_given(kind, make, plain):
    given_table = make(kind, DATA)
    before = repr(plain(given_table))
    table = open_table(given_table)
    for name in table.columns:
        table.column(name)
    table.with_columns({"cluster": LABELS})
    table.take(np.array([1, 1]))
    table.group_rows({"cluster": LABELS}).agg({"size": ["mean", "median"]})
    assert repr(plain(given_table)) == before


def test_size_counts_the_rows_whose_key_is_not_masked(table, plain):
    assert plain(table.group_rows({"cluster": LABELS}).size()) == {"cluster": [0, 1], "size": [1, 2]}


def test_rows_gives_positions_by_key(table):
    rows = table.group_rows({"cluster": LABELS}).rows()
    assert {key: members.tolist() for key, members in rows.items()} == {0: [1], 1: [0, 3]}
    assert list(rows) == [0, 1]
    assert rows[1].dtype == np.int64


def test_rows_of_several_keys_are_told_by_tuples(table):
    rows = table.group_rows({"cluster": LABELS, "name": None}).rows()
    assert {key: members.tolist() for key, members in rows.items()} == {
        (0, "a"): [1],
        (1, "b"): [0],
        (1, "c"): [3],
    }


def test_a_column_can_be_a_key_and_missing_keys_are_left_out(kind, make, plain):
    table = open_table(make(kind, {"label": ["b", None, "a", "b"], "x": [1, 2, 3, 5]}))
    grouping = table.group_rows({"label": None})
    assert plain(grouping.size()) == {"label": ["a", "b"], "size": [1, 2]}
    assert plain(grouping.aggregate("x", "mean")) == {"label": ["a", "b"], "x": [3, 3]}
    assert {key: rows.tolist() for key, rows in grouping.rows().items()} == {"a": [2], "b": [0, 3]}


def test_several_keys_come_first_and_in_order(table, plain):
    grouping = table.group_rows({"cluster": LABELS, "name": None})
    assert plain(grouping.aggregate("size", "max")) == {
        "cluster": [0, 1, 1],
        "name": ["a", "b", "c"],
        "size": [1, 3, 7],
    }


def test_a_key_may_bear_the_name_of_a_column(table, plain):
    grouping = table.group_rows({"size": LABELS})
    assert plain(grouping.aggregate("score", "max")) == {"size": [0, 1], "score": [None, 4.0]}
    assert plain(grouping.agg(largest=("size", "max"))) == {"size": [0, 1], "largest": [1, 7]}


def test_keys_may_all_be_masked(table, plain):
    grouping = table.group_rows({"slice": np.ma.masked_all(4, dtype=object)})
    assert plain(grouping.size()) == {"slice": [], "size": []}
    assert plain(grouping.aggregate("size", "mean")) == {"slice": [], "size": []}
    assert grouping.rows() == {}


@pytest.mark.parametrize(
    ("column", "how", "expected"),
    [
        ("size", "mean", [1, 5]),
        ("size", "sum", [1, 10]),
        ("size", "min", [1, 3]),
        ("size", "max", [1, 7]),
        ("size", "median", [1, 5]),
        ("size", "std", [None, 8**0.5]),
        ("size", "var", [None, 8]),
        ("size", "count", [1, 2]),
        ("size", "nunique", [1, 2]),
        ("size", "first", [1, 3]),
        ("size", "last", [1, 7]),
        ("size", "any", [True, True]),
        ("size", "all", [True, True]),
        ("score", "mean", [None, 2.25]),
        ("score", "sum", [0, 4.5]),
        ("score", "min", [None, 0.5]),
        ("score", "median", [None, 2.25]),
        ("score", "count", [0, 2]),
        ("score", "nunique", [0, 2]),
        ("score", "first", [None, 0.5]),
        ("score", "any", [False, True]),
        ("score", "all", [True, True]),
        ("name", "min", ["a", "b"]),
        ("name", "max", ["a", "c"]),
        ("name", "first", ["a", "b"]),
        ("name", "nunique", [1, 2]),
        ("seen", "last", [None, True]),
        ("seen", "count", [0, 2]),
        ("taken", "mean", [DAY + dt.timedelta(days=2), DAY + dt.timedelta(hours=12)]),
        ("taken", "median", [DAY + dt.timedelta(days=2), DAY + dt.timedelta(hours=12)]),
        ("taken", "min", [DAY + dt.timedelta(days=2), DAY]),
        ("taken", "max", [DAY + dt.timedelta(days=2), DAY + dt.timedelta(days=1)]),
        ("vector", "count", [1, 2]),
    ],
)
def test_an_aggregate_means_what_it_means_in_pandas(table, plain, column, how, expected):
    found = plain(table.group_rows({"cluster": LABELS}).aggregate(column, how))
    assert found["cluster"] == [0, 1]
    assert found[column] == expected


def test_the_mean_of_days_may_fall_between_two(kind, make, plain):
    table = open_table(make(kind, {"day": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]}))
    if kind == "pandas":
        assert str(table.native["day"].dtype) == "datetime64[ms]"
    grouping = table.group_rows({"k": np.ma.array([0, 0])})
    assert plain(grouping.aggregate("day", "mean"))["day"] == [DAY + dt.timedelta(hours=12)]
    assert plain(grouping.aggregate("day", "median"))["day"] == [DAY + dt.timedelta(hours=12)]


@pytest.mark.parametrize("how", ["mean", "sum", "median", "min", "max", "first", "nunique"])
def test_durations_can_be_aggregated(kind, make, plain, how):
    table = open_table(make(kind, {"t": [dt.timedelta(seconds=1), dt.timedelta(seconds=5)]}))
    one, five = dt.timedelta(seconds=1), dt.timedelta(seconds=5)
    expected = {
        "mean": (one + five) / 2,
        "sum": one + five,
        "median": (one + five) / 2,
        "min": one,
        "max": five,
        "first": one,
        "nunique": 2,
    }
    found = plain(table.group_rows({"k": np.ma.array([0, 0])}).aggregate("t", how))
    assert found["t"] == [expected[how]]


def test_several_columns_can_be_aggregated_at_once(table, plain):
    found = plain(table.group_rows({"cluster": LABELS}).aggregate(["size", "score"], "max"))
    assert found == {"cluster": [0, 1], "size": [1, 7], "score": [None, 4]}


def test_the_mean_of_a_table_is_of_its_numbers(table, plain):
    found = plain(table.group_rows({"cluster": LABELS}).aggregate(None, "mean"))
    assert [name for name in found if name != "seen"] == ["cluster", "size", "score"]


@pytest.mark.parametrize("how", ["count", "first", "last"])
def test_the_count_first_and_last_of_a_table_are_of_all_columns(table, plain, how):
    assert list(plain(table.group_rows({"cluster": LABELS}).aggregate(None, how))) == ["cluster", *DATA]


@pytest.mark.parametrize("how", ["min", "max"])
def test_the_ends_of_a_table_are_of_what_has_an_order(table, plain, how):
    found = plain(table.group_rows({"cluster": LABELS}).aggregate(None, how))
    assert [name for name in found if name != "seen"] == ["cluster", "size", "score", "name", "taken"]


@pytest.mark.parametrize("how", AGGREGATES)
def test_every_aggregate_leaves_the_keys_out_of_the_columns_of_a_table(kind, make, plain, how):
    table = open_table(make(kind, {"k": [1, 2, 1], "x": [1.0, 2.0, 4.0]}))
    assert list(plain(table.group_rows({"k": None}).aggregate(None, how))) == ["k", "x"]


def test_agg_takes_a_plan_by_column(table, plain):
    found = plain(table.group_rows({"cluster": LABELS}).agg({"size": "sum", "score": "count"}))
    assert found == {"cluster": [0, 1], "size": [1, 10], "score": [0, 2]}


def test_agg_takes_names(table, plain):
    found = plain(table.group_rows({"cluster": LABELS}).agg(newest=("taken", "max"), n=("score", "count")))
    assert found == {
        "cluster": [0, 1],
        "newest": [DAY + dt.timedelta(days=2), DAY + dt.timedelta(days=1)],
        "n": [0, 2],
    }


def test_agg_takes_one_name_for_the_whole_table(table, plain):
    grouping = table.group_rows({"cluster": LABELS})
    assert plain(grouping.agg("mean")) == plain(grouping.aggregate(None, "mean"))


def test_an_unknown_aggregate_suggests_the_nearest(table):
    with pytest.raises(
        InvalidParameter, match=r"no aggregate 'meen'\. Did you mean 'mean'\? There are: mean, sum, "
    ):
        table.group_rows({"cluster": LABELS}).aggregate("size", "meen")


@pytest.mark.parametrize("plan", [{"size": "meen"}, {"size": ["min", "meen"]}, ["min", "meen"], "meen"])
def test_an_unknown_aggregate_in_a_plan_suggests_the_nearest(table, plan):
    with pytest.raises(InvalidParameter, match=r"no aggregate 'meen'\. Did you mean 'mean'"):
        table.group_rows({"cluster": LABELS}).agg(plan)


@pytest.mark.parametrize("how", ["mean", "median", "std", "var"])
def test_an_aggregate_that_does_not_apply_names_the_column_and_its_type(table, how):
    with pytest.raises(
        InvalidParameter, match=rf"'{how}' does not apply to column 'name', whose type is (String|str|object)"
    ):
        table.group_rows({"cluster": LABELS}).aggregate("name", how)


def test_aggregating_an_unknown_column_suggests_the_nearest(table):
    grouping = table.group_rows({"cluster": LABELS})
    with pytest.raises(UnknownColumn, match="Did you mean 'score'"):
        grouping.aggregate("scores", "mean")
    with pytest.raises(UnknownColumn, match="Did you mean 'score'"):
        grouping.agg(x=("scores", "mean"))


@pytest.mark.parametrize(("plan", "named"), [((), {}), ((), {"x": "mean"}), ((), {"x": ("size", "mean", 1)})])
def test_a_plan_of_another_form_is_an_error(table, plan, named):
    with pytest.raises(InvalidParameter, match="'mean'"):
        table.group_rows({"cluster": LABELS}).agg(*plan, **named)


def test_grouping_by_an_unknown_column_suggests_the_nearest(table):
    with pytest.raises(UnknownColumn, match="Did you mean 'name'"):
        table.group_rows({"nam": None})


def test_grouping_by_nothing_is_an_error(table):
    with pytest.raises(InvalidParameter, match="no key to group by"):
        table.group_rows({})


def test_a_key_must_have_a_value_per_row(table):
    with pytest.raises(InvalidParameter, match=r"the key 'k' has values of shape \(3,\) for 4 rows"):
        table.group_rows({"k": np.ma.array([1, 2, 3])})


@pytest.mark.parametrize("column", ["vector", "struct"])
def test_rows_cannot_be_grouped_by_cells_that_have_parts(kind, make, column):
    table = open_table(make(kind, {"vector": [[1.0, 2.0], [3.0, 4.0]], "struct": [{"a": 1}, {"a": 2}]}))
    with pytest.raises(InvalidParameter, match=f"rows cannot be grouped by '{column}'"):
        table.group_rows({column: None})


def test_dates_can_be_keys(kind, make, plain):
    table = open_table(make(kind, {"t": [DAY, None, DAY, DAY - dt.timedelta(days=1)], "x": [1, 2, 3, 4]}))
    found = plain(table.group_rows({"t": None}).aggregate("x", "sum"))
    assert found == {"t": [DAY - dt.timedelta(days=1), DAY], "x": [4, 4]}


def test_names_can_be_keys(table, plain):
    names = np.ma.array(["sky", "cat", "sky", "sky"], mask=[0, 0, 1, 0], dtype=object)
    assert plain(table.group_rows({"cluster": names}).size()) == {"cluster": ["cat", "sky"], "size": [1, 2]}


@pytest.mark.parametrize("names", [["a", 1], ["a", "a"]])
def test_column_names_must_be_strings_and_differ(names):
    frame = pd.DataFrame([[1, 2]], columns=names)
    with pytest.raises(
        InvalidTable, match=r"column name 1 is not a string|more than one column is called 'a'"
    ):
        open_table(frame)


_cells = st.one_of(st.none(), st.integers(-5, 5).map(float))
_rows = st.lists(st.tuples(st.one_of(st.none(), st.integers(-3, 3)), _cells, _cells), min_size=1, max_size=25)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "dict"])
@given(rows=_rows)
@settings(deadline=None, max_examples=25)
def test_groups_lose_no_row_and_keep_the_order(kind, make, plain, rows):
    labels, x, _ = zip(*rows, strict=True)
    table = open_table(make(kind, {"x": list(x), "row": list(range(len(x)))}, {"x": pa.float64()}))
    keys = np.ma.array([label or 0 for label in labels], mask=[label is None for label in labels])
    grouping = table.group_rows({"k": keys})
    members = grouping.rows()
    assert list(members) == sorted({label for label in labels if label is not None})
    assert plain(grouping.size())["size"] == [len(rows) for rows in members.values()]
    kept = np.sort(np.concatenate([*members.values(), np.empty(0, np.int64)]))
    np.testing.assert_array_equal(kept, np.flatnonzero(~np.ma.getmaskarray(keys)))
    for key, places in members.items():
        assert plain(table.take(places))["row"] == [row for row, label in enumerate(labels) if label == key]


@pytest.mark.parametrize("kind", ["polars", "pyarrow", "dict"])
@given(rows=_rows)
@settings(deadline=None, max_examples=25)
def test_every_engine_agrees_with_pandas(kind, make, plain, rows):
    rows.append((9, 1.0, None))  # a list without any value has no type
    labels, x = [label for label, _, _ in rows], [cell for _, cell, _ in rows]
    frame = pd.DataFrame({"k": pd.array(labels, dtype="Int64"), "x": np.array(x, dtype=float)})
    expected = plain(frame.groupby("k")["x"].agg(list(AGGREGATES)))
    table = open_table(make(kind, {"k": labels, "x": x}, {"k": pa.int64(), "x": pa.float64()}))
    found = plain(table.group_rows({"k": None}).agg(**{how: ("x", how) for how in AGGREGATES}))
    assert found.keys() == expected.keys()
    for name in found:
        for a, b in zip(found[name], expected[name], strict=True):
            assert a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


@given(rows=_rows)
@settings(deadline=None, max_examples=25)
def test_pandas_results_are_pandas_own(rows):
    labels, x, y = zip(*rows, strict=True)
    frame = pd.DataFrame({"k": pd.array(labels, dtype="Int64"), "x": x, "y": y}).astype(
        {"x": float, "y": float}
    )
    grouping = open_table(frame).group_rows({"k": None})
    pd.testing.assert_series_equal(grouping.aggregate("x", "mean"), frame.groupby("k")["x"].mean())
    pd.testing.assert_frame_equal(grouping.aggregate(None, "sum"), frame.groupby("k").sum())
    pd.testing.assert_frame_equal(
        grouping.agg({"x": ["min", "max"]}), frame.groupby("k").agg({"x": ["min", "max"]})
    )
    pd.testing.assert_series_equal(grouping.size(), frame.groupby("k").size())


def test_results_are_of_the_tables_own_kind(table, kind):
    found = table.group_rows({"cluster": LABELS}).aggregate(["size"], "mean")
    assert (
        type(found)
        is {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table, "dict": dict}[kind]
    )
