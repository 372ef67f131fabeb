from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables.new_columns import to_arrow, to_list, to_pandas, to_polars

MASK = [False, True]


@pytest.mark.parametrize(
    ("values", "dtype", "cells"),
    [
        (np.ma.array([1, 2], mask=MASK), "Int64", [1, pd.NA]),
        (np.ma.array([1, 2], mask=MASK, dtype=np.uint8), "Int64", [1, pd.NA]),
        (np.ma.array([True, True], mask=MASK), "boolean", [True, pd.NA]),
        (np.array([1, 2], np.int32), "int32", [1, 2]),
        (np.array([True, False]), "bool", [True, False]),
        (np.ma.array(np.array(["2024-01-01"] * 2, "datetime64[us]"), mask=MASK), "datetime64[us]", None),
        (np.ma.array([1.5, 2.5], mask=MASK, dtype=np.float32), "float32", None),
    ],
)
def test_values_have_a_pandas_type(values, dtype, cells):
    series = pd.Series(to_pandas(values))
    assert str(series.dtype) == dtype
    assert series.isna().tolist() == np.ma.getmaskarray(values).tolist()
    if cells is not None:
        assert series.tolist() == cells


def test_strings_are_pandas_own_strings():
    series = pd.Series(to_pandas(np.array(["a", None], dtype=object)))
    assert series.dtype == pd.Series(["a", None]).dtype
    assert series.isna().tolist() == [False, True]


def test_an_array_that_pandas_holds_as_it_is_is_not_copied():
    labels = np.arange(3)
    assert np.shares_memory(to_pandas(np.ma.array(labels)), labels)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.ma.array([1, 2], mask=MASK), pa.int64()),
        (np.ma.array([1.5, 2], mask=MASK, dtype=np.float32), pa.float32()),
        (np.ma.array([True, True], mask=MASK), pa.bool_()),
        (np.ma.array(["a", "b"], mask=MASK), pa.string()),
        (np.ma.array(["a", "b"], mask=MASK, dtype=object), pa.string()),
        (np.array(["a", float("nan")], dtype=object), pa.string()),
        (np.ma.array(np.array(["2024-01-01"] * 2, "datetime64[us]"), mask=MASK), pa.timestamp("us")),
        (np.ma.array(np.ones((2, 3), np.float32), mask=[[0] * 3, [1] * 3]), pa.list_(pa.float32(), 3)),
    ],
)
def test_masked_values_are_null_in_arrow_and_polars(values, kind):
    array = to_arrow(values, "x")
    assert (array.type, array.is_null().to_pylist()) == (kind, MASK)
    series = to_polars(values, "x")
    assert (series.name, series.is_null().to_list()) == ("x", MASK)


def test_nan_stays_a_value_in_arrow():
    assert to_arrow(np.array([np.nan]), "x").null_count == 0


def test_vectors_are_polars_arrays():
    assert to_polars(np.ones((2, 3), np.float32), "x").dtype == pl.Array(pl.Float32, 3)


def test_objects_that_arrow_cannot_hold_are_an_error():
    with pytest.raises(InvalidTable, match="the cells of the new column 'x' are not all of one type"):
        to_arrow(np.array([object()]), "x")


def test_lists_hold_python_values():
    values = to_list(np.ma.array([1, 2], mask=MASK))
    assert values == [1, None]
    assert type(values[0]) is int
    assert to_list(np.array(["2024-01-01"], "datetime64[ns]")) == [dt.datetime(2024, 1, 1)]
