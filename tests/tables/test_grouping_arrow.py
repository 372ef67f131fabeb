from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables import open_table


def test_keys_keep_their_arrow_type():
    table = pa.table(
        {"c": pa.array(["b", "a", "b"]).dictionary_encode(), "n": pa.array([1, 2, 3], pa.int16())}
    )
    found = open_table(table).group_rows({"c": None, "n": None}).size()
    assert found.schema.field("c").type == table.schema.field("c").type
    assert found.to_pydict() == {"c": ["a", "b", "b"], "n": [2, 1, 3], "size": [1, 1, 1]}


def test_columns_in_chunks_are_aggregated():
    table = pa.concat_tables([pa.table({"x": [1, 2]}), pa.table({"x": [3, None]})])
    grouping = open_table(table).group_rows({"k": np.ma.array([0, 1, 0, 1])})
    assert grouping.agg({"x": ["sum", "last", "median"]}).to_pydict() == {
        "k": [0, 1],
        "x_sum": [4, 2],
        "x_last": [3, 2],
        "x_median": [2, 2],
    }


def test_nan_is_a_value():
    grouping = open_table(pa.table({"x": [1.0, float("nan"), None]})).group_rows(
        {"k": np.ma.array([0, 0, 0])}
    )
    assert grouping.aggregate("x", "count").column("x").to_pylist() == [2]


def test_a_key_called_size_is_an_error():
    with pytest.raises(InvalidTable, match="two columns 'size': give the key another name"):
        open_table(pa.table({"x": [1, 2]})).group_rows({"size": np.ma.array([0, 1])}).size()
