import numpy as np
import pytest
from PIL import Image

from clusterby.core.errors import UnreadableCell
from clusterby.media.rgb import to_rgb

WHITE = (255, 255, 255)


def levels(values, mode):
    """Return the gray levels that pixels of a deep gray image become."""
    dtype = {"I;16": "<u2", "I;16B": ">u2", "I": "<i4", "F": "<f4"}[mode]
    array = np.array([values], dtype=dtype)
    image = to_rgb(Image.frombytes(mode, array.shape[::-1], array.tobytes()))
    pixels = np.asarray(image)
    assert (pixels == pixels[..., :1]).all()
    return pixels[0, :, 0].tolist()


def test_an_opaque_rgb_image_is_returned_itself():
    image = Image.new("RGB", (2, 2))
    assert to_rgb(image) is image


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "HSV", "RGBX"])
@pytest.mark.parametrize("color", [(255, 255, 255), (0, 0, 0)])
def test_opaque_modes_keep_black_and_white(mode, color):
    assert to_rgb(Image.new("RGB", (2, 2), color).convert(mode)).getpixel((0, 0)) == color


@pytest.mark.parametrize("lightness", [0, 255])
def test_lab_keeps_black_and_white(lightness):
    rgb = to_rgb(Image.new("LAB", (1, 1), (lightness, 128, 128))).getpixel((0, 0))
    np.testing.assert_allclose(rgb, lightness, atol=1)


def test_colors_come_through_other_spaces():
    for mode in ("P", "CMYK", "HSV"):
        assert to_rgb(Image.new("RGB", (1, 1), (255, 0, 0)).convert(mode)).getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("mode", "pixel", "expected"),
    [
        ("RGBA", (255, 0, 0, 0), WHITE),
        ("RGBA", (255, 0, 0, 255), (255, 0, 0)),
        ("RGBA", (0, 0, 0, 51), (204, 204, 204)),
        ("LA", (0, 0), WHITE),
        ("LA", (7, 255), (7, 7, 7)),
        ("La", (0, 0), WHITE),
        ("RGBa", (0, 0, 0, 0), WHITE),
        ("PA", (0, 0), WHITE),
    ],
)
def test_alpha_is_laid_on_white(mode, pixel, expected):
    assert to_rgb(Image.new(mode, (1, 1), pixel)).getpixel((0, 0)) == expected


@pytest.mark.parametrize(("mode", "pixel"), [("P", 0), ("L", 0), ("1", 0), ("RGB", (0, 0, 0))])
def test_a_transparent_color_is_laid_on_white(mode, pixel):
    image = Image.new(mode, (1, 1), pixel)
    image.info["transparency"] = pixel
    assert to_rgb(image).getpixel((0, 0)) == WHITE


def test_a_palette_with_alpha_per_color_is_laid_on_white():
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    image.info["transparency"] = bytes([0, 255])
    rgb = to_rgb(image)
    assert (rgb.getpixel((0, 0)), rgb.getpixel((1, 0))) == (WHITE, (40, 50, 60))


@pytest.mark.parametrize(
    ("mode", "values", "expected"),
    [
        ("I;16", [0, 128, 255], [0, 128, 255]),
        ("I;16", [0, 4095], [0, 255]),
        ("I;16", [0, 256], [0, 16]),
        ("I;16", [0, 32768, 65535], [0, 128, 255]),
        ("I;16B", [0, 65535], [0, 255]),
        ("I", [0, 4096], [0, 16]),
        ("I", [0, 1_000_000], [0, 255]),
        ("I", [-10, 245], [0, 255]),
        ("I", [-10, -10], [0, 0]),
        ("F", [0.0, 0.5, 1.0], [0, 128, 255]),
        ("F", [0.0, 0.0], [0, 0]),
        ("F", [0.0, 2.0, 255.0], [0, 2, 255]),
        ("F", [-3e38, 3e38], [0, 255]),
    ],
)
def test_deep_gray_is_scaled_to_the_range_that_covers_it(mode, values, expected):
    assert levels(values, mode) == expected


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_not_finite_are_refused(value):
    with pytest.raises(UnreadableCell, match="pixels that are not finite"):
        levels([0.0, value], "F")
