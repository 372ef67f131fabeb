import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from clusterby.core.errors import UnreadableCell
from clusterby.media.open_image import in_our_words, open_image


def encoded(name, **options):
    stream = io.BytesIO()
    Image.fromarray(np.arange(1200, dtype=np.uint16).astype(np.uint8).reshape(20, 20, 3)).save(
        stream, name, **options
    )
    return stream.getvalue()


def refusal(content):
    with pytest.raises(UnreadableCell) as caught:
        open_image(io.BytesIO(content))
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "TGA", "QOI"]
)
def test_a_format_is_known_by_what_the_file_holds(name):
    image = open_image(io.BytesIO(encoded(name)))
    assert (image.format, image.size) == (name, (20, 20))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello world", "not an image (starts with 'hello wor')"),
        (b"hi", "not an image (starts with 'hi')"),
        (b"\0\1\2\3", "not an image (starts with the bytes 00 01 02 03)"),
        ("prüfung".encode(), "not an image (starts with the bytes 70 72 c3 bc 66 75 6e 67)"),
        (b"%PDF-1.7 and so on", "not an image (starts with '%PDF-1.7 ')"),
        (encoded("PNG")[:12], "damaged: its header cannot be read"),
        (encoded("JPEG")[:10], "truncated: the file ends before the image does"),
    ],
)
def test_what_is_no_image_says_how_it_starts(content, reason):
    assert refusal(content) == reason


def test_postscript_is_not_handed_to_ghostscript():
    assert refusal(encoded("EPS")) == "not an image (starts with '%!PS-Adob')"


def test_the_size_is_left_to_the_caller():
    header = b"IHDR" + struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    assert open_image(io.BytesIO(content + bytes(4) + b"IDAT")).size == (60000, 60000)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            OSError("image file is truncated (3 bytes not processed)"),
            "truncated: the file ends before the image does",
        ),
        (ValueError("not enough image data"), "truncated: the file ends before the image does"),
        (OSError("broken\n  data stream"), "damaged: broken data stream"),
        (KeyError(), "damaged: KeyError"),
        (MemoryError(), "too large for the memory of this machine"),
        (Image.DecompressionBombError("Image size"), "too many pixels: Image size"),
        (OSError("x" * 500), "damaged: " + "x" * 120),
    ],
)
def test_pillows_errors_become_one_short_line(error, reason):
    assert str(in_our_words(error)) == reason
