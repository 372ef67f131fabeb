import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.region import Box, Polygon
from clusterby.instructions.regions import Boxes, parse_region


def test_a_text_is_the_name_of_a_column():
    assert parse_region("boxes") == Boxes("boxes")
    assert parse_region("0,0,.5,1") == Boxes("0,0,.5,1")


@pytest.mark.parametrize(
    "region",
    [Box((0, 0), (1, 0.5)), Polygon([(0, 0), (1, 0), (0, 1)]), Boxes("b", unit="pixels", invert=True)],
)
def test_a_region_stays_as_it_is(region):
    assert parse_region(region) is region


@pytest.mark.parametrize("value", [None, 3, (0, 0, 1, 1), [0, 0, 1, 1], {"lt": (0, 0)}])
def test_anything_else_is_an_error_that_names_what_can_be_given(value):
    with pytest.raises(
        InvalidParameter, match=r"give Box\(\(left, top\), \(right, bottom\)\), Polygon.*or the name"
    ):
        parse_region(value)


def test_a_unit_that_there_is_not_is_an_error():
    with pytest.raises(InvalidParameter, match="unit='percent': choose one of 'relative', 'pixels', or None"):
        Boxes("b", unit="percent")
    with pytest.raises(InvalidParameter, match="column=3: give the name of a column"):
        Boxes(3)


def test_a_column_of_regions_is_written_shortly():
    assert str(Boxes("box")) == "box"
    assert str(Boxes("box", unit="pixels", invert=True)) == "all but box in pixels"
