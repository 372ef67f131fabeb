from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from clusterby.core.errors import InvalidTable, UnreadableSource
from clusterby.tables.files import SUFFIXES, read_file

TABLE = pa.table({"image": ["a.png", None], "size": [1, 2], "taken": [dt.date(2024, 1, 1), None]})


def _write_stream(path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)


WRITERS = {
    ".csv": lambda path: path.write_text("image,size,taken\na.png,1,2024-01-01\n,2,\n"),
    ".tsv": lambda path: path.write_text("image\tsize\ttaken\na.png\t1\t2024-01-01\n\t2\t\n"),
    ".parquet": lambda path: pyarrow.parquet.write_table(TABLE, path),
    ".jsonl": lambda path: path.write_text(
        '{"image": "a.png", "size": 1, "taken": "2024-01-01"}\n{"size": 2}\n'
    ),
    ".ndjson": lambda path: path.write_text(
        '{"image": "a.png", "size": 1, "taken": "2024-01-01"}\n{"size": 2}'
    ),
    ".feather": lambda path: pyarrow.feather.write_feather(TABLE, path),
    ".arrow": _write_stream,
    ".ipc": _write_stream,
}


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_reads_the_same_in_every_library(tmp_path, suffix, kind):
    path = tmp_path / f"table{suffix.upper()}"
    WRITERS[suffix](path)
    table = read_file(path, kind=kind)
    assert (table.kind, table.columns) == (kind, ("image", "size", "taken"))
    assert table.column("image").cells.tolist() == ["a.png", None]
    assert table.column("size").cells.tolist() == [1, 2]
    assert (table.column("taken").type, table.column("taken").cells.tolist()) == (
        "date",
        [dt.datetime(2024, 1, 1), None],
    )


def test_pandas_is_the_default_where_it_is_installed(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")
    assert read_file(path).kind == "pandas"


def test_paths_in_cells_are_told_the_folder_of_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("image\na.png\n")
    assert read_file("t.csv").column("image").base == tmp_path


def test_days_are_timestamps_in_pandas(tmp_path):
    path = tmp_path / "t.parquet"
    WRITERS[".parquet"](path)
    grouping = read_file(path, kind="pandas").group_rows({"size": None})
    assert grouping.aggregate("taken", "mean").tolist() == [pd.Timestamp(2024, 1, 1), pd.NaT]


def test_texts_in_a_csv_may_span_lines_and_hold_the_delimiter(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('text,n\n"one,\ntwo",1\n"say ""hi""",2\n')
    assert read_file(path, kind="pyarrow").column("text").cells.tolist() == ["one,\ntwo", 'say "hi"']


def test_quoted_words_for_nothing_are_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('country,n\n"NA",1\nNA,2\n')
    assert read_file(path, kind="pyarrow").column("country").cells.tolist() == ["NA", None]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    assert read_file(path).columns == ("a", "b")


def test_types_are_inferred_over_the_whole_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,pad\n" + "\n".join(f"{i},{'y' * 1000}" for i in range(1500)) + "\n0.5,z\n")
    assert read_file(path, kind="pyarrow").column("x").cells[-1] == 0.5


def test_an_arrow_file_is_told_from_a_stream(tmp_path):
    path = tmp_path / "t.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    assert read_file(path, kind="pyarrow").native.equals(TABLE)


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path):
    folder = tmp_path / "year=2024"
    folder.mkdir()
    WRITERS[".parquet"](folder / "t.parquet")
    assert read_file(folder / "t.parquet").columns == ("image", "size", "taken")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_an_error_in_one_line(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    path.write_bytes(b"")
    with pytest.raises(UnreadableSource) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"cannot read '{path}': ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow"])
def test_a_file_cut_short_is_an_error(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    WRITERS[suffix](path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnreadableSource, match="cannot read"):
        read_file(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_random_bytes_are_an_error(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    path.write_bytes(np.random.default_rng(0).bytes(500))
    with pytest.raises((UnreadableSource, InvalidTable)):
        read_file(path)


def test_rows_of_unequal_length_are_an_error_with_the_parsers_reason(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(UnreadableSource, match="Expected 2 columns, got 1: 3"):
        read_file(path)


def test_a_line_of_json_cut_short_is_an_error(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": 1}\n{"a": ')
    with pytest.raises(UnreadableSource, match="cannot read"):
        read_file(path)


def test_a_header_without_rows_is_an_empty_table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n")
    with pytest.raises(InvalidTable, match=r"no rows \(columns: a, b\)"):
        read_file(path)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_two_columns_of_one_name_are_an_error_in_every_library(tmp_path, kind):
    path = tmp_path / "t.csv"
    path.write_text("a,a\n1,2\n")
    with pytest.raises(InvalidTable, match="more than one column is called 'a'"):
        read_file(path, kind=kind)


@pytest.mark.parametrize("name", ["t.xlsx", "t.json", "photo.png", "table"])
def test_an_unsupported_suffix_is_an_error_that_lists_the_others(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(
        UnreadableSource, match=r"cannot read '.*' as a table: give .* ending in \.csv, \.tsv, \.parquet"
    ):
        read_file(path)


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path):
    folder = tmp_path / "t.csv"
    folder.mkdir()
    with pytest.raises(UnreadableSource, match="cannot read"):
        read_file(folder)
