import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clusterby as cb
from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone.region_plain import plain_region, region_of_plain

REGIONS = [
    cb.Box((0, 0.25), (0.5, 1)),
    cb.Box((0, 0), (0.5, 1), invert=True),
    cb.Box((0, 0), (320, 480), example=(640, 480)),
    cb.Box((0, 0), (320, 480), example="photo.jpg"),
    cb.Polygon([(0, 0), (1, 0), (0, 1)]),
    cb.Polygon([(0, 0), (1, 0), (0, 1)], invert=True),
    cb.Boxes("faces"),
    cb.Boxes("faces", unit="pixels", invert=True),
]


@pytest.mark.parametrize("region", REGIONS, ids=str)
def test_a_region_comes_back_from_json(region):
    assert region_of_plain(json.loads(json.dumps(plain_region(region)))) == region


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_a_box_comes_back_exactly(numbers):
    left, right = sorted(numbers[:2])
    top, bottom = sorted(numbers[2:])
    if left == right or top == bottom:
        return
    box = cb.Box((left, top), (right, bottom))
    assert region_of_plain(json.loads(json.dumps(plain_region(box)))).steps == box.steps


def test_a_name_is_that_of_a_field():
    assert region_of_plain(plain_region("faces")) == cb.Boxes("faces")


def test_an_example_that_json_cannot_hold_is_refused():
    from PIL import Image

    with pytest.raises(
        InvalidParameter, match="its example is a Image; give the path of an image, or its width"
    ):
        plain_region(cb.Box((0, 0), (3, 4), example=Image.new("RGB", (9, 9))))


@pytest.mark.parametrize("plain", [{}, {"lt": [0, 0]}, {"column": "faces", "size": 3}, {"vertices": 3}])
def test_what_is_no_region_is_refused(plain):
    with pytest.raises(InvalidParameter):
        region_of_plain(plain)
