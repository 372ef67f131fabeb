import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.instructions import outline as module
from clusterby.instructions.outline import crosses_itself, pixels_inside, polygon_area

POINTS = st.lists(st.tuples(st.integers(-8, 40), st.integers(-8, 40)), min_size=3, max_size=9).map(
    lambda points: np.array(points) / 3.0
)


def inside_one_by_one(points, width, height):
    """The definition: a ray from each pixel's centre to the left meets the outline an odd number of times."""
    found = np.zeros((height, width), dtype=bool)
    for y in range(height):
        for x in range(width):
            for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
                if (y0 <= y + 0.5) != (y1 <= y + 0.5):
                    met = x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                    found[y, x] ^= met <= x + 0.5
    return found


@given(POINTS, st.integers(1, 12), st.integers(1, 12))
def test_a_pixel_is_inside_if_its_centre_is(points, width, height):
    np.testing.assert_array_equal(
        pixels_inside(points, width, height), inside_one_by_one(points, width, height)
    )


def test_two_polygons_that_share_an_edge_hold_each_pixel_once():
    upper = pixels_inside(np.array([[0, 0], [9, 0], [9, 7]]), 9, 7)
    lower = pixels_inside(np.array([[0, 0], [9, 7], [0, 7]]), 9, 7)
    assert (upper ^ lower).all()


def crosses_one_by_one(points):
    def side(a, b, p):
        return np.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]))

    edges = list(zip(points, np.roll(points, -1, axis=0), strict=True))
    return any(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for a, b in edges
        for c, d in edges
    )


@pytest.mark.parametrize("block", [1, 2, 256])
@given(points=POINTS)
def test_edges_are_compared_each_with_each_whatever_the_block(block, points):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert crosses_itself(points) == crosses_one_by_one(points)


@given(st.integers(3, 40), st.integers(0, 1000), st.floats(0, 6))
def test_a_star_shaped_polygon_does_not_cross_itself_at_any_turn(corners, seed, turn):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + turn
    radius = np.random.default_rng(seed).uniform(0.1, 1, corners)
    assert not crosses_itself(np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None])


def test_edges_that_touch_do_not_cross():
    pinched = np.array([[0, 0], [2, 2], [4, 0], [4, 4], [2, 2], [0, 4]], dtype=float)
    assert not crosses_itself(pinched)


@pytest.mark.parametrize(
    ("points", "area"),
    [
        ([[0, 0], [2, 0], [2, 3], [0, 3]], 6),
        ([[0, 3], [2, 3], [2, 0], [0, 0]], 6),
        ([[0, 0], [1, 1], [2, 2]], 0),
    ],
)
def test_the_area_does_not_depend_on_the_way_around(points, area):
    assert polygon_area(np.array(points, dtype=float)) == area
