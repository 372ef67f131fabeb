from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.tables.mapping import DictTable


def test_columns_of_unequal_length_are_named():
    with pytest.raises(InvalidTable, match=r"differ in length \('a': 2, 'b': 3\)"):
        DictTable({"a": [1, 2], "b": [1, 2, 3]})


@pytest.mark.parametrize("value", ["text", b"bytes", 3, None, {1, 2}, {"x": 1}, np.array(1), np.float64(2)])
def test_a_value_that_is_no_list_is_named(value):
    with pytest.raises(InvalidTable, match=r"the column 'a' is a \w+, not a list of cells"):
        DictTable({"a": value})


def test_names_must_be_strings():
    with pytest.raises(InvalidTable, match="column name 1 is not a string"):
        DictTable({1: [1]})


def test_any_python_objects_may_be_cells():
    image = Image.new("L", (2, 2))
    table = DictTable({"image": [image, None], "raw": [b"a", b"b"]})
    assert table.column("image").type == "object"
    assert table.column("image").cells[0] is image
    assert table.take(np.array([0]))["image"][0] is image


def test_arrays_stay_arrays_and_lists_become_new_lists():
    data = {"a": np.array([1, 2, 3]), "b": ["x", "y", "z"], "c": (1, 2, 3), "d": range(3)}
    taken = DictTable(data).take(np.array([2, 0]))
    np.testing.assert_array_equal(taken["a"], [3, 1])
    assert taken["a"].dtype == data["a"].dtype
    assert (taken["b"], taken["c"], taken["d"]) == (["z", "x"], [3, 1], [2, 0])


def test_adding_columns_copies_the_lists_but_not_the_cells():
    cell = [1.0, 2.0]
    data = {"v": [cell, cell], "a": np.zeros(2)}
    added = DictTable(data).with_columns({"k": np.array([0, 1])})
    assert added["v"] is not data["v"]
    assert added["v"][0] is cell
    added["v"].append(0)
    added["a"][:] = 5
    assert (len(data["v"]), data["a"].tolist()) == (2, [0, 0])


@pytest.mark.parametrize(
    "column",
    [pd.Series(["x", None, "z"], index=[5, 5, 6]), pl.Series(["x", None, "z"]), pa.array(["x", None, "z"])],
)
def test_a_column_of_any_library_may_be_in_a_dict(column):
    table = DictTable({"s": column, "n": [1, 2, 3]})
    assert table.column("s").cells.tolist() == ["x", None, "z"]
    assert table.take(np.array([2]))["s"] == ["z"]
    assert table.group_rows({"s": None}).aggregate("n", "sum") == {"s": ["x", "z"], "n": [1, 3]}


def test_an_array_of_images_is_a_column_of_arrays():
    column = DictTable({"image": np.zeros((2, 4, 4, 3), np.uint8)}).column("image")
    assert (column.type, column.cells.shape, column.cells[0].shape) == ("object", (2,), (4, 4, 3))


def test_results_are_python_values():
    found = DictTable({"x": [1, 2, 4]}).group_rows({"k": np.ma.array([0, 1, 1])}).aggregate("x", "sum")
    assert found == {"k": [0, 1], "x": [1, 6]}
    assert [type(value) for value in found["x"]] == [int, int]


def test_a_dict_says_what_it_is():
    assert repr(DictTable({"a": [1, 2]})) == "<dict table: 2 rows × 1 columns>"


def test_grouping_by_objects_is_an_error():
    with pytest.raises(InvalidParameter, match="rows cannot be grouped by 'o', whose cells are objects"):
        DictTable({"o": [object(), object()]}).group_rows({"o": None})
