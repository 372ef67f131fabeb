import pytest

from clusterby.instructions import Box, Boxes, Polygon
from clusterby.instructions.say import say_region


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (Box((0, 0), (0.5, 1)), "box 0,0,0.5,1"),
        (Box((1 / 3, 0.25), (1, 1), invert=True), "all but box 0.3333,0.25,1,1"),
        (Polygon([(0, 0), (1, 0), (0, 1)]), "polygon of 3 corners"),
        (Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], invert=True), "all but polygon of 4 corners"),
        (Boxes("face"), "face"),
        (Boxes("face", unit="pixels", invert=True), "all but face"),
    ],
)
def test_a_region_is_said_in_few_words(region, words):
    assert say_region(region) == words
