import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.coordinates import (
    GRID,
    check_inside,
    comparable,
    known_size,
    read_point,
    relative,
    size_for,
    snapped,
)


def test_a_point_is_two_finite_numbers():
    assert read_point(np.array([1, 2]), "lt") == (1.0, 2.0)
    for value in (None, "ab", (1,), (1, 2, 3), (1, None)):
        with pytest.raises(InvalidParameter, match="lt=.*give x and y"):
            read_point(value, "lt")
    with pytest.raises(InvalidParameter, match="lt=.*give finite numbers"):
        read_point((1, float("nan")), "lt")


def test_coordinates_count_in_the_size_of_what_they_were_measured_in():
    assert known_size(None) == (1, 1)
    assert known_size((640, np.int64(480))) == (640, 480)
    assert known_size("x.png") is None
    assert size_for("x.png", (3, 4)) == (3, 4)
    assert size_for((640, 480), (3, 4)) == (640, 480)


def test_an_array_stands_for_its_size_and_other_images_for_themselves():
    assert comparable(np.zeros((20, 40))) == (40, 20)
    assert comparable(np.zeros((20, 40, 3))) == (40, 20)
    assert comparable([40, 20]) == (40, 20)
    assert comparable("x.png") == "x.png"


def test_a_point_may_lie_on_the_edge_and_a_rounding_beyond():
    check_inside([(0, 0), (1, 1), (-9e-7, 1 + 9e-7)], (1, 1), "Box", None)
    with pytest.raises(InvalidParameter, match="Box corner .* is outside the image"):
        check_inside([(0, 0), (0, 1.00001)], (1, 1), "Box", None)


@given(st.floats(0, 1), st.floats(0, 1))
def test_ends_are_snapped_to_the_nearest_steps_and_never_meet(one, other):
    low, high = sorted((one, other))
    start, end = snapped(low, high)
    assert 0 <= start < end <= GRID
    if round(low * GRID) < round(high * GRID):
        assert (start, end) == (round(low * GRID), round(high * GRID))


def test_what_lies_a_rounding_beyond_ends_at_the_edge():
    assert relative([(-1e-7, 0.5), (1 + 1e-7, 1)], (1, 1)) == ((0, 0.5), (1, 1))
