from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables.cells import is_missing, read_array, read_cells

NOON = dt.datetime(2024, 1, 1, 12)


@pytest.mark.parametrize(
    "cell",
    [
        None, float("nan"), np.float32("nan"), np.datetime64("NaT"), np.timedelta64("NaT"), decimal.Decimal("NaN"),
        pd.NA, pd.NaT, np.ma.masked,
    ],
)  # fmt: skip
def test_what_stands_for_no_value_is_missing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize("cell", [0, "", False, [], np.array([np.nan]), np.inf, "nan"])
def test_anything_else_is_a_value(cell):
    assert not is_missing(cell)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", None, float("nan")], "string"),
        ([np.str_("a")], "string"),
        ([True, np.bool_(False), None], "boolean"),
        ([1, 2.5, np.int8(3), decimal.Decimal("1.5"), None], "number"),
        ([dt.timedelta(1), np.timedelta64(5, "s")], "number"),
        ([dt.time(1), None], "number"),
        ([dt.date(2024, 1, 1), NOON, pd.Timestamp(NOON), np.datetime64(NOON)], "date"),
        ([[1, 2], (3.5, 4), np.array([5, 6])], "vector"),
        ([1, "a"], "object"),
        ([1, True], "object"),
        ([1, dt.timedelta(1)], "object"),
        ([b"a"], "object"),
        ([[1, "a"]], "object"),
        ([[True, False]], "object"),
        ([[]], "object"),
        ([np.zeros((2, 2))], "object"),
        ([np.array(["a"])], "object"),
        ([1 + 2j], "object"),
        ([10**400], "object"),
        ([None, None], "object"),
        ([{"a": 1}], "object"),
    ],
)
def test_the_types_of_the_cells_say_what_the_column_is(cells, expected):
    assert read_cells(cells, "x").type == expected


def test_missing_cells_of_objects_are_none():
    assert read_cells([b"a", float("nan"), pd.NA, None], "x").cells.tolist() == [b"a", None, None, None]


def test_times_with_a_zone_are_in_utc_and_naive_ones_taken_for_it():
    zone = dt.timezone(dt.timedelta(hours=2))
    cells = read_cells([NOON.replace(tzinfo=zone), NOON, None], "x").cells
    assert cells.tolist() == [dt.datetime(2024, 1, 1, 10), NOON, None]


def test_times_and_durations_are_seconds():
    cells = read_cells([dt.time(1, 2, 3, 500_000), dt.timedelta(days=1), np.timedelta64(2, "m")], "x").cells
    assert cells.tolist() == [3723.5, 86400, 120]


def test_ragged_vectors_are_float_arrays():
    cells = read_cells([[1], None, np.array([2, 3], np.float32)], "x").cells
    assert [None if c is None else c.dtype for c in cells] == [np.float64, None, np.float32]


def test_vectors_of_one_type_keep_it():
    assert read_cells([np.ones(2, np.float32)] * 2, "x").cells.dtype == np.float32


def test_the_cells_that_were_given_are_not_changed():
    given = np.array([1.0, float("nan"), "a"], dtype=object)
    read_cells(given, "x")
    assert is_missing(given[1])
    assert given[1] is not None


@pytest.mark.parametrize(
    ("array", "kind", "cells"),
    [
        (np.array([1, 2], np.uint8), "number", [1, 2]),
        (np.array([1, 2], np.float16), "number", [1, 2]),
        (np.array([True, False]), "boolean", [True, False]),
        (np.array(["2024-01-01", "NaT"], "datetime64[D]"), "date", [dt.datetime(2024, 1, 1), None]),
        (np.array([90, 30], "timedelta64[m]"), "number", [5400, 1800]),
        (np.array(["a", "b"]), "string", ["a", "b"]),
        (np.array([b"a", b"b"]), "object", [b"a", b"b"]),
        (np.array([1j, 2j]), "object", [1j, 2j]),
        (np.array(["a", None], dtype=object), "string", ["a", None]),
    ],
)
def test_an_array_is_read_by_its_dtype(array, kind, cells):
    column = read_array(array, "x")
    assert (column.type, column.cells.tolist()) == (kind, cells)


def test_a_matrix_that_is_not_numeric_is_an_error():
    with pytest.raises(InvalidTable, match=r"shape \(1, 2\) of <U1: give one column of it, or numbers"):
        read_array(np.array([["a", "b"]]), "x")


def test_integers_make_float64_vectors_and_halves_float32():
    assert read_array(np.ones((2, 2), np.uint8), "x").cells.dtype == np.float64
    assert read_array(np.ones((2, 2), np.float16), "x").cells.dtype == np.float32


def test_masked_cells_are_missing():
    mask = [False, True]
    numbers = read_array(np.ma.array([1, 2], mask=mask), "x")
    np.testing.assert_array_equal(numbers.cells, [1, np.nan])
    dates = read_array(np.ma.array(np.array(["2024-01-01"] * 2, "datetime64[D]"), mask=mask), "x")
    assert (dates.type, dates.cells.tolist()) == ("date", [dt.datetime(2024, 1, 1), None])
    assert read_array(np.ma.array(["a", "b"], mask=mask), "x").cells.tolist() == ["a", None]
    assert read_array(np.ma.array([True, True], mask=mask), "x").cells.tolist() == [True, None]
    vectors = read_array(np.ma.array(np.ones((2, 2)), mask=[[0, 0], [0, 1]]), "x")
    assert (vectors.type, vectors.cells[1]) == ("vector", None)
    assert read_array(np.ma.array([1, 2], mask=[False, False]), "x").cells.tolist() == [1, 2]
