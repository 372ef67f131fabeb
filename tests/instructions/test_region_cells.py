from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from clusterby.core.column import Column
from clusterby.instructions.region_cells import read_regions
from clusterby.tables import as_column, open_table

TRIANGLE = [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9]]


def column_of(*cells, faults=None):
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return Column(name="boxes", cells=array, type="object", faults=faults or {})


def reason(cell, unit=None):
    return read_regions(column_of(cell, [0.1, 0.1, 0.2, 0.2]), unit).faults[0]


def test_a_box_is_left_top_width_and_height():
    found = read_regions(column_of([0.25, 0.5, 0.25, 0.125]))
    assert found.boxes.tolist() == [[0.25, 0.5, 0.5, 0.625]]
    assert not found.pixels
    assert found.faults == {}


@pytest.mark.parametrize(
    "cell",
    [
        (0.25, 0.5, 0.25, 0.125),
        np.array([0.25, 0.5, 0.25, 0.125]),
        np.array([0.25, 0.5, 0.25, 0.125], dtype=object),
        [[0.25, 0.5, 0.25, 0.125]],
        "[0.25, 0.5, 0.25, 0.125]",
        '{"bounding_box": [0.25, 0.5, 0.25, 0.125]}',
        {"bounding_box": [0.25, 0.5, 0.25, 0.125], "label": "cat", "points": None},
        SimpleNamespace(bounding_box=[0.25, 0.5, 0.25, 0.125], label="cat"),
        [{"bounding_box": [0.25, 0.5, 0.25, 0.125]}],
        {"detections": [{"bounding_box": [0.25, 0.5, 0.25, 0.125]}]},
        SimpleNamespace(detections=[SimpleNamespace(bounding_box=(0.25, 0.5, 0.25, 0.125))]),
    ],
    ids=str,
)
def test_a_box_is_found_in_every_form_it_may_have(cell):
    assert read_regions(column_of(cell)).boxes.tolist() == [[0.25, 0.5, 0.5, 0.625]]


@pytest.mark.parametrize(
    "cell",
    [
        TRIANGLE,
        np.array(TRIANGLE),
        [np.array(point) for point in TRIANGLE],
        np.array([*map(np.array, TRIANGLE), None], dtype=object)[:3],
        [TRIANGLE],
        str(TRIANGLE),
        {"points": [TRIANGLE]},
        {"points": TRIANGLE},
        SimpleNamespace(points=[[tuple(point) for point in TRIANGLE]], closed=True),
        {"polylines": [{"points": [TRIANGLE]}]},
    ],
    ids=str,
)
def test_a_polygon_is_found_in_every_form_it_may_have(cell):
    found = read_regions(column_of([0, 0, 0.5, 0.5], cell))
    assert {row: points.tolist() for row, points in found.polygons.items()} == {1: TRIANGLE}
    assert np.isnan(found.boxes[1]).all()
    assert found.faults == {}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, "no region: missing value"),
        (float("nan"), "no region: missing value"),
        ([], "no region: an empty list"),
        ({"detections": []}, "no region: an empty list"),
        ([[0, 0, 0.1, 0.1]] * 3, "3 regions in one row: one is needed; cluster patches instead"),
        (
            [{"bounding_box": [0, 0, 1, 1]}] * 2,
            "2 regions in one row: one is needed; cluster patches instead",
        ),
        (
            {"points": [TRIANGLE, TRIANGLE[:2]]},
            "2 regions in one row: one is needed; cluster patches instead",
        ),
        ([TRIANGLE, TRIANGLE], "2 regions in one row: one is needed; cluster patches instead"),
        ([0, 0, 1], "3 numbers: a box has four, [x, y, width, height]"),
        ([[]], "0 numbers: a box has four, [x, y, width, height]"),
        ([[0.1, 0.1], [0.2, 0.2]], "2 corners: a polygon has three or more, [[x, y], …]"),
        ([0.5, 0.5, 0, 0.5], "a region without area"),
        ([0.5, 0.5, -0.2, 0.5], "a region without area"),
        ([[0.1, 0.1], [0.1, 0.5], [0.1, 0.9]], "a region without area"),
        ([0.1, 0.1, float("nan"), 1], "a region of numbers that are not finite"),
        ([0.1, 0.1, None, 1], "a region of numbers that are not finite"),
        ([0.1, 0.1, float("-inf"), 1], "a region of numbers that are not finite"),
        ([0.1, 0.1, -(10**400), 1], "a region of numbers that are not finite"),
        ([[0.1, 0.1], [0.1, float("nan")], [0.9, 0.9]], "a region of numbers that are not finite"),
        ("[0, 0", "not a region: the text '[0, 0'"),
        ("left", "not a region: the text 'left'"),
        ("3", "not a region: int; give [x, y, width, height]"),
        (3.0, "not a region: float; give [x, y, width, height]"),
        (b"x", "not a region: bytes; give [x, y, width, height]"),
        ({"label": "cat"}, "not a region: dict; give [x, y, width, height]"),
    ],
)
def test_a_cell_without_one_region_says_why(cell, expected):
    assert reason(cell) == expected


@pytest.mark.parametrize("cell", [[0.5, 0.5, 0.9, 0.2], [-0.2, 0, 0.5, 0.5], [[0, 0], [0.5, 1.2], [0.5, 0]]])
def test_a_relative_region_that_leaves_its_image_is_a_fault(cell):
    assert reason(cell, "relative").startswith(
        "a region that leaves its image: coordinates count from 0 to 1"
    )


def test_a_region_that_goes_over_by_a_hundredth_ends_at_its_image():
    found = read_regions(column_of([-0.005, 0.2, 0.505, 0.805], [[0, 0], [1.009, 0], [0, 1]]))
    assert found.boxes[0].tolist() == [0, 0.2, 0.5, 1]
    assert found.polygons[1].tolist() == [[0, 0], [1, 0], [0, 1]]
    assert reason([1.001, 0, 0.005, 1]) == "a region without area"


def test_one_value_above_one_makes_the_whole_column_pixels():
    found = read_regions(column_of([0, 0, 1, 1], [3, 4, 10, 20], [[0, 0], [5, 0], [0, 5]]))
    assert found.pixels
    assert found.boxes[:2].tolist() == [[0, 0, 1, 1], [3, 4, 13, 24]]
    assert found.polygons[2].tolist() == [[0, 0], [5, 0], [0, 5]]
    assert not read_regions(column_of([0, 0, 1.01, 1])).pixels
    assert read_regions(column_of([[0, 0], [1.02, 0], [0, 1]])).pixels


def test_the_unit_that_is_given_counts():
    assert read_regions(column_of([0, 0, 1, 1]), "pixels").pixels
    found = read_regions(column_of([0, 0, 0.5, 0.5], [0, 0, 640, 480]), "relative")
    assert not found.pixels
    assert list(found.faults) == [1]


def test_fractions_in_a_column_that_seems_to_count_pixels_are_faults_and_say_so():
    found = read_regions(column_of([0, 0, 640, 480], [0.1, 0.1, 0.4, 0.4], [[0, 0], [0.4, 0], [0, 0.4]]))
    expected = (
        "less than a pixel: the column counts pixels, for it holds 640; else give Boxes(…, unit='relative')"
    )
    assert found.faults == {1: expected, 2: expected}
    assert read_regions(column_of([0.1, 0.1, 0.4, 0.4], [0, 0, 9, 9]), "pixels").faults == {}


def test_what_the_table_says_of_a_missing_cell_is_the_reason():
    assert read_regions(column_of(None, faults={0: "could not be read"})).faults == {0: "could not be read"}


def test_a_column_of_one_array_is_read_at_once():
    found = read_regions(as_column(np.array([[0, 0, 0.5, 1], [0.5, 0, 0.5, 0]])))
    assert found.boxes[0].tolist() == [0, 0, 0.5, 1]
    assert found.faults == {1: "a region without area"}


def test_vectors_of_another_length_are_faults():
    found = read_regions(as_column(np.ones((2, 3))))
    assert found.faults == dict.fromkeys([0, 1], "3 numbers: a box has four, [x, y, width, height]")


def test_a_column_without_one_region_is_all_faults():
    found = read_regions(column_of(None, None))
    assert list(found.faults) == [0, 1]
    assert np.isnan(found.boxes).all()


@pytest.mark.parametrize("kind", ["dict", "pandas", "polars", "pyarrow", "parquet"])
def test_regions_come_through_every_table(kind, tmp_path):
    import pandas as pd
    import polars as pl

    boxes, shapes = [[0.0, 0.0, 0.5, 1.0], None, [0.1, 0.2, 0.3, 0.4]], [TRIANGLE, None, TRIANGLE[::-1]]
    plain = {"box": boxes, "shape": shapes}
    path = tmp_path / "x.parquet"
    if kind == "parquet":
        pl.DataFrame(plain).write_parquet(path)
    data = {
        "dict": lambda: plain,
        "pandas": lambda: pd.DataFrame(plain),
        "polars": lambda: pl.DataFrame(plain),
        "pyarrow": lambda: pa.table(plain),
        "parquet": lambda: str(path),
    }[kind]()
    table = open_table(data)
    found = read_regions(table.column("box"))
    assert list(found.faults) == [1]
    assert found.boxes[0].tolist() == [0, 0, 0.5, 1]
    found = read_regions(table.column("shape"))
    assert list(found.faults) == [1]
    assert found.polygons[2].tolist() == TRIANGLE[::-1]
