import io

import numpy as np
import pytest
import soundfile
from PIL import Image

from clusterby.core.modality import Modality
from clusterby.media.formats import how_it_starts, is_url, modality_of_bytes, modality_of_path


@pytest.mark.parametrize(
    ("path", "modality"),
    [
        ("a.png", Modality.IMAGE),
        ("dir.with.points/A.JPEG", Modality.IMAGE),
        ("c:\\pictures\\a.tif", Modality.IMAGE),
        ("song.flac", Modality.AUDIO),
        ("song.WAVE", Modality.AUDIO),
        ("abc.net.au", None),
        ("film.mp4", Modality.VIDEO),
        ("https://example.org/a.png?width=3#top", Modality.IMAGE),
        ("notes.txt", None),
        ("png", None),
        (".png", None),
        ("", None),
        ("a\0.png", Modality.IMAGE),
    ],
)
def test_a_suffix_says_where_a_path_leads(path, modality):
    assert modality_of_path(path) is modality


def test_an_address_begins_with_a_scheme():
    assert is_url("HTTPS://example.org")
    assert is_url("s3://bucket/a.png")
    assert not is_url("http.png")


@pytest.mark.parametrize(
    "name", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "ICO", "QOI"]
)
def test_image_files_are_known_by_their_first_bytes(name):
    encoded = io.BytesIO()
    Image.fromarray(np.zeros((20, 20, 3), dtype=np.uint8)).save(encoded, name)
    assert modality_of_bytes(encoded.getvalue()[:32]) is Modality.IMAGE


@pytest.mark.parametrize("name", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_audio_files_are_known_by_their_first_bytes(name, rate):
    written = io.BytesIO()
    soundfile.write(written, np.zeros((4000, 2)), rate, format=name)
    assert modality_of_bytes(written.getvalue()[:32]) is Modality.AUDIO


@pytest.mark.parametrize(
    ("head", "modality"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", Modality.AUDIO),
        (b"RIFF\0\0\0\0AVI LIST", Modality.VIDEO),
        (b"RIFF\0\0\0\0????....", None),
        (b"ID3\3\0\0\0\0\0\0\0\0", Modality.AUDIO),
        (b"fLaC\0\0\0\0\0\0\0\0", Modality.AUDIO),
        (b"RIFX\0\0\0\0WAVEfmt ", Modality.AUDIO),
        (b"\xff\xf1\x50\x80\0\0\0\0", Modality.AUDIO),
        (b"FORM\0\0\0\0ILBMBMHD", None),
        ("a text in UTF-16".encode("utf-16"), None),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", Modality.AUDIO),
        (b"\0\0\0\x20ftypisom\0\0\0\0", Modality.VIDEO),
        (b"\0\0\0\x20ftypheic\0\0\0\0", Modality.IMAGE),
        (b"\x1aE\xdf\xa3\0\0\0\0", Modality.VIDEO),
        (b"BMW is a make of car", None),
        (b"P5 is a chess square", None),
        (b"plain text", None),
        (b"", None),
    ],
)
def test_other_first_bytes(head, modality):
    assert modality_of_bytes(head) is modality


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"hello world", "starts with 'hello wor'"),
        (b"hi", "starts with 'hi'"),
        (b"\0\1\2", "starts with the bytes 00 01 02"),
        ("prüfung".encode(), "starts with the bytes 70 72 c3 bc 66 75 6e 67"),
    ],
)
def test_how_a_file_starts_is_said_in_words(head, words):
    assert how_it_starts(head) == words
