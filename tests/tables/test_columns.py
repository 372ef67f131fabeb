from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables import as_column


@pytest.mark.parametrize(
    "data",
    [
        pd.Series(["a", None], index=[3, 3]),
        pl.Series(["a", None]),
        pa.array(["a", None]),
        pa.chunked_array([["a"], [None]]),
        np.array(["a", None], dtype=object),
        ["a", None],
        ("a", None),
    ],
)
def test_a_column_of_any_library_reads_the_same(data):
    column = as_column(data)
    assert (column.name, column.type, column.cells.tolist()) == ("values", "string", ["a", None])


def test_a_series_keeps_its_name_unless_told_otherwise():
    assert as_column(pd.Series([1], name="size")).name == "size"
    assert as_column(pl.Series("size", [1])).name == "size"
    assert as_column(pd.Series([1], name="size"), "length").name == "length"
    assert as_column(pd.Series([1], name=0)).name == "values"


def test_a_matrix_is_a_column_of_vectors():
    matrix = np.ones((3, 2), np.float32)
    column = as_column(matrix)
    assert (column.type, column.cells.dtype) == ("vector", np.float32)
    assert np.shares_memory(column.cells, matrix)


def test_the_array_that_was_given_stays_writeable():
    array = np.ones(3)
    as_column(array)
    array[0] = 5
    assert array.flags.writeable


@pytest.mark.parametrize(
    "empty", [[], (), np.zeros((0, 4)), pd.Series([], dtype=float), pl.Series([]), pa.array([])]
)
def test_no_cells_are_an_error(empty):
    with pytest.raises(InvalidTable, match="the column 'values' has no cells"):
        as_column(empty)


@pytest.mark.parametrize("data", [3, "words", None, object(), {1, 2}])
def test_anything_else_is_an_error_that_says_what_is_accepted(data):
    with pytest.raises(InvalidTable, match=r"cannot take a \w+ for a column: give a pandas or polars Series"):
        as_column(data)


def test_a_single_value_is_an_error():
    with pytest.raises(InvalidTable, match="a column needs rows: 'values' is the single value 3"):
        as_column(np.array(3))


@pytest.mark.parametrize(
    "table", [pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), pa.table({"a": [1]}), {"a": [1]}]
)
def test_a_table_is_asked_for_its_column(table):
    with pytest.raises(InvalidTable, match=r"is a table: name the column that is meant \(by="):
        as_column(table)
