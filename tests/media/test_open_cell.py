import io
import os
from pathlib import Path

import pytest

from clusterby.core.errors import UnreadableCell
from clusterby.media.open_cell import open_cell


def reason(cell, **options):
    with pytest.raises(UnreadableCell) as caught, open_cell(cell, **options):
        pass
    return str(caught.value)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_what_a_file_holds(kind):
    with open_cell(kind(b"abc")) as stream:
        assert stream.read() == b"abc"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_relative_path_is_looked_for_in_the_working_folder_then_in_the_base(tmp_path, monkeypatch, kind):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "a").write_bytes(b"in the base")
    monkeypatch.chdir(tmp_path)
    with open_cell(kind("a"), base=tmp_path / "base") as stream:
        assert stream.read() == b"in the base"
    (tmp_path / "a").write_bytes(b"in the working folder")
    with open_cell(kind("a"), base=tmp_path / "base") as stream:
        assert stream.read() == b"in the working folder"


def test_the_file_is_closed_afterwards_and_after_an_error(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    with open_cell(tmp_path / "a") as stream:
        pass
    assert stream.closed
    with pytest.raises(ZeroDivisionError), open_cell(tmp_path / "a") as stream:
        1 / 0  # noqa: B018
    assert stream.closed


def test_a_file_that_cannot_be_opened_says_why_without_its_path(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    found = {
        name: reason(name, base=tmp_path)
        for name in ("empty", "folder", "dangling", "pipe", "absent", "a\0b")
    }
    assert found == {
        "empty": "empty file",
        "folder": "a folder, not a file",
        "dangling": "no such file",
        "pipe": "not a regular file",
        "absent": "no such file",
        "a\0b": "no such file",
    }


def test_a_file_that_may_not_be_opened_says_so(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"abc")

    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied", str(tmp_path / "a"))

    monkeypatch.setattr(Path, "open", refuse)
    assert reason(tmp_path / "a") == "cannot be opened: permission denied"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (b"", "no bytes"),
        ("  ", "an empty path"),
        ("https://example.org/a.wav", "an address on the web: nothing is fetched, download the file first"),
        (3, "not audio: int"),
        (io.BytesIO(b"abc"), "not audio: BytesIO"),
    ],
)
def test_a_cell_that_names_no_file_says_why(cell, expected):
    assert reason(cell, otherwise="not audio") == expected
