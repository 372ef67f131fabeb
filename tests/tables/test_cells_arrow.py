from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from clusterby.tables.cells_arrow import read_arrow

DAY = dt.datetime(2024, 1, 1)


@pytest.mark.parametrize(
    ("array", "kind", "cells"),
    [
        (pa.array([1, None], pa.uint8()), "number", [1, None]),
        (pa.array(np.array([1, 2], np.float16)), "number", [1, 2]),
        (pa.array([decimal.Decimal("1.5"), None]), "number", [1.5, None]),
        (pa.array([dt.time(0, 1), None], pa.time32("s")), "number", [60, None]),
        (pa.array([dt.time(0, 1), None], pa.time64("ns")), "number", [60, None]),
        (pa.array([dt.timedelta(seconds=1), None], pa.duration("ms")), "number", [1, None]),
        (pa.array([DAY, None], pa.timestamp("ns")), "date", [DAY, None]),
        (pa.array([DAY, None], pa.timestamp("s", tz="Europe/Paris")), "date", [DAY, None]),
        (pa.array([DAY.date(), None], pa.date32()), "date", [DAY, None]),
        (pa.array([DAY.date(), None], pa.date64()), "date", [DAY, None]),
        (pa.array(["a", None], pa.large_string()), "string", ["a", None]),
        (pa.array(["b", "a", None, "b"]).dictionary_encode(), "category", ["b", "a", None, "b"]),
        (pa.array([7, None]).dictionary_encode(), "category", [7, None]),
        (pa.array([b"a", None]), "object", [b"a", None]),
        (pa.array([["a"], None]), "object", [["a"], None]),
        (pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())), "object", [[("k", 1)], None]),
        (pa.nulls(2), "object", [None, None]),
    ],
)
def test_an_arrow_type_says_what_the_column_is(array, kind, cells):
    column = read_arrow(array, "x")
    found = [None if cell != cell else cell for cell in column.cells.tolist()]
    assert (column.type, found) == (kind, cells)


def test_chunks_with_dictionaries_of_their_own_are_joined():
    chunks = pa.chunked_array([pa.array(["a"]).dictionary_encode(), pa.array(["b", "a"]).dictionary_encode()])
    assert read_arrow(chunks, "x").cells.tolist() == ["a", "b", "a"]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float32()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 2)]
)
def test_vectors_of_one_length_are_a_float32_matrix(kind):
    chunks = pa.chunked_array([pa.array([[9, 9], [1, 2]], kind).slice(1), pa.array([[3, 4]], kind)])
    cells = read_arrow(chunks, "x").cells
    assert cells.dtype == np.float32
    np.testing.assert_array_equal(cells, [[1, 2], [3, 4]])


def test_a_matrix_is_read_without_a_copy():
    flat = pa.array(np.arange(6, dtype=np.float32))
    cells = read_arrow(pa.FixedSizeListArray.from_arrays(flat, 3), "x").cells
    assert np.shares_memory(cells, flat.to_numpy())


def test_a_missing_number_in_a_vector_is_nan():
    np.testing.assert_array_equal(
        read_arrow(pa.array([[1.0, None], [3.0, 4.0]]), "x").cells, [[1, np.nan], [3, 4]]
    )


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.list_(pa.int64(), 2)])
def test_a_missing_vector_is_none(kind):
    column = read_arrow(pa.array([[1, 2], None, [3, 4]], kind), "x")
    assert column.type == "vector"
    assert [None if cell is None else cell.tolist() for cell in column.cells] == [[1, 2], None, [3, 4]]


def test_no_vector_at_all_is_a_column_of_none():
    assert read_arrow(pa.array([None, None], pa.list_(pa.float64())), "x").cells.tolist() == [None, None]


def test_lists_of_fixed_size_lists_are_arrays():
    pixels = pa.array([[[1, 2], [3, 4]], None], pa.list_(pa.list_(pa.uint8(), 2), 2))
    column = read_arrow(pixels, "x")
    assert (column.type, column.cells[1], column.cells[0].dtype) == ("object", None, np.uint8)
    np.testing.assert_array_equal(column.cells[0], [[1, 2], [3, 4]])


def test_tensors_keep_their_shape():
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(12, dtype=np.float32).reshape(3, 2, 2))
    column = read_arrow(images, "x")
    assert column.type == "object"
    np.testing.assert_array_equal(column.cells[2], [[8, 9], [10, 11]])


def test_tensors_of_one_axis_are_vectors():
    rows = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(4, dtype=np.float32).reshape(2, 2))
    assert read_arrow(rows, "x").type == "vector"
