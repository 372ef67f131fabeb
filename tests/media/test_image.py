import io
import os
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from clusterby.core.errors import UnreadableCell
from clusterby.media.image import MAX_PIXELS, decode_image

RNG = np.random.default_rng(0)
PIXELS = np.kron(
    RNG.integers(0, 255, (5, 6, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8)
)  # 40 high, 48 wide
PICTURE = Image.fromarray(PIXELS)
ENCODABLE = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "TGA", "QOI", "ICO")


def encoded(name="PNG", image=PICTURE, **options):
    stream = io.BytesIO()
    image.save(stream, name, **options)
    return stream.getvalue()


def png_that_claims(width, height):
    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def reason(cell, **options):
    with pytest.raises(UnreadableCell) as caught:
        decode_image(cell, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def same(image, expected):
    assert image.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(image), np.asarray(expected))


# forms of a cell


def test_a_path_is_read_as_string_and_as_path(tmp_path):
    path = tmp_path / "a.png"
    PICTURE.save(path)
    same(decode_image(str(path)), PICTURE)
    same(decode_image(path), PICTURE)


def test_a_relative_path_is_resolved_in_the_working_folder_then_in_the_base(tmp_path, monkeypatch):
    (tmp_path / "base").mkdir()
    PICTURE.save(tmp_path / "base" / "a.png")
    monkeypatch.chdir(tmp_path)
    same(decode_image("a.png", base=tmp_path / "base"), PICTURE)
    Image.new("RGB", (1, 1)).save(tmp_path / "a.png")
    assert decode_image("a.png", base=tmp_path / "base").size == (1, 1)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_read(kind):
    same(decode_image(kind(encoded())), PICTURE)


@pytest.mark.parametrize("record", [{"bytes": encoded(), "path": "gone.png"}, {"bytes": encoded()}])
def test_the_bytes_of_a_record_come_before_its_path(record):
    same(decode_image(record), PICTURE)


def test_a_record_without_bytes_is_read_from_its_path(tmp_path):
    PICTURE.save(tmp_path / "a.png")
    same(decode_image({"bytes": None, "path": "a.png"}, base=tmp_path), PICTURE)


@pytest.mark.parametrize(
    "array", [PIXELS, PIXELS[..., 0], PIXELS[..., :1], PIXELS[::-1, ::2], np.dstack([PIXELS, PIXELS[..., 0]])]
)
def test_arrays_of_pixels_are_taken(array):
    image = decode_image(array)
    assert (image.mode, image.size) == ("RGB", (array.shape[1], array.shape[0]))


def test_an_array_is_not_shared():
    array = PIXELS.copy()
    decode_image(array).paste((0, 0, 0), (0, 0, 9, 9))
    np.testing.assert_array_equal(array, PIXELS)


@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA", "L"])
def test_a_pillow_image_is_not_changed(mode):
    image = PICTURE.convert(mode)
    before = image.tobytes()
    decoded = decode_image(image, shrink_to=10)
    decode_image(image).paste((1, 2, 3), (0, 0, 9, 9))
    assert (image.mode, image.size, image.tobytes()) == (mode, PICTURE.size, before)
    assert decoded is not image


def test_a_lazily_opened_pillow_image_is_loaded_by_several_threads_at_once():
    opened = Image.open(io.BytesIO(encoded("PNG")))
    barrier = threading.Barrier(8)

    def decode(_):
        barrier.wait()
        return decode_image(opened)

    with ThreadPoolExecutor(8) as pool:
        for image in pool.map(decode, range(8)):
            same(image, PICTURE)


# what formats and modes become


@pytest.mark.parametrize("name", ENCODABLE)
def test_every_common_format_is_decoded(name):
    square = PICTURE.crop((0, 0, 32, 32))
    image = decode_image(encoded(name, square))
    assert image.mode == "RGB"
    assert image.size == (32, 32)
    assert np.abs(np.asarray(image).astype(int) - np.asarray(square)).mean() < 30


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_upright(orientation):
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = PICTURE if undo is None else PICTURE.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name in ("PNG", "TIFF"):
        same(decode_image(encoded(name, stored, exif=exif)), PICTURE)
    same(decode_image(Image.open(io.BytesIO(encoded("PNG", stored, exif=exif)))), PICTURE)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_damaged_exif_block_does_not_lose_the_image():
    content = encoded("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05")
    assert decode_image(content).size == PICTURE.size


def test_an_adobe_cmyk_jpeg_is_not_inverted():
    red = Image.new("RGB", (16, 16), (255, 0, 0)).convert("CMYK")
    content = encoded("JPEG", red)
    assert "adobe" in Image.open(io.BytesIO(content)).info
    assert np.abs(np.asarray(decode_image(content)).astype(int) - (255, 0, 0)).max() <= 2


def test_sixteen_bits_of_gray_are_scaled():
    gray = Image.frombytes("I;16", (2, 1), np.array([0, 65535], dtype="<u2").tobytes())
    for name in ("PNG", "TIFF"):
        assert np.asarray(decode_image(encoded(name, gray)))[0, :, 0].tolist() == [0, 255]


def test_a_transparent_gif_is_laid_on_white():
    gif = Image.new("P", (4, 4), 1)
    gif.putpalette([0, 0, 0, 9, 9, 9])
    gif.putpixel((0, 0), 0)
    image = decode_image(encoded("GIF", gif, transparency=1))
    assert (image.getpixel((0, 0)), image.getpixel((3, 3))) == ((0, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animated_image_the_first_frame_is_taken(name):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    options = {"lossless": True} if name == "WEBP" else {}
    content = encoded(name, frames[0], save_all=True, append_images=frames[1:], **options)
    assert Image.open(io.BytesIO(content)).n_frames == 2
    assert decode_image(content).getpixel((4, 4)) == (255, 0, 0)


# size


@pytest.mark.parametrize(
    ("size", "shrink_to", "expected"),
    [
        ((48, 40), 10, (12, 10)),
        ((40, 48), 10, (10, 12)),
        ((48, 40), 40, (48, 40)),
        ((8, 8), 64, (8, 8)),
        ((1000, 1), 4, (1000, 1)),
    ],
)
def test_the_shorter_side_shrinks_and_never_grows(size, shrink_to, expected):
    assert decode_image(np.zeros(size[::-1], np.uint8), shrink_to=shrink_to).size == expected


def test_a_large_jpeg_is_decoded_at_a_fraction(monkeypatch):
    asked = []
    content = encoded("JPEG", PICTURE.resize((960, 800)))
    plugin = type(Image.open(io.BytesIO(content)))
    draft = plugin.draft
    monkeypatch.setattr(
        plugin, "draft", lambda image, mode, size: asked.append(size) or draft(image, mode, size)
    )
    small = decode_image(content, shrink_to=50)
    assert asked == [(120, 100)]
    assert small.size == (60, 50)
    whole = decode_image(content).resize((60, 50), Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(small).astype(int) - np.asarray(whole)).mean() < 4


class Keeping:
    """Keeps a part of an image from its left top corner on."""

    def __init__(self, part=None):
        self._part, self.sizes = part, []

    def part(self, size):
        self.sizes.append(size)
        return self._part

    def __call__(self, image, size):
        self.sizes.append((image.size, size))
        return image.crop((0, 0, image.width // 2, image.height // 4))


@pytest.mark.parametrize("form", ["bytes", "image", "array", "record"])
def test_a_cut_is_made_of_the_whole_upright_image_and_its_result_is_left_alone(form):
    content = encoded()
    cell = {"bytes": content, "image": PICTURE, "array": PIXELS, "record": {"bytes": content}}[form]
    cut = Keeping(1.0)
    same(decode_image(cell, cut=cut, shrink_to=5), PIXELS[:10, :24])
    assert cut.sizes == [((48, 40), (48, 40))]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_cut_is_told_the_size_of_the_upright_image(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    cut = Keeping()
    decode_image(encoded(kind, exif=exif), cut=cut, shrink_to=5)
    size = (48, 40) if orientation < 5 else (40, 48)
    assert cut.sizes == [size] * (kind == "JPEG") + [(size, size)]


def test_a_large_jpeg_is_decoded_at_a_fraction_that_leaves_enough_of_a_cut():
    content = encoded("JPEG", PICTURE.resize((960, 800)))
    for part, decoded in (
        (None, (960, 800)),
        (1.0, (120, 100)),
        (0.5, (240, 200)),
        (0.25, (480, 400)),
        (0.1, (960, 800)),
    ):
        cut = Keeping(part)
        decode_image(content, shrink_to=50, cut=cut)
        assert cut.sizes == [(960, 800), (decoded, (960, 800))]


def test_what_a_cut_finds_wrong_is_not_taken_for_damage():
    class Refusing(Keeping):
        def __call__(self, image, size):
            raise error

    error = UnreadableCell("no region")
    assert reason(encoded(), cut=Refusing()) == "no region"
    error = ValueError("a fault of our own")
    with pytest.raises(ValueError, match="a fault of our own"):
        decode_image(encoded(), cut=Refusing())


def test_the_limit_is_compared_with_the_header_before_anything_is_decoded():
    assert reason(png_that_claims(60_000, 60_000)) == f"3600000000 pixels: over the limit of {MAX_PIXELS}"
    assert reason(png_that_claims(14_000, 14_000)) == f"196000000 pixels: over the limit of {MAX_PIXELS}"


def test_pillows_own_limit_is_left_alone():
    before = Image.MAX_IMAGE_PIXELS
    reason(png_that_claims(60_000, 60_000))
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("form", ["bytes", "image", "array"])
def test_the_limit_is_the_callers_to_set(form):
    cell = {"bytes": encoded(), "image": PICTURE, "array": PIXELS}[form]
    assert reason(cell, max_pixels=100) == "1920 pixels: over the limit of 100"
    same(decode_image(cell, max_pixels=1920), PICTURE)


def test_the_limit_holds_for_a_large_jpeg_that_would_be_shrunk():
    assert reason(encoded("JPEG"), shrink_to=2, max_pixels=100) == "1920 pixels: over the limit of 100"


# what cannot be read


@pytest.fixture
def folder(tmp_path):
    whole = {name: encoded(name, PICTURE) for name in ("PNG", "JPEG", "GIF", "BMP")}
    for name, content in whole.items():
        (tmp_path / f"cut.{name.lower()}").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("hello world")
    (tmp_path / "newline.png").write_text("\nhello")
    (tmp_path / "zeros.png").write_bytes(bytes(1000))
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "bomb.png").write_bytes(png_that_claims(60_000, 60_000))
    (tmp_path / "garbled.png").write_bytes(whole["PNG"][:60] + b"\xff" * 200)
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.png")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("absent.png", "no such file"),
        ("dangling.png", "no such file"),
        ("folder.png", "a folder, not a file"),
        ("pipe.png", "not a regular file"),
        ("empty.png", "empty file"),
        ("text.png", "not an image (starts with 'hello wor')"),
        ("newline.png", "not an image (starts with the bytes 0a 68 65 6c 6c 6f)"),
        ("zeros.png", "not an image (starts with the bytes 00 00 00 00 00 00 00 00 00)"),
        ("cut.png", "truncated: the file ends before the image does"),
        ("cut.jpeg", "truncated: the file ends before the image does"),
        ("cut.gif", "truncated: the file ends before the image does"),
        ("cut.bmp", "truncated: the file ends before the image does"),
        ("garbled.png", "damaged: "),
        ("bomb.png", "3600000000 pixels: over the limit of 178956970"),
        ("a\0b.png", "no such file"),
        ("x" * 5000 + ".png", "no such file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(folder, name, expected):
    message = reason(name, base=folder)
    assert message.startswith(expected)
    assert str(folder) not in message
    assert len(message) < 150


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, "missing value"),
        (float("nan"), "missing value"),
        ({"bytes": None, "path": None}, "missing value"),
        ({"url": "x"}, "a mapping without 'bytes' and 'path'"),
        (b"", "no bytes"),
        (b"hello world", "not an image (starts with 'hello wor')"),
        ("", "an empty path"),
        ("https://example.org/a.png", "an address on the web: nothing is fetched, download the file first"),
        (3, "not an image: int"),
        ([1, 2], "not an image: list"),
        (np.zeros((4, 4)), "an array of float64: pixels are uint8"),
        (
            np.zeros((3, 8, 9), np.uint8),
            "an array of shape (3, 8, 9): images are (height, width) or with 1, 3 or 4 channels",
        ),
        (
            np.zeros(4, np.uint8),
            "an array of shape (4,): images are (height, width) or with 1, 3 or 4 channels",
        ),
        (np.zeros((0, 4), np.uint8), "no pixels: 4 × 0"),
        (Image.new("RGB", (0, 4)), "no pixels: 0 × 4"),
        (Image.open(io.BytesIO(encoded("BMP")[:500])), "truncated: the file ends before the image does"),
    ],
)
def test_a_cell_that_is_no_image_says_why(cell, expected):
    assert reason(cell) == expected


def test_a_file_that_may_not_be_opened_says_why(tmp_path, monkeypatch):
    PICTURE.save(tmp_path / "a.png")

    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied", str(tmp_path / "a.png"))

    monkeypatch.setattr(Path, "open", refuse)
    assert reason("a.png", base=tmp_path) == "cannot be opened: permission denied"


def test_files_are_closed_whatever_comes_of_them(folder):
    def open_files():
        return len(list(Path("/proc/self/fd").iterdir()))

    PICTURE.save(folder / "good.png")
    before = open_files()
    decode_image("good.png", base=folder)
    for name in ("cut.png", "text.png", "bomb.png"):
        reason(name, base=folder)
    assert open_files() == before


@settings(deadline=None, max_examples=60)
@given(name=st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "QOI", "PPM"]), data=st.data())
@pytest.mark.filterwarnings("default")
def test_any_damage_gives_an_image_or_a_reason(name, data):
    content = bytearray(encoded(name))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        outcome = decode_image(bytes(content), max_pixels=1_000_000).mode
    except UnreadableCell as error:
        outcome = str(error)
    assert outcome == "RGB" or 4 < len(outcome) < 200
