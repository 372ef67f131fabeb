from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from clusterby.core.errors import InvalidParameter, InvalidTable, UnwritableTarget
from clusterby.tables import open_table, write_table

DATA = {"name": ["a", None, 'c "d",\ne'], "size": [1, 2, None], "seen": [True, None, False]}


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".arrow", ".feather", ".ipc"])
def test_a_table_reads_back_as_it_was_written(tmp_path, kind, make, plain, suffix):
    path = write_table(open_table(make(kind, DATA)), tmp_path / f"t{suffix}")
    assert plain(open_table(path, kind="pyarrow").native) == DATA


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_vectors_read_back_as_they_were_written(tmp_path, kind, make, suffix):
    table = open_table(make(kind, DATA))
    whole = open_table(table.with_columns({"v": np.arange(6, dtype=np.float32).reshape(3, 2)}))
    column = open_table(write_table(whole, str(tmp_path / f"t{suffix}"))).column("v")
    np.testing.assert_array_equal(column.cells, [[0, 1], [2, 3], [4, 5]])


def test_categories_are_words_in_a_csv(tmp_path):
    frame = pd.DataFrame({"c": pd.Categorical(["x", "y"])})
    assert write_table(open_table(frame), tmp_path / "t.csv").read_text() == '"c"\n"x"\n"y"\n'


def test_labels_of_a_pandas_index_become_a_column(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="id"))
    path = write_table(open_table(frame), tmp_path / "t.csv")
    assert open_table(path, kind="pyarrow").columns == ("a", "id")


def test_vectors_in_a_csv_are_an_error_that_says_what_to_do(tmp_path):
    table = open_table({"v": [[1.0, 2.0]]})
    with pytest.raises(InvalidTable, match=r"\.csv cannot hold this table: .* Write \.parquet"):
        write_table(table, tmp_path / "t.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "make_table", [pd.DataFrame, dict, lambda data: pl.DataFrame(data, schema={"i": pl.Object})]
)
def test_images_in_a_file_are_an_error(tmp_path, make_table):
    table = open_table(make_table({"i": [Image.new("L", (1, 1))]}))
    with pytest.raises(InvalidTable, match="a file cannot hold cells of this kind, leave their column out"):
        write_table(table, tmp_path / "t.parquet")


def test_a_file_that_was_there_is_replaced(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("old")
    write_table(open_table({"a": [1]}), path)
    assert path.read_text() == '"a"\n1\n'


def test_an_unknown_suffix_is_an_error(tmp_path):
    with pytest.raises(InvalidParameter, match=r"give a name ending in \.csv, \.tsv, \.parquet"):
        write_table(open_table({"a": [1]}), tmp_path / "t.xlsx")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UnwritableTarget, match=r"cannot write '.*t\.csv'"):
        write_table(open_table(pa.table({"a": [1]})), tmp_path / "no" / "t.csv")
