from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from clusterby.tables.cells_pandas import read_pandas

DAY = dt.datetime(2024, 1, 1)


@pytest.mark.parametrize(
    ("series", "kind", "cells"),
    [
        (pd.Series([1, None], dtype="Int64"), "number", [1, None]),
        (pd.Series([1.5, None], dtype="Float32"), "number", [1.5, None]),
        (pd.Series([1, 2], dtype="int8"), "number", [1, 2]),
        (pd.Series([1, None], dtype=pd.ArrowDtype(pa.int64())), "number", [1, None]),
        (pd.Series(pd.arrays.SparseArray([0.0, 1.0])), "number", [0, 1]),
        (pd.Series(pd.to_timedelta(["1s", None])), "number", [1, None]),
        (pd.Series([True, False]), "boolean", [True, False]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [True, None]),
        (pd.Series([True, None], dtype=object), "boolean", [True, None]),
        (pd.Series(["a", None]), "string", ["a", None]),
        (pd.Series(["a", None], dtype="string"), "string", ["a", None]),
        (pd.Series(["a", None], dtype=object), "string", ["a", None]),
        (pd.Series(["a", np.nan], dtype=object), "string", ["a", None]),
        (pd.Series(pd.Categorical(["b", None, "a"])), "category", ["b", None, "a"]),
        (pd.Series(pd.Categorical([2, 1])), "category", [2, 1]),
        (pd.Series(pd.to_datetime(["2024-01-01", None])), "date", [DAY, None]),
        (pd.Series(pd.to_datetime(["2024-01-01", None]), dtype="datetime64[ns]"), "date", [DAY, None]),
        (pd.Series([DAY.date(), None], dtype=object), "date", [DAY, None]),
        (pd.Series([1, "a"], dtype=object), "object", [1, "a"]),
        (pd.Series([b"a", None], dtype=object), "object", [b"a", None]),
    ],
)
def test_a_pandas_type_says_what_the_column_is(series, kind, cells):
    column = read_pandas(series, "x")
    found = [None if cell != cell else cell for cell in column.cells.tolist()]
    assert (column.type, found) == (kind, cells)


def test_times_with_a_zone_are_in_utc():
    zoned = pd.Series(pd.to_datetime(["2024-07-01 12:00", None])).dt.tz_localize("Europe/Paris")
    column = read_pandas(zoned, "x")
    assert column.cells.dtype == "datetime64[us]"
    assert column.cells.tolist() == [dt.datetime(2024, 7, 1, 10), None]


def test_periods_and_intervals_are_objects():
    for series in (
        pd.Series(pd.period_range("2024", periods=2, freq="M")),
        pd.Series(pd.interval_range(0, 2)),
    ):
        column = read_pandas(series, "x")
        assert (column.type, column.cells.tolist()) == ("object", series.tolist())


def test_object_cells_of_vectors_are_stacked():
    column = read_pandas(pd.Series([np.ones(2, np.float32)] * 2), "x")
    assert (column.type, column.cells.shape, column.cells.dtype) == ("vector", (2, 2), np.float32)
