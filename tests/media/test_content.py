import io
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clusterby.core.modality import Modality
from clusterby.media.content import content_file, content_hash, content_key, file_hash, text_keys


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


PIXELS = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_texts_have_equal_keys_just_where_they_are_equal(texts):
    keys = text_keys(texts)
    assert all(len(key) == 16 for key in keys)
    assert [keys.index(key) for key in keys] == [texts.index(text) for text in texts]


def test_the_same_bytes_as_text_and_as_image_have_different_keys():
    assert text_keys(["abc"])[0] != content_key(Modality.IMAGE, b"abc")
    assert content_key(Modality.AUDIO, b"abc") != content_key(Modality.IMAGE, b"abc")


def test_a_file_and_its_bytes_have_the_same_hash(tmp_path):
    content = png(PIXELS)
    (tmp_path / "x.png").write_bytes(content)
    assert (
        file_hash(str(tmp_path / "x.png"))
        == content_hash(content)
        == content_hash({"bytes": content, "path": None})
    )


def test_a_large_file_is_hashed_whole(tmp_path):
    content = os.urandom((1 << 20) + 7)
    (tmp_path / "x").write_bytes(content)
    assert file_hash(str(tmp_path / "x")) == content_hash(content)


@pytest.mark.parametrize(
    "form",
    [str, lambda path: path, lambda path: {"path": str(path)}, lambda path: {"path": path, "bytes": None}],
)
def test_a_cell_that_names_a_file_gives_its_path_and_state(tmp_path, form):
    (tmp_path / "x.png").write_bytes(b"123")
    path, facts = content_file(form(tmp_path / "x.png"))
    assert (path, facts.st_size) == (str(tmp_path / "x.png"), 3)


def test_a_relative_path_is_looked_for_in_the_working_folder_and_then_in_the_base(tmp_path, monkeypatch):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "x").write_bytes(b"1")
    monkeypatch.chdir(tmp_path)
    assert content_file("x", base=tmp_path / "base")[0] == str(tmp_path / "base" / "x")
    (tmp_path / "x").write_bytes(b"12")
    assert content_file("x", base=tmp_path / "base")[0] == str(tmp_path / "x")


@pytest.mark.parametrize(
    "cell", [None, 3, "", " ", "no such file", "https://x.y/z.png", "a\0b", {"path": None}, {}, b"x"]
)
def test_a_cell_that_names_no_file_that_can_be_read_gives_none(cell):
    assert content_file(cell) is None


def test_a_folder_and_an_empty_file_give_none(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert content_file(tmp_path) is None
    assert content_file(tmp_path / "empty") is None


def test_arrays_are_told_apart_by_shape_type_and_content():
    hashes = [
        content_hash(a)
        for a in (PIXELS, PIXELS.reshape(10, 30), PIXELS.astype(np.uint16), PIXELS + 1, PIXELS[::-1])
    ]
    assert len(set(hashes)) == 5
    assert content_hash(PIXELS[::2]) == content_hash(PIXELS[::2].copy())


def test_pillow_images_are_told_apart_by_their_pixels_wherever_they_come_from():
    opened = Image.open(io.BytesIO(png(PIXELS)))
    assert content_hash(opened) == content_hash(Image.fromarray(PIXELS))
    assert content_hash(opened) != content_hash(Image.fromarray(PIXELS + 1))


def test_sound_is_told_apart_by_its_rate():
    samples = np.zeros(8, dtype=np.float32)
    assert content_hash({"array": samples, "sampling_rate": 8_000}) != content_hash(
        {"array": samples, "sampling_rate": 16_000}
    )


@pytest.mark.parametrize("cell", [None, "path", 3, b"", {}, {"bytes": b""}, np.array([None], dtype=object)])
def test_a_cell_without_content_of_its_own_has_no_hash(cell):
    assert content_hash(cell) is None


def test_a_damaged_pillow_image_has_no_hash():
    noise = np.random.default_rng(0).integers(0, 255, (50, 50, 3), dtype=np.uint8)
    assert content_hash(Image.open(io.BytesIO(png(noise)[:2_000]))) is None
