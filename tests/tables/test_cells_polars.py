from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import polars as pl
import pytest

from clusterby.tables.cells_polars import read_polars

DAY = dt.datetime(2024, 1, 1)


@pytest.mark.parametrize(
    ("series", "kind", "cells"),
    [
        (pl.Series([1, None], dtype=pl.Int8), "number", [1, None]),
        (pl.Series([2**100, None], dtype=pl.Int128), "number", [2.0**100, None]),
        (pl.Series([decimal.Decimal("1.5"), None]), "number", [1.5, None]),
        (pl.Series([dt.time(0, 1), None]), "number", [60, None]),
        (pl.Series([dt.timedelta(seconds=1), None]), "number", [1, None]),
        (pl.Series([True, None]), "boolean", [True, None]),
        (pl.Series(["a", None]), "string", ["a", None]),
        (pl.Series(["a", None], dtype=pl.Categorical), "category", ["a", None]),
        (pl.Series(["a", None], dtype=pl.Enum(["b", "a"])), "category", ["a", None]),
        (pl.Series([DAY, None], dtype=pl.Datetime("ms", "UTC")), "date", [DAY, None]),
        (pl.Series([DAY.date(), None]), "date", [DAY, None]),
        (pl.Series([b"a", None]), "object", [b"a", None]),
        (pl.Series([{"a": 1}, None]), "object", [{"a": 1}, None]),
        (pl.Series([None, None]), "object", [None, None]),
        (pl.Series([{1}, None], dtype=pl.Object), "object", [{1}, None]),
    ],
)
def test_a_polars_type_says_what_the_column_is(series, kind, cells):
    column = read_polars(series, "x")
    found = [None if cell != cell else cell for cell in column.cells.tolist()]
    assert (column.type, found) == (kind, cells)


def test_an_array_column_is_a_matrix():
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    column = read_polars(pl.Series(matrix), "x")
    assert column.cells.dtype == np.float32
    np.testing.assert_array_equal(column.cells, matrix)


def test_arrays_of_pixels_are_objects():
    column = read_polars(pl.Series(np.zeros((2, 4, 4, 3), np.uint8)), "x")
    assert (column.type, column.cells[0].shape, column.cells[0].dtype) == ("object", (4, 4, 3), np.uint8)
