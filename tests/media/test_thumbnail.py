import io

import numpy as np
import pytest
from PIL import Image

from clusterby.core.errors import UnreadableCell
from clusterby.media.thumbnail import thumbnail

NOISE = np.random.default_rng(0).integers(0, 255, (300, 200, 3), dtype=np.uint8)


def picture(cell, **options):
    mime, content = thumbnail(cell, **options)
    image = Image.open(io.BytesIO(content))
    assert Image.MIME[image.format] == mime
    return mime, image


def test_a_photograph_becomes_a_small_jpeg():
    mime, image = picture(NOISE)
    assert (mime, image.size) == ("image/jpeg", (64, 96))


def test_a_drawing_of_few_colors_becomes_a_png():
    drawing = np.zeros((300, 300, 3), np.uint8)
    mime, image = picture(drawing, pixels=40)
    assert (mime, image.size) == ("image/png", (40, 40))


def test_tiny_images_grow_by_a_whole_factor_with_sharp_pixels():
    tiny = NOISE[:8, :6]
    mime, image = picture(tiny)
    assert (mime, image.size) == ("image/png", (72, 96))
    np.testing.assert_array_equal(
        np.asarray(image.convert("RGB")), np.kron(tiny, np.ones((12, 12, 1), np.uint8))
    )


@pytest.mark.parametrize(("side", "expected"), [(96, 96), (60, 60), (48, 96), (47, 94), (32, 96)])
def test_an_image_grows_only_if_it_is_less_than_half_as_large(side, expected):
    assert picture(np.zeros((side, side), np.uint8))[1].size == (expected, expected)


def test_a_narrow_image_keeps_at_least_one_pixel():
    assert picture(np.zeros((1, 2000), np.uint8))[1].size == (96, 1)


def test_a_path_is_resolved_in_the_base(tmp_path):
    Image.fromarray(NOISE).save(tmp_path / "a.png")
    assert picture("a.png", base=tmp_path)[1].size == (64, 96)


def test_a_cell_that_is_no_image_says_why():
    with pytest.raises(UnreadableCell, match="^missing value$"):
        thumbnail(None)
