import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from clusterby.core.column import Column
from clusterby.media.vectors import decode_vectors


def objects(*cells, faults=None):
    array = np.empty(len(cells), dtype=object)
    for row, cell in enumerate(cells):
        array[row] = cell
    return Column(name="v", cells=array, type="object", faults=faults or {})


def matrix(cells, faults=None):
    return Column(name="v", cells=np.asarray(cells), type="vector", faults=faults or {})


def test_a_matrix_is_taken_as_it_is():
    decoded = decode_vectors(matrix([[1.0, 2.0], [3.0, 4.0]]))
    assert decoded.values.tolist() == [[1, 2], [3, 4]]
    assert decoded.values.dtype == np.float32
    assert decoded.rows.tolist() == [0, 1]
    assert decoded.rows.dtype == np.int64


def test_rows_of_a_matrix_that_are_not_finite_are_faults():
    decoded = decode_vectors(
        matrix([[np.nan, 0], [1, 2], [np.inf, 0], [np.nan, np.nan]], faults={3: "no vector in the file"})
    )
    assert decoded.rows.tolist() == [1]
    assert decoded.faults == {
        0: "not finite (NaN or infinity)",
        2: "not finite (NaN or infinity)",
        3: "no vector in the file",
    }


def test_what_float32_cannot_hold_is_not_finite():
    assert decode_vectors(matrix([[1e300, 0.0]])).faults == {0: "not finite (NaN or infinity)"}
    assert decode_vectors(objects([1e300, 0.0])).faults == {0: "not finite (NaN or infinity)"}


def test_a_matrix_without_columns_has_only_faults():
    decoded = decode_vectors(matrix(np.empty((2, 0))))
    assert decoded.values.shape == (0, 0)
    assert decoded.faults == {0: "a vector of no numbers", 1: "a vector of no numbers"}


def test_the_callers_matrix_is_not_shared():
    cells = np.ones((2, 2), dtype=np.float32)
    decode_vectors(matrix(cells)).values[0, 0] = 9
    assert cells[0, 0] == 1


def test_lists_tuples_and_arrays_are_vectors():
    decoded = decode_vectors(objects([1, 2], (3.5, 4), np.array([5, 6], dtype=np.int8), [True, False]))
    assert decoded.values.tolist() == [[1, 2], [3.5, 4], [5, 6], [1, 0]]
    assert decoded.faults == {}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "missing value"),
        ([], "a vector of no numbers"),
        ([1.0, np.nan], "not finite (NaN or infinity)"),
        ([1.0, -np.inf], "not finite (NaN or infinity)"),
        ([1.0, None], "not finite (NaN or infinity)"),
        ([1.0, 2.0, 3.0], "length 3 where most have 2"),
        ([1.0], "length 1 where most have 2"),
        (["1", "2"], "not a vector: its parts are no numbers"),
        ([1, [2, 3]], "not a vector: its parts differ in shape or are no numbers"),
        (np.ones((2, 2)), "not a vector: an array of shape (2, 2)"),
        (np.array([1j, 2]), "not a vector: its parts are no numbers"),
        ("12", "not a vector: str"),
        (b"12", "not a vector: bytes"),
        ({0: 1, 1: 2}, "not a vector: dict"),
        (5.0, "not a vector: float"),
    ],
)
def test_what_is_no_vector_of_the_usual_length_says_why(cell, reason):
    decoded = decode_vectors(objects([1, 2], cell, [3, 4]))
    assert decoded.faults == {1: reason}
    assert decoded.rows.tolist() == [0, 2]


def test_on_a_tie_the_first_length_counts():
    assert decode_vectors(objects([1, 2, 3], [1])).faults == {1: "length 1 where most have 3"}


def test_a_column_without_vectors_has_only_faults():
    decoded = decode_vectors(objects(None, "a", faults={0: "cut off"}))
    assert decoded.values.shape == (0, 0)
    assert decoded.values.dtype == np.float32
    assert decoded.faults == {0: "cut off", 1: "not a vector: str"}


@settings(deadline=None, max_examples=40)
@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(width=32)))
def test_a_matrix_and_its_rows_decode_alike(cells):
    whole, rows = decode_vectors(matrix(cells)), decode_vectors(objects(*cells))
    assert whole.rows.tolist() == rows.rows.tolist()
    assert whole.faults == rows.faults
    assert whole.values.tolist() == rows.values.tolist()
