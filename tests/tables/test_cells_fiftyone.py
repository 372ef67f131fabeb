import datetime as dt

import numpy as np
import pandas as pd
import pytest

from clusterby.core.column import Column
from clusterby.tables.cells_fiftyone import read_fiftyone, to_series

DAY = dt.datetime(2024, 1, 1, 12)


def test_numbers_are_float64_with_nan():
    cells = read_fiftyone([3, None, 2.5], "x", "number").cells
    assert cells.dtype == np.float64
    np.testing.assert_array_equal(cells, [3, np.nan, 2.5])


def test_dates_are_microseconds_in_utc_with_nat():
    east = DAY.replace(tzinfo=dt.timezone(dt.timedelta(hours=2)))
    cells = read_fiftyone([DAY, None, east, DAY.date()], "x", "date").cells
    assert cells.dtype == np.dtype("datetime64[us]")
    expected = ["2024-01-01T12", "NaT", "2024-01-01T10", "2024-01-01"]
    np.testing.assert_array_equal(cells, np.array(expected, dtype="datetime64[us]"))


def test_vectors_of_one_length_are_a_matrix():
    column = read_fiftyone(
        [np.array([1.0, 2.0], np.float32), np.array([3.0, 4.0], np.float32)], "x", "vector"
    )
    assert (column.type, column.cells.dtype) == ("vector", np.float32)
    np.testing.assert_array_equal(column.cells, [[1, 2], [3, 4]])


def test_missing_and_empty_vectors_are_none():
    column = read_fiftyone([[1.0, 2.0], None, []], "x", "vector")
    assert (column.type, column.cells[1:].tolist()) == ("vector", [None, None])


@pytest.mark.parametrize(("kind", "blank"), [("string", None), ("boolean", None), ("vector", None)])
def test_a_field_without_any_value_keeps_its_type(kind, blank):
    column = read_fiftyone([None, None], "x", kind)
    assert (column.type, column.cells.tolist()) == (kind, [blank, blank])


@pytest.mark.parametrize("kind", ["number", "date", "string", "boolean", "vector"])
def test_cells_cannot_be_written_to(kind):
    assert not read_fiftyone([None, None], "x", kind).cells.flags.writeable


@pytest.mark.parametrize(
    ("values", "kind", "whole", "dtype"),
    [
        ([3, 1], "number", True, "int64"),
        ([3, None], "number", True, "Int64"),
        ([3, 1], "number", False, "float64"),
        ([True, None], "boolean", False, "boolean"),
        ([DAY, None], "date", False, "datetime64[us]"),
        (["a", None], "string", False, "str"),
        ([[1.0], [2.0]], "vector", False, "object"),
    ],
)
def test_a_series_has_the_type_that_pandas_would_give_it(values, kind, whole, dtype):
    series = to_series(read_fiftyone(values, "x", kind), whole=whole)
    assert (str(series.dtype), len(series)) == (dtype, 2)


def test_a_series_keeps_what_is_missing():
    cells = np.array([1.0, np.nan])
    series = to_series(Column(name="x", cells=cells, type="number"), whole=True)
    assert series[0] == 1
    assert series[1] is pd.NA
