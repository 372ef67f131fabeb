from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables.frames import FrameTable, is_frame


def test_is_frame_tells_eager_tables_from_the_rest():
    assert is_frame(pd.DataFrame())
    assert is_frame(pl.DataFrame())
    assert is_frame(pa.table({}))
    assert not is_frame(pl.LazyFrame())
    assert not is_frame({"a": [1]})


def test_what_is_no_frame_is_an_error():
    with pytest.raises(InvalidTable, match="a list is no pandas, polars or Arrow table"):
        FrameTable([1])


def test_base_and_faults_reach_the_column(tmp_path):
    table = FrameTable(
        pa.table({"text": ["a", None], "n": [1, 2]}), base=tmp_path, faults={"text": {1: "empty"}}
    )
    assert (table.column("text").base, table.column("text").faults) == (tmp_path, {1: "empty"})
    assert table.column("n").faults == {}


def test_take_keeps_pandas_index_and_dtypes():
    frame = pd.DataFrame(
        {"a": pd.array([1, None, 3], dtype="Int64"), "b": pd.Categorical(["x", "y", "x"]), "c": [1, 2, 3]},
        index=pd.Index(["r", "s", "s"], name="id"),
    )
    taken = FrameTable(frame).take(np.array([2, 1]))
    pd.testing.assert_frame_equal(taken, frame.iloc[[2, 1]])


def test_ids_are_pandas_labels():
    table = FrameTable(pd.DataFrame({"a": [1, 2, 3]}, index=["x", "y", "y"]))
    assert list(table.ids(np.array([2, 0]))) == ["y", "x"]


def test_columns_are_added_by_position_under_repeated_index_labels():
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=[7, 7, 0])
    added = FrameTable(frame).with_columns({"k": np.ma.masked_equal([5, -1, 6], -1)})
    assert added.index.tolist() == [7, 7, 0]
    assert added["k"].dtype == "Int64"
    assert added["k"].tolist() == [5, pd.NA, 6]


def test_labels_without_a_mask_are_plain_int64():
    added = FrameTable(pd.DataFrame({"a": [1, 2]})).with_columns({"k": np.ma.array([5, 6])})
    assert added["k"].dtype == np.int64


def test_vectors_are_arrays_of_one_width():
    matrix = np.eye(2, dtype=np.float32)
    assert FrameTable(pl.DataFrame({"a": [1, 2]})).with_columns({"v": matrix}).schema["v"] == pl.Array(
        pl.Float32, 2
    )
    assert FrameTable(pa.table({"a": [1, 2]})).with_columns({"v": matrix}).schema.field("v").type == pa.list_(
        pa.float32(), 2
    )
    cell = FrameTable(pd.DataFrame({"a": [1, 2]})).with_columns({"v": matrix})["v"][0]
    assert isinstance(cell, np.ndarray)


def test_writing_to_the_result_does_not_reach_the_table_or_the_labels():
    frame = pd.DataFrame({"a": [1, 2], "s": ["x", "y"], "o": [[1], [2]]})
    before, labels = copy.deepcopy(frame), np.array([0, 1])
    table = FrameTable(frame)
    added = table.with_columns({"k": labels})
    added.loc[0, "a"] = 9
    added.loc[0, "k"] = 9
    added["s"] = "z"
    taken = table.take(np.array([0, 1]))
    taken.loc[0, "a"] = 9
    pd.testing.assert_frame_equal(frame, before)
    assert labels.tolist() == [0, 1]


def test_writing_to_the_labels_does_not_reach_the_result():
    for native in (pd.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1, 2]}), pa.table({"a": [1, 2]})):
        labels = np.array([0, 1])
        added = FrameTable(native).with_columns({"k": labels})
        labels[:] = 9
        assert FrameTable(added).column("k").cells.tolist() == [0, 1]


def test_many_columns_can_be_added_without_a_warning():
    new = {f"c{i}": np.arange(2) for i in range(150)}
    assert FrameTable(pd.DataFrame({"a": [1, 2]})).with_columns(new).shape == (2, 151)


def test_what_pandas_knows_of_a_frame_is_kept():
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index([3, 3], name="id"))
    frame.columns.name = "fields"
    frame.attrs["source"] = "here"
    added = FrameTable(frame).with_columns({"k": np.array([0, 1])})
    assert (added.attrs, added.index.name, added.columns.name) == ({"source": "here"}, "id", "fields")


def test_mixed_types_in_a_new_column_are_an_error():
    with pytest.raises(InvalidTable, match="the cells of the new column 'k' are not all of one type"):
        FrameTable(pa.table({"a": [1, 2]})).with_columns({"k": np.array(["a", 1], dtype=object)})


def test_a_frame_says_what_it_is():
    assert repr(FrameTable(pa.table({"a": [1, 2]}))) == "<pyarrow table: 2 rows × 1 columns>"
