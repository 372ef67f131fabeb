from __future__ import annotations

import datetime as dt
import logging
import os

import pytest

from clusterby.core.errors import InvalidTable, UnreadableSource
from clusterby.tables.folder import read_folder


def _fill(root, *names, content=b"x"):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_images_are_rows_in_natural_order(tmp_path, kind):
    _fill(tmp_path, "10.png", "2.png", "b/c/1.JPG", "a/1.webp", "a/10.gif", "a/9.tiff")
    os.utime(tmp_path / "2.png", (1_700_000_000, 1_700_000_000))
    table = read_folder(tmp_path, kind=kind)
    assert table.columns == ("image", "path", "folder", "size", "modified")
    paths = ["2.png", "10.png", "a/1.webp", "a/9.tiff", "a/10.gif", "b/c/1.JPG"]
    assert table.column("path").cells.tolist() == paths
    assert table.column("image").cells.tolist() == [str(tmp_path / path) for path in paths]
    assert table.column("folder").cells.tolist() == [".", ".", "a", "a", "a", "b/c"]
    assert table.column("size").cells.tolist() == [1] * 6
    modified = table.column("modified")
    assert (modified.type, modified.cells.tolist()[0]) == ("date", dt.datetime(2023, 11, 14, 22, 13, 20))


def test_texts_are_cells_where_there_are_more_of_them(tmp_path):
    _fill(tmp_path, "a.txt", "b.md", content="wörds".encode())
    _fill(tmp_path, "c.png")
    table = read_folder(tmp_path)
    assert table.columns[0] == "text"
    assert table.column("text").cells.tolist() == ["wörds", "wörds"]


def test_as_many_images_as_texts_make_a_table_of_images(tmp_path):
    _fill(tmp_path, "a.txt", "b.png")
    assert read_folder(tmp_path).columns[0] == "image"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_audio_files_are_rows_where_there_are_more_of_them(tmp_path, kind):
    _fill(tmp_path, "10.wav", "2.FLAC", "b/1.mp3", "cover.png", "notes.txt")
    table = read_folder(tmp_path, kind=kind)
    assert table.columns == ("audio", "path", "folder", "size", "modified")
    assert table.column("path").cells.tolist() == ["2.FLAC", "10.wav", "b/1.mp3"]
    assert table.column("audio").cells.tolist() == [
        str(tmp_path / path) for path in ("2.FLAC", "10.wav", "b/1.mp3")
    ]
    assert table.column("audio").type == "string"
    assert table.column("folder").cells.tolist() == [".", ".", "b"]


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (["a.wav", "b.png"], "image"),
        (["a.wav", "a.txt"], "audio"),
        (["a.wav", "a.txt", "b.txt"], "text"),
        (["a.wav", "b.wav", "a.png", "a.txt"], "audio"),
        (["a.wav", "a.png", "a.txt"], "image"),
    ],
)
def test_a_folder_is_of_what_there_is_most_of_and_of_equals_never_the_text(tmp_path, names, column):
    _fill(tmp_path, *names)
    assert read_folder(tmp_path).columns[0] == column


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("a.png b.png c.txt d.csv e.zip", "2 images; left out 1 texts and 2 other files"),
        (
            "a.wav b.wav c.wav d.txt e.png f.png",
            "3 audio files; left out 2 images, 1 texts and 0 other files",
        ),
        ("a.txt b.zip", "1 texts; left out 1 other files"),
    ],
)
def test_what_is_left_out_is_counted_in_the_log(tmp_path, caplog, names, message):
    _fill(tmp_path, *names.split())
    with caplog.at_level(logging.INFO):
        read_folder(tmp_path)
    assert caplog.messages == [f"{tmp_path}: {message}"]


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path):
    _fill(tmp_path, "a.txt", content=b"\xef\xbb\xbfhello")
    assert read_folder(tmp_path).column("text").cells.tolist() == ["hello"]


def test_texts_that_cannot_be_read_are_missing_with_a_reason(tmp_path):
    _fill(tmp_path, "1.txt", content=b"good")
    _fill(tmp_path, "2.txt", content=b"")
    _fill(tmp_path, "3.txt", content=b"caf\xe9")
    column = read_folder(tmp_path).column("text")
    assert column.cells.tolist() == ["good", None, None]
    assert column.faults == {
        1: f"'{tmp_path}/2.txt' is empty",
        2: f"'{tmp_path}/3.txt' is not UTF-8 text: byte 0xe9 at 3",
    }


def test_hidden_files_and_folders_are_left_out(tmp_path):
    _fill(tmp_path, "a.png", ".b.png", ".cache/c.png")
    assert read_folder(tmp_path).column("path").cells.tolist() == ["a.png"]


def test_links_to_folders_are_followed_but_not_back_up(tmp_path):
    _fill(tmp_path, "in/a.png", "in/deep/b.png")
    _fill(tmp_path / "elsewhere", "c.png")
    (tmp_path / "in" / "deep" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "broken.png").symlink_to(tmp_path / "nothing")
    assert read_folder(tmp_path / "in").column("path").cells.tolist() == [
        "a.png",
        "deep/b.png",
        "other/c.png",
    ]


def test_a_name_that_is_not_unicode_is_left_out_with_a_warning(tmp_path, caplog):
    _fill(tmp_path, "a.png", os.fsdecode(b"b\xff.png"))
    assert read_folder(tmp_path).column("path").cells.tolist() == ["a.png"]
    assert [record.levelname for record in caplog.records if "not Unicode" in record.message] == ["WARNING"]


def test_a_folder_within_that_vanishes_is_left_out_with_a_warning(tmp_path, caplog, monkeypatch):
    _fill(tmp_path, "a.png", "gone/b.png")
    scandir = os.scandir

    def deny(path):
        if str(path).endswith("gone"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", deny)
    assert read_folder(tmp_path).n_rows == 1
    assert f"left out the folder '{tmp_path}/gone': Permission denied" in caplog.messages


def test_a_relative_folder_gives_absolute_images(tmp_path, monkeypatch):
    _fill(tmp_path, "pics/a.png")
    monkeypatch.chdir(tmp_path)
    table = read_folder("pics")
    assert table.column("image").cells.tolist() == [str(tmp_path / "pics" / "a.png")]
    assert table.column("path").base == tmp_path / "pics"


def test_a_folder_of_neither_says_what_was_looked_for(tmp_path):
    _fill(tmp_path, "a.zip")
    with pytest.raises(
        InvalidTable,
        match=r"no images, audio files or texts in '.*': none of its 1 files ends in .*\.jpg.*\.png.*\.txt.*\.wav",
    ):
        read_folder(tmp_path)


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path):
    with pytest.raises(UnreadableSource, match="cannot list the folder"):
        read_folder(tmp_path / "nothing")


def test_images_can_be_aggregated_by_folder(tmp_path):
    _fill(tmp_path, "a/1.png", "a/2.png", "b/3.png")
    sizes = read_folder(tmp_path, kind="pandas").group_rows({"folder": None}).aggregate("size", "sum")
    assert sizes.to_dict() == {"a": 2, "b": 1}
