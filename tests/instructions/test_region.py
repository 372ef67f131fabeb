import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.coordinates import GRID
from clusterby.instructions.region import Box, Polygon

GRAY = (128, 128, 128)
UNIT = st.floats(0, 1)
TRIANGLE = [(0, 0), (1, 0), (0, 1)]


def test_a_box_in_pixels_of_an_example_is_the_relative_one():
    pixels = Box((64, 0), (213, 480), example=(640, 480)).resolved()
    relative = Box((0.1, 0), (0.3328125, 1))
    assert pixels == relative
    assert pixels.canonical(GRAY) == relative.canonical(GRAY)


def test_a_polygon_in_pixels_of_an_example_is_the_relative_one():
    pixels = Polygon([(0, 0), (640, 0), (0, 480)], example=(640, 480), invert=True)
    assert pixels.resolved() == Polygon(TRIANGLE, invert=True)
    assert pixels.canonical(GRAY) == Polygon(TRIANGLE, invert=True).canonical(GRAY)


def test_the_size_of_an_example_may_come_later():
    box = Box((0, 0), (32, 64), example="photo.jpg")
    assert box.resolved((64, 64)) == Box((0, 0), (0.5, 1))
    with pytest.raises(InvalidParameter, match="'photo.jpg': its size is not known yet"):
        box.canonical(GRAY)


def test_pixels_of_an_array_are_counted_in_its_width_and_height():
    assert Box((0, 0), (10, 5), example=np.zeros((20, 40, 3), np.uint8)).resolved() == Box(
        (0, 0), (0.25, 0.25)
    )
    assert Box((0, 0), (10, 5), example=[40, 20]) == Box((0, 0), (10, 5), example=(40, 20))


def test_an_image_as_example_is_kept_for_its_reader():
    image = Image.new("L", (4, 4))
    assert Box((0, 0), (2, 2), example=image).example is image


def test_regions_that_differ_by_less_than_the_grid_are_the_same():
    box = Box((0.1, 0.1), (0.5, 0.5)).canonical(GRAY)
    assert Box((0.10004, 0.1), (0.5, 0.49996)).canonical(GRAY) == box
    assert Box((0.1001, 0.1), (0.5, 0.5)).canonical(GRAY) != box
    triangle = Polygon(TRIANGLE).canonical(GRAY)
    assert Polygon([(0.00004, 0), (1, 0), (0, 1)]).canonical(GRAY) == triangle
    assert Polygon([(0.0001, 0), (1, 0), (0, 1)]).canonical(GRAY) != triangle


def test_what_is_hidden_and_by_which_color_tells_regions_apart():
    names = {
        shape.canonical(fill)
        for shape in (
            Box((0, 0), (0.5, 1)),
            Box((0, 0), (0.5, 1), invert=True),
            Polygon(TRIANGLE),
            Polygon(TRIANGLE, invert=True),
            Polygon([(0, 0), (0.5, 0), (0.5, 1), (0, 1)]),
        )
        for fill in (GRAY, (128, 128, 129), (0, 0, 0))
    }
    assert len(names) == 15


@given(UNIT, UNIT, UNIT, UNIT)
def test_every_box_has_an_area_on_the_grid_and_resolves_to_itself(x0, y0, x1, y1):
    assume(x0 < x1 and y0 < y1)
    box = Box((x0, y0), (x1, y1))
    left, top, right, bottom = box.steps
    assert 0 <= left < right <= GRID
    assert 0 <= top < bottom <= GRID
    assert box.resolved() == box
    for step, value in zip(box.steps, (x0, y0, x1, y1), strict=True):
        assert abs(step / GRID - value) <= 1.5 / GRID


def test_rounding_beyond_the_image_is_forgiven_and_no_more():
    assert Box((-5e-7, 0), (1, 1 + 5e-7)).resolved() == Box((0, 0), (1, 1))
    assert Box((0, 0), (640.0005, 480), example=(640, 480)).resolved() == Box((0, 0), (1, 1))
    with pytest.raises(InvalidParameter, match=r"corner \(-1e-05, 0.0\) is outside the image"):
        Box((-1e-5, 0), (1, 1))


@pytest.mark.parametrize(
    ("lt", "rb", "more", "expected"),
    [
        ((0, 0), (320, 240), {}, "outside the image: coordinates are from 0 to 1; for pixels name the image"),
        ((0, 0), (1.2, 1), {}, r"corner \(1.2, 1.0\) is outside the image"),
        ((0.5, 0), (0.5, 1), {}, "has no area: lt is the left top corner and rb the right bottom one"),
        ((0.6, 0), (0.5, 1), {}, "has no area"),
        ((0, 0.6), (0.5, 0.2), {}, "has no area"),
        ((float("nan"), 0), (1, 1), {}, r"Box lt=\(nan, 0\): give finite numbers"),
        ((0, 0), (1, float("inf")), {}, "Box rb=.*: give finite numbers"),
        (0, (1, 1), {}, "Box lt=0: give x and y"),
        ((0, 0, 1), (1, 1), {}, "give x and y"),
        (("a", 0), (1, 1), {}, "give x and y"),
        ((0, 0), (641, 480), {"example": (640, 480)}, "outside its example of 640 × 480 pixels"),
        ((-1, 0), (64, 48), {"example": (640, 480)}, "outside its example of 640 × 480 pixels"),
        ((0, 0), (1, 1), {"example": (640,)}, r"example=\(640,\): give an image, its path, or \(width, height\)"),
        ((0, 0), (1, 1), {"example": (0.5, 1.5)}, "give an image, its path"),
        ((0, 0), (1, 1), {"example": (0, 10)}, "give an image, its path"),
    ],
)  # fmt: skip
def test_what_is_no_box_says_why(lt, rb, more, expected):
    with pytest.raises(InvalidParameter, match=expected) as caught:
        Box(lt, rb, **more)
    assert "\n" not in str(caught.value)


def test_pixels_outside_an_example_that_is_read_later_are_an_error_then():
    with pytest.raises(InvalidParameter, match=r"corner \(70.0, 64.0\) is outside its example of 64 × 64"):
        Box((0, 0), (70, 64), example="photo.jpg").resolved((64, 64))
    with pytest.raises(InvalidParameter, match="Polygon corner .* is outside its example of 64 × 64"):
        Polygon([(0, 0), (70, 0), (0, 9)], example="photo.jpg").resolved((64, 64))


@pytest.mark.parametrize(
    ("vertices", "expected"),
    [
        ([(0, 0), (1, 1)], "give at least three different corners"),
        ([(0, 0), (1, 1), (0, 0)], "give at least three different corners"),
        ([], "give at least three different corners"),
        ([(0, 0), (0.5, 0.5), (1, 1)], "has no area: its corners lie on one line"),
        ([(0.3, 0.1), (0.6, 0.2), (0.9, 0.3)], "has no area"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "crosses itself: give its corners in order around it"),
        ([(0, 0), (1, 0), (2, 1)], "outside the image"),
        ([(0, 0), (1, 0), (float("nan"), 1)], "give finite numbers"),
        ([(0, 0), (1, 0), 3], "Polygon vertex=3: give x and y"),
        (7, "vertices=7: give at least three corners"),
        ("abc", "vertices='abc': give at least three corners"),
    ],
)
def test_what_is_no_polygon_says_why(vertices, expected):
    with pytest.raises(InvalidParameter, match=expected) as caught:
        Polygon(vertices)
    assert "\n" not in str(caught.value)


def test_a_long_polygon_is_not_written_out_in_an_error():
    zigzag = [(i / 100, i % 2) for i in range(100)]
    with pytest.raises(InvalidParameter, match=r", …\] crosses itself"):
        Polygon(zigzag)


def test_a_corner_given_twice_in_a_row_counts_once():
    assert Polygon([*TRIANGLE, TRIANGLE[0]]) == Polygon(TRIANGLE)
    assert Polygon([TRIANGLE[0], *TRIANGLE]) == Polygon(TRIANGLE)
    assert Polygon(np.array(TRIANGLE)) == Polygon(iter(TRIANGLE))


def test_a_box_is_read_from_text():
    assert Box.parse("0, 0,.5,1") == Box((0, 0), (0.5, 1))


@pytest.mark.parametrize("text", ["", "0,0,1", "0,0,1,1,1", "left", "0;0;1;1"])
def test_a_text_that_is_no_box_says_what_one_looks_like(text):
    with pytest.raises(InvalidParameter, match="give left,top,right,bottom from 0 to 1, as 0,0,.5,1"):
        Box.parse(text)


def test_a_region_is_written_shortly():
    assert str(Box((0, 0), (0.5, 1))) == "box 0,0 0.5,1"
    assert str(Box((0, 0), (5, 9), example=(10, 10), invert=True)) == "all but box 0,0 5,9 of 10×10"
    assert str(Polygon(TRIANGLE, example="x.png")) == "polygon 0,0 1,0 0,1 of x.png"
