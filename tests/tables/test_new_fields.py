from types import SimpleNamespace

import numpy as np
import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables.new_columns import to_list
from clusterby.tables.new_fields import field_type, name_fields

FIELDS = SimpleNamespace(
    **{
        name: name
        for name in ("IntField", "FloatField", "BooleanField", "DateTimeField", "VectorField", "StringField")
    }
)


@pytest.mark.parametrize(
    ("name", "field"),
    [("cluster", "cluster"), ("clip(image)", "clip_image"), ("_a.b", "a_b"), ("my name", "my_name")],
)
def test_a_field_is_named_with_letters_digits_and_underscores(name, field):
    assert name_fields([name], ()) == {name: field}


@pytest.mark.parametrize("name", ["é", "", "__", "()"])
def test_a_name_of_which_nothing_is_left_is_refused(name):
    with pytest.raises(InvalidTable, match="cannot name a field"):
        name_fields([name], ())


@pytest.mark.parametrize("columns", [["color"], ["id"], ["frames"], ["color()"], ["a b", "a_b"]])
def test_a_field_that_is_there_or_kept_by_fiftyone_is_refused(columns):
    with pytest.raises(InvalidTable, match="choose another name for the new column"):
        name_fields(columns, ["filepath", "color"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.ma.masked_equal([1, 2, -1], -1), "IntField"),
        (np.ma.masked_all(2, dtype=np.uint8), "IntField"),
        (np.array([1.5, np.nan]), "FloatField"),
        (np.array([True, False]), "BooleanField"),
        (np.array(["2024-01-01"], dtype="datetime64[us]"), "DateTimeField"),
        (np.ones((2, 3)), "VectorField"),
        (np.ones((2, 3), dtype=int), "VectorField"),
        (np.array(["a", None], dtype=object), "StringField"),
        (np.array([None, None], dtype=object), "StringField"),
        (np.array(["a", "b"]), "StringField"),
        (np.array([1, None], dtype=object), "FloatField"),
    ],
)
def test_a_field_is_of_the_type_of_its_cells(values, expected):
    assert field_type("x", values, to_list(values), FIELDS) == expected


def test_cells_of_several_types_are_refused():
    values = np.array([1, "a"], dtype=object)
    with pytest.raises(InvalidTable, match="the new column 'x' are not all of one type"):
        field_type("x", values, list(values), FIELDS)
