from __future__ import annotations

import narwhals as nw
import narwhals.stable.v1 as nw_v1
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clusterby.core.errors import InvalidParameter, InvalidTable, UnreadableSource
from clusterby.tables import open_table


@pytest.mark.parametrize("wrap", [nw.from_native, nw_v1.from_native])
def test_a_narwhals_frame_is_unwrapped(wrap):
    frame = pl.DataFrame({"a": [1]})
    assert open_table(wrap(frame)).native is frame


def test_a_record_batch_becomes_an_arrow_table():
    table = open_table(pa.RecordBatch.from_pydict({"a": [1, 2]}))
    assert (table.kind, table.n_rows, type(table.native)) == ("pyarrow", 2, pa.Table)


@pytest.mark.parametrize("lazy", [pl.LazyFrame({"a": [1]}), nw.from_native(pl.LazyFrame({"a": [1]}))])
def test_a_lazy_frame_is_told_to_collect(lazy):
    with pytest.raises(InvalidTable, match=r"lazy frame has no rows yet, call \.collect\(\) first"):
        open_table(lazy)


@pytest.mark.parametrize("column", [pd.Series([1]), pl.Series([1])])
def test_a_column_is_no_table(column):
    with pytest.raises(InvalidTable, match="a single column is no table: give a pandas"):
        open_table(column)


@pytest.mark.parametrize("source", [None, 3, [1, 2], np.zeros((2, 2)), b"folder", object()])
def test_anything_else_is_an_error_that_says_what_is_accepted(source):
    with pytest.raises(
        InvalidTable,
        match=r"is no table: give a pandas, polars or Arrow table, a FiftyOne dataset, a dict of lists, .*\.csv",
    ):
        open_table(source)


@pytest.mark.parametrize(
    "empty", [pd.DataFrame(), pd.DataFrame(index=[1, 2]), pl.DataFrame(), pa.table({}), {}]
)
def test_a_table_without_columns_is_an_error(empty):
    with pytest.raises(InvalidTable, match="no columns"):
        open_table(empty)


@pytest.mark.parametrize(
    "empty", [pd.DataFrame({"a": []}), pl.DataFrame({"a": []}), pa.table({"a": []}), {"a": []}]
)
def test_a_table_without_rows_is_an_error(empty):
    with pytest.raises(InvalidTable, match=r"no rows \(columns: a\)"):
        open_table(empty)


def test_two_columns_of_one_name_are_an_error():
    with pytest.raises(InvalidTable, match="more than one column is called 'a'"):
        open_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_column_names_of_several_levels_are_an_error():
    frame = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")]))
    with pytest.raises(InvalidTable, match=r"column name \('a', 'b'\) is not a string"):
        open_table(frame)


def test_a_missing_path_suggests_the_nearest_in_its_folder(tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(UnreadableSource, match=r"no file or folder '.*photo'\. Did you mean '.*photos'\?"):
        open_table(tmp_path / "photo")


def test_a_missing_path_in_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(UnreadableSource, match="no file or folder"):
        open_table(tmp_path / "no" / "such" / "table.csv")


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "~no_such_user_at_all/x"])
def test_a_path_that_cannot_be_is_an_error(path):
    with pytest.raises(UnreadableSource, match=r"cannot open|no file or folder"):
        open_table(path)


def test_a_home_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t.csv").write_text("a\n1\n")
    assert open_table("~/t.csv").columns == ("a",)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_path_is_given_in_the_library_asked_for(tmp_path, kind):
    (tmp_path / "t.csv").write_text("a\n1\n")
    assert open_table(str(tmp_path / "t.csv"), kind=kind).kind == kind
    (tmp_path / "t.txt").write_text("words")
    assert open_table(tmp_path, kind=kind).kind == kind


def test_an_unknown_library_is_an_error(tmp_path):
    with pytest.raises(
        InvalidParameter, match=r"kind='panda': give one of pandas, polars, pyarrow\. Did you mean 'pandas'"
    ):
        open_table(tmp_path, kind="panda")


def test_a_library_is_for_paths_alone():
    with pytest.raises(InvalidParameter, match="kind='polars' is for paths: a DataFrame stays what it is"):
        open_table(pd.DataFrame({"a": [1]}), kind="polars")
