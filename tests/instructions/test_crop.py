from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from clusterby.core.errors import InvalidParameter, UnreadableCell
from clusterby.encoders.image_steps import ImageSteps
from clusterby.instructions.crop import MOST_UPSCALING, Canvas, crop
from clusterby.instructions.region import Box, Polygon

FILL = (10, 200, 30)
RNG = np.random.default_rng(0)
WIDE = Image.fromarray(RNG.integers(0, 255, (64, 128, 3), dtype=np.uint8))
DIAMOND = Polygon([(0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5)])
UNIT = st.floats(0, 1)


def pixels(image):
    return np.asarray(image)


def is_fill(image):
    return (pixels(image) == FILL).all(axis=-1)


@st.composite
def regions(draw):
    invert = draw(st.booleans())
    if draw(st.booleans()):
        (x0, x1), (y0, y1) = (sorted(draw(st.tuples(UNIT, UNIT))) for _ in range(2))
        return Box((x0 * 0.98, y0 * 0.98), (x1 * 0.98 + 0.01, y1 * 0.98 + 0.01), invert=invert)
    corners = draw(st.integers(3, 8))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + draw(st.floats(0, 6))
    radius = np.array(draw(st.lists(st.floats(0.15, 0.5), min_size=corners, max_size=corners)))
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None] + 0.5
    return Polygon(points.clip(0, 1), invert=invert)


def held_pixels(region, width, height):
    """Which pixels are seen, from which value comes through at all; blue is what the fill has none of."""
    marks = np.zeros((height, width, 3), np.uint8)
    marks[..., 0], marks[..., 1] = np.divmod(np.arange(1, width * height + 1).reshape(height, width), 256)
    marks[..., 2] = 255
    cut = pixels(crop(Image.fromarray(marks), region, fill=(0, 0, 0)))
    seen = cut[cut[..., 2] == 255].astype(int)
    found = np.zeros(width * height, dtype=bool)
    found[seen[:, 0] * 256 + seen[:, 1] - 1] = True
    return found.reshape(height, width)


def test_a_box_is_cut_out_and_padded_to_a_square_in_its_middle():
    cut = crop(WIDE, Box((0, 0.25), (1, 0.5)), fill=FILL)
    assert cut.size == (128, 128)
    assert cut.mode == "RGB"
    np.testing.assert_array_equal(pixels(cut)[56:72], pixels(WIDE)[16:32])
    assert is_fill(cut)[:56].all()
    assert is_fill(cut)[72:].all()


def test_a_square_box_comes_as_it_is():
    cut = crop(WIDE, Box((0, 0), (0.5, 1)), fill=FILL)
    np.testing.assert_array_equal(pixels(cut), pixels(WIDE)[:, :64])


@pytest.mark.parametrize("width", [3, 4, 7, 64, 65, 999])
def test_boxes_side_by_side_hold_each_column_once(width):
    held = [
        held_pixels(Box((left, 0), (right, 1)), width, 3).any(axis=0).astype(int)
        for left, right in pairwise([0, 0.3333, 0.6667, 1])
    ]
    assert (sum(held) == 1).all()


@given(st.integers(1, 40), st.integers(1, 40), UNIT, UNIT)
def test_a_box_finer_than_a_pixel_is_one_pixel(width, height, x, y):
    x, y = x * 0.999, y * 0.999
    held = held_pixels(Box((x, y), (x + 1e-4, y + 1e-4)), width, height)
    assert held.sum() == 1
    row, column = np.argwhere(held)[0]
    assert abs(column + 0.5 - x * width) <= 0.5 + 2e-4 * width
    assert abs(row + 0.5 - y * height) <= 0.5 + 2e-4 * height


def test_a_box_of_one_pixel_is_that_pixel():
    held = held_pixels(Box((3, 2), (4, 3), example=(8, 5)).resolved(), 8, 5)
    assert np.argwhere(held).tolist() == [[2, 3]]


def test_of_a_polygon_the_rectangle_around_it_is_seen_and_what_is_outside_it_hidden():
    cut = crop(WIDE, DIAMOND, fill=FILL)
    held = held_pixels(DIAMOND, 128, 64)
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    assert cut.size == (len(columns), len(columns))
    top = (len(columns) - len(rows)) // 2
    inner = held[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.testing.assert_array_equal(~is_fill(cut)[top : top + len(rows)], inner)
    assert 0.49 < inner.mean() < 0.53


def test_a_polygon_and_the_box_that_it_is_show_the_same():
    box = Box((0.1, 0.2), (0.7, 0.9))
    polygon = Polygon([(0.1, 0.2), (0.7, 0.2), (0.7, 0.9), (0.1, 0.9)])
    assert crop(WIDE, polygon, fill=FILL).tobytes() == crop(WIDE, box, fill=FILL).tobytes()


@given(regions(), st.integers(2, 30), st.integers(2, 30))
def test_what_is_inverted_is_the_rest_of_the_whole_image(region, width, height):
    other = type(region)(*_places(region), invert=not region.invert)
    try:
        held, rest = held_pixels(region, width, height), held_pixels(other, width, height)
    except UnreadableCell:
        return
    np.testing.assert_array_equal(held, ~rest)


def _places(region):
    return (region.lt, region.rb) if isinstance(region, Box) else (region.vertices,)


@given(regions(), st.integers(0, 9), st.sampled_from([None, 16, 48]), st.sampled_from([1.0, 0.875]))
def test_the_hidden_part_changes_no_byte(region, seed, shrink_to, center):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 255, (2, 40, 60, 3), dtype=np.uint8)
    try:
        held = held_pixels(region, 60, 40)
    except UnreadableCell:
        return
    second[held] = first[held]
    how = {"fill": FILL, "side": 32, "shrink_to": shrink_to, "center": center}
    one, other = (crop(Image.fromarray(image), region, **how) for image in (first, second))
    assert one.tobytes() == other.tobytes()
    second[np.unravel_index(np.flatnonzero(held)[0], held.shape)] ^= 255
    if shrink_to is None:
        assert crop(Image.fromarray(second), region, **how).tobytes() != one.tobytes()


def test_the_same_cut_is_the_same_to_the_byte_and_the_image_is_not_changed():
    before = WIDE.tobytes()
    cuts = {crop(WIDE, DIAMOND, fill=FILL, shrink_to=20).tobytes() for _ in range(3)}
    assert len(cuts) == 1
    crop(WIDE, Box((0, 0), (0.5, 1), invert=True), fill=FILL).putpixel((0, 0), (1, 2, 3))
    crop(WIDE, Box((0, 0), (1, 1)), fill=FILL).putpixel((0, 0), (1, 2, 3))
    assert WIDE.tobytes() == before


@pytest.mark.parametrize(
    ("side", "most", "length"), [(224, 4, 56), (224, 1, 224), (225, 4, 57), (30, 4, 10), (None, 4, 10)]
)
def test_a_small_region_grows_up_to_a_limit(side, most, length):
    cut = crop(
        WIDE, Box((0, 0), (10, 8), example=WIDE.size).resolved(), fill=FILL, side=side, most_upscaling=most
    )
    assert cut.size == (length, length)
    assert (~is_fill(cut)).sum() == 80
    left, top = (length - 10) // 2, (length - 8) // 2
    np.testing.assert_array_equal(pixels(cut)[top : top + 8, left : left + 10], pixels(WIDE)[:8, :10])


def test_how_much_it_grows_unless_said():
    assert MOST_UPSCALING == 4
    assert crop(WIDE, Box((0, 0), (0.01, 0.01)), fill=FILL, side=64).size == (16, 16)


@pytest.mark.parametrize("box", [Box((0, 0), (1, 1)), Box((0, 0), (0.5, 1)), Box((0.1, 0), (0.2, 1))])
@pytest.mark.parametrize(("shortest", "kept"), [(256, 224), (64, 64), (70, 56), (33, 20)])
def test_an_encoders_center_crop_keeps_all_of_it(box, shortest, kept):
    seen = Image.new("RGB", (1000, 400), (255, 255, 255))
    cut = crop(seen, box, fill=(0, 0, 0), side=kept, center=kept / shortest, shrink_to=shortest)
    steps = ImageSteps(
        shortest=shortest, size=None, resample=Image.Resampling.BICUBIC, crop=(kept, kept),
        scale=np.ones(3, np.float32), shift=np.zeros(3, np.float32),
    )  # fmt: skip
    white = steps([cut])[0, 0] / 255
    width, height = (box.rb[0] - box.lt[0]) * 1000, 400
    expected = kept**2 * min(width, height) / max(width, height)
    assert abs(white.sum() - expected) < 0.02 * expected + 2 * kept / 100
    across = white.any(axis=0) if width >= height else white.any(axis=1)
    assert across.all()


def test_a_large_region_is_brought_to_what_the_encoder_wants_before_it_is_padded():
    panorama = Image.new("RGB", (20_000, 20), (255, 255, 255))
    assert crop(panorama, Box((0, 0), (1, 0.5)), fill=FILL, shrink_to=64).size == (64, 64)
    assert crop(WIDE, Box((0, 0), (0.25, 0.5)), fill=FILL, shrink_to=64).size == (32, 32)
    assert crop(WIDE, Box((0, 0), (1, 1)), fill=FILL, shrink_to=64, center=0.875).size == (64, 64)


def test_shrinking_mixes_what_is_seen_with_the_fill_alone():
    flat = Image.new("RGB", (300, 300), (255, 0, 0))
    cut = pixels(crop(flat, DIAMOND, fill=(0, 0, 255), shrink_to=40)).astype(int)
    assert (cut[..., 1] == 0).all()
    assert abs(cut[..., 0] + cut[..., 2] - 255).max() <= 1


def test_of_an_image_decoded_smaller_the_pixels_at_an_edge_are_left_out():
    exact = held_pixels(Box((0.25, 0), (0.75, 1)), 40, 10)
    assert np.flatnonzero(exact.any(axis=0)).tolist() == list(range(10, 30))
    image = Image.new("RGB", (40, 10), (255, 255, 255))
    for box, size in [
        (Box((0.25, 0), (0.75, 1)), 16 * 10),
        (Box((0, 0), (0.75, 1)), 28 * 10),
        (Box((0, 0), (0.05, 1)), 2 * 10),
    ]:
        assert (~is_fill(crop(image, box, fill=FILL, reduced=True))).sum() == size


@pytest.mark.parametrize(
    "points",
    [
        [(0.01, 0.01), (0.02, 0.01), (0.02, 0.02)],
        [(0.5, 0), (0.500001, 0), (0.500001, 1)],
        [(0, 0.5), (0, 0.500001), (1, 0.500001)],
        [(0.5, 0.5), (0.500001, 0.5), (0.500001, 0.500001)],
    ],
)
def test_a_polygon_between_the_pixels_has_nothing_to_show(points):
    with pytest.raises(UnreadableCell, match="a polygon so thin that it holds no pixel"):
        crop(Image.new("RGB", (8, 8)), Polygon(points), fill=FILL)


@pytest.mark.parametrize(
    "region",
    [
        Box((0, 0), (1, 1), invert=True),
        Box((0, 0), (0.999, 1), invert=True),
        Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], invert=True),
    ],
)
def test_nothing_is_left_outside_of_everything(region):
    with pytest.raises(UnreadableCell, match="nothing of the image is left outside the region"):
        crop(Image.new("RGB", (8, 8)), region, fill=FILL)


def test_pixels_of_an_example_have_to_be_resolved_first():
    with pytest.raises(InvalidParameter, match="its size is not known yet"):
        crop(WIDE, Box((0, 0), (3, 3), example="x.png"), fill=FILL)


def test_all_that_changes_a_cut_is_in_its_canvas():
    facts = {
        Canvas(side=a, center=b, shrink_to=c).facts
        for a in (None, 64)
        for b in (1.0, 0.9)
        for c in (None, 64)
    }
    assert len(facts) == 8
    assert Canvas(fill=FILL).facts == Canvas().facts


def test_a_blurred_outside_does_not_bleed_in():
    first = Image.new("RGB", (64, 64), (0, 0, 0))
    second = Image.new("RGB", (64, 64), (255, 255, 255)).filter(ImageFilter.GaussianBlur(3))
    patch = Image.fromarray(RNG.integers(0, 255, (32, 32, 3), dtype=np.uint8))
    first.paste(patch, (16, 16))
    second.paste(patch, (16, 16))
    box = Box((0.25, 0.25), (0.75, 0.75))
    assert (
        crop(first, box, fill=FILL, shrink_to=20).tobytes()
        == crop(second, box, fill=FILL, shrink_to=20).tobytes()
    )
