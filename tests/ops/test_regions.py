import io
import logging

import numpy as np
import pytest
from PIL import Image

from clusterby.core.column import Column
from clusterby.core.errors import InvalidParameter, UnknownColumn, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.instructions.crop import Canvas
from clusterby.instructions.region import Box, Polygon
from clusterby.instructions.regions import Boxes
from clusterby.ops.regions import resolve_regions
from clusterby.tables import open_table

from .counting import CountingEncoder

LEFT = Box((0, 0), (0.5, 1))
TRIANGLE = [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9]]
KEYS = np.arange(8, dtype=np.uint64).reshape(4, 2)
ROWS = np.arange(4)


def images(n=4, base=None):
    cells = np.empty(n, dtype=object)
    cells[:] = [Image.new("RGB", (64, 32), (shade, 0, 0)) for shade in range(n)]
    return Column(name="image", cells=cells, type="object", base=base)


def resolve(region, *, encoder=None, boxes=None, base=None):
    table = None if boxes is None else open_table({"boxes": boxes, "n": list(range(len(boxes)))})
    column = images(len(boxes or KEYS), base)
    return resolve_regions(region, column, Modality.IMAGE, encoder or CountingEncoder(), table=table)


def salted(region, **how):
    return resolve(region, **how).salt(KEYS, ROWS).tolist()


def rotated(path):
    """Write a picture of 40 × 20 that lies on its side: 20 × 40 for who looks at it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(path, exif=exif)
    return str(path)


def test_one_region_is_that_of_every_row():
    found = resolve(LEFT)
    assert [found.of(row) for row in range(4)] == [LEFT] * 4
    assert found.faults == {}


def test_each_row_has_the_region_of_its_column():
    found = resolve("boxes", boxes=[[0, 0, 0.5, 1], None, TRIANGLE, [0.5, 0, 0.5, 1]])
    assert found.of(0) == LEFT
    assert found.of(1) is None
    assert found.of(2) == Polygon(TRIANGLE)
    assert found.of(3) == Box((0.5, 0), (1, 1))
    assert found.faults == {1: "no region: missing value"}


def test_the_rows_regions_are_inverted_together():
    found = resolve(Boxes("boxes", invert=True), boxes=[[0, 0, 0.5, 1], TRIANGLE])
    assert found.of(0) == Box((0, 0), (0.5, 1), invert=True)
    assert found.of(1) == Polygon(TRIANGLE, invert=True)


def test_pixels_are_those_of_each_row_s_own_image(caplog):
    with caplog.at_level(logging.INFO):
        found = resolve("boxes", boxes=[[0, 0, 32, 32], [[0, 0], [64, 0], [0, 16]]])
    assert "column 'boxes': regions are taken to be in pixels of each row's image" in caplog.text
    assert found.of(0, (64, 32)) == LEFT
    assert found.of(0, (320, 320)) == Box((0, 0), (0.1, 0.1))
    assert found.of(1, (64, 32)) == Polygon([(0, 0), (1, 0), (0, 0.5)])
    with pytest.raises(InvalidParameter, match="these regions are in pixels: give the width and height"):
        found.of(0)


@pytest.mark.parametrize(("size", "width"), [((64, 32), 65), ((10, 10), 11), ((1000, 100), 1010)])
def test_a_pixel_or_a_hundredth_beyond_the_image_is_forgiven(size, width):
    assert resolve("boxes", boxes=[[0, 0, width, 5]]).of(0, size).rb[0] == 1


def test_pixels_beyond_the_image_are_a_reason_to_skip_the_row():
    found = resolve("boxes", boxes=[[0, 0, 66, 5], [[0, 0], [50, 0], [0, 40]]])
    for row in (0, 1):
        with pytest.raises(UnreadableCell, match="a region that leaves its image of 64 × 32 pixels"):
            found.of(row, (64, 32))


def test_a_row_whose_polygon_crosses_itself_is_skipped_when_it_is_cut():
    found = resolve("boxes", boxes=[[[0, 0], [1, 1], [1, 0], [0, 1]], TRIANGLE])
    with pytest.raises(UnreadableCell, match="crosses itself"):
        found.cut(0)(Image.new("RGB", (8, 8)), (8, 8))


def test_a_cut_shows_the_region_on_the_encoder_s_fill():
    encoder = CountingEncoder()
    encoder.fill = [1, 2, 3]
    cut = resolve(LEFT, encoder=encoder).cut(0)(Image.new("RGB", (64, 16), "red"), (64, 16))
    assert cut.size == (32, 32)
    assert (cut.getpixel((0, 0)), cut.getpixel((16, 16))) == ((1, 2, 3), (255, 0, 0))


def test_middle_gray_fills_where_the_encoder_says_nothing():
    assert resolve(LEFT).canvas == Canvas(fill=(128, 128, 128))


def test_what_the_encoder_makes_of_a_square_is_asked_of_it():
    encoder = CountingEncoder()
    encoder.fill, encoder.input_side, encoder.center_crop, encoder.shrink_to = (0, 9, 255), 224, 0.875, 256
    assert resolve(LEFT, encoder=encoder).canvas == Canvas(
        fill=(0, 9, 255), side=224, center=0.875, shrink_to=256
    )


@pytest.mark.parametrize("fill", [(1, 2), (1, 2, 300), (0.5, 0.5, 0.5), "red", (-1, 0, 0)])
def test_a_fill_that_is_no_color_is_an_error(fill):
    encoder = CountingEncoder()
    encoder.fill = fill
    with pytest.raises(
        InvalidParameter, match="'counting' has fill=.*: it must be red, green and blue from 0 to 255"
    ):
        resolve(LEFT, encoder=encoder)


def test_a_jpeg_may_be_decoded_smaller_for_a_box_and_nothing_else():
    size = (64, 32)
    assert resolve(Box((0, 0), (0.5, 0.25))).cut(0).part(size) == 0.25
    assert resolve("boxes", boxes=[[0, 0, 16, 16]]).cut(0).part(size) == 0.25
    assert resolve(Box((0, 0), (0.5, 0.25), invert=True)).cut(0).part(size) is None
    assert resolve(Polygon(TRIANGLE)).cut(0).part(size) is None


def test_the_same_region_gives_the_same_keys_however_it_is_written():
    keys = salted(LEFT)
    assert salted(Box((0, 0), (32, 99), example=(64, 99))) == keys
    assert salted(Box((0, 0), (0.50001, 1))) == keys
    assert salted("boxes", boxes=[[0, 0, 0.5, 1]] * 4) == keys
    assert salted(Boxes("boxes", unit="relative"), boxes=[[0.0, 0.0, 0.50002, 1.0]] * 4) == keys
    assert salted(Polygon(TRIANGLE)) == salted("boxes", boxes=[TRIANGLE] * 4)


def test_all_that_changes_what_is_seen_changes_the_keys():
    other, sided = CountingEncoder(), CountingEncoder()
    other.fill, sided.input_side = (0, 0, 0), 64
    every = [
        KEYS.tolist(),
        salted(LEFT),
        salted(LEFT, encoder=other),
        salted(LEFT, encoder=sided),
        salted(Box((0, 0), (0.5, 1), invert=True)),
        salted(Box((0, 0), (0.5, 0.9))),
        salted(Polygon([(0, 0), (0.5, 0), (0.5, 1), (0, 1)])),
        salted("boxes", boxes=[[0, 0, 32, 32]] * 4),
        salted("boxes", boxes=[[0, 0, 32, 31.5]] * 4),
        salted("boxes", boxes=[TRIANGLE] * 4),
        salted(Boxes("boxes", invert=True), boxes=[TRIANGLE] * 4),
    ]
    assert len({tuple(key) for keys in every for key in keys}) == 4 * len(every)


def test_keys_follow_their_contents_and_their_rows_region():
    found = resolve("boxes", boxes=[[0, 0, 0.5, 1], [0, 0, 1, 1], [0, 0, 0.5, 1], None])
    same = np.zeros((4, 2), dtype=np.uint64)
    keys = found.salt(same, ROWS)
    assert (keys[0] == keys[2]).all()
    assert not (keys[0] == keys[1]).any()
    np.testing.assert_array_equal(found.salt(same[:2], np.array([2, 1])), keys[[2, 1]])
    assert found.salt(same[:0], ROWS[:0]).shape == (0, 2)


def test_keys_of_one_region_are_the_same_in_every_version():
    assert resolve(LEFT).salt(KEYS[:1], ROWS[:1]).tolist() == [[11128692981855214154, 10910336078970608902]]


def test_a_region_far_away_has_a_key_too():
    found = resolve(Boxes("boxes", unit="pixels"), boxes=[[0, 0, 1e15, 5], [3, 3, 5, 5]])
    assert len(np.unique(found.salt(KEYS[:1].repeat(2, axis=0), ROWS[:2]), axis=0)) == 2


def test_an_example_is_read_upright_and_from_the_column_s_folder(tmp_path):
    rotated(tmp_path / "on_its_side.jpg")
    box = Box((0, 0), (10, 40), example="on_its_side.jpg")
    assert resolve(box, base=tmp_path).fixed == LEFT
    with pytest.raises(
        InvalidParameter, match=r"corner \(30.0, 20.0\) is outside its example of 20 × 40 pixels"
    ):
        resolve(Box((0, 0), (30, 20), example="on_its_side.jpg"), base=tmp_path)


@pytest.mark.parametrize("form", ["path", "bytes", "image", "record", "array"])
def test_an_example_may_be_whatever_an_image_cell_may_be(form, tmp_path):
    path = tmp_path / "x.jpg"
    rotated(path)
    example = {
        "path": path,
        "bytes": path.read_bytes(),
        "image": Image.open(io.BytesIO(path.read_bytes())),
        "record": {"bytes": None, "path": str(path)},
        "array": np.zeros((40, 20), np.uint8),
    }[form]
    assert resolve(Box((0, 0), (10, 40), example=example)).fixed == LEFT
    assert resolve(Polygon([(0, 0), (20, 0), (0, 40)], example=example)).fixed == Polygon(
        [(0, 0), (1, 0), (0, 1)]
    )


@pytest.mark.parametrize(
    ("example", "why"), [("gone.jpg", "no such file"), (b"GIF", "not an image"), (3, "int")]
)
def test_an_example_that_cannot_be_read_is_an_error_that_says_why(example, why):
    with pytest.raises(
        InvalidParameter, match=rf"example=.* cannot be read \(.*{why}.*give an image that can, or its"
    ):
        resolve(Box((0, 0), (5, 5), example=example))


@pytest.mark.parametrize("modality", [Modality.TEXT, Modality.AUDIO, Modality.NUMBER])
@pytest.mark.parametrize("region", [LEFT, "boxes"])
def test_a_region_of_anything_but_images_is_an_error(modality, region):
    column = Column(name="note", cells=np.array(["a"], dtype=object), type="string")
    with pytest.raises(
        InvalidParameter, match=f"'note' holds {modality}: a region is a part of an image; leave region"
    ):
        resolve_regions(
            region, column, modality, CountingEncoder(), table=open_table({"boxes": [[0, 0, 1, 1]]})
        )


def test_a_column_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(UnknownColumn, match="no column 'bokses'. Did you mean 'boxes'"):
        resolve("bokses", boxes=[[0, 0, 1, 1]])


def test_a_column_of_regions_needs_its_table():
    with pytest.raises(InvalidParameter, match="boxes names a column: give a table that has it, or one Box"):
        resolve("boxes")


def test_what_is_no_region_is_an_error():
    with pytest.raises(InvalidParameter, match="region=3: give Box"):
        resolve(3)
