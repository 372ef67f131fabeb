import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from clusterby.runs.parquet import (
    any_from_parquet,
    any_to_parquet,
    arrays_from,
    arrays_to,
    columns_of,
    from_parquet,
    sayable,
    to_parquet,
)

FLOATS = arrays(
    np.float32,
    array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=4),
    elements=st.floats(-9, 9, width=32),
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), FLOATS, max_size=4))
def test_arrays_come_back_with_their_names_and_shapes(given_arrays):
    back = arrays_from(arrays_to(given_arrays))
    assert list(back) == list(given_arrays)
    for name, array in given_arrays.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype == np.float32


def test_columns_come_back_with_what_is_missing():
    content = to_parquet(
        {
            "label": ("int", np.ma.MaskedArray([0, 5], mask=[True, False])),
            "strength": ("real", np.array([0.5, np.inf], dtype=np.float32)),
            "name": ("text", ["a", None]),
            "key": ("key", [b"\0" * 16, None]),
        }
    )
    assert columns_of(content) == ["label", "strength", "name", "key"]
    back = from_parquet(content, {"label": "int", "strength": "real", "name": "text", "key": "key"})
    assert {name: column.to_pylist() for name, column in back.items()} == {
        "label": [None, 5], "strength": [0.5, float("inf")], "name": ["a", None], "key": [b"\0" * 16, None],
    }  # fmt: skip


def test_a_column_of_another_kind_is_refused():
    content = to_parquet({"label": ("text", ["a"])})
    for name, kind in (("label", "int"), ("strength", "real")):
        with pytest.raises(ValueError, match=f"it has no column '{name}' of"):
            from_parquet(content, {name: kind})


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x" * 100, to_parquet({"a": ("int", [1])})[:-20]])
@pytest.mark.parametrize("read", [arrays_from, columns_of, any_from_parquet])
def test_what_is_no_parquet_file_is_refused(read, content):
    with pytest.raises(ValueError, match="it is no Parquet file"):
        read(content)


def test_arrays_that_are_none_are_refused():
    with pytest.raises(ValueError, match="its columns are not"):
        arrays_from(to_parquet({"name": ("text", ["a"])}))
    with pytest.raises(ValueError, match="the array 'a' is not finite"):
        arrays_from(arrays_to({"a": np.array([np.nan], dtype=np.float32)}))


def test_plain_columns_come_back_as_they_were():
    columns = {"parent": [3, 4], "lambda_val": [0.1, None], "none": []}
    del columns["none"]
    assert any_from_parquet(any_to_parquet(columns)) == columns
    assert any_from_parquet(any_to_parquet({"parent": []})) == {"parent": []}


def test_half_a_character_is_written_as_an_escape():
    content = to_parquet({"name": ("text", ["a\ud800", None, "b"])})
    assert from_parquet(content, {"name": "text"})["name"].to_pylist() == ["a\\ud800", None, "b"]
    assert sayable("ü\udc80") == "ü\\udc80"
