from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pytest
from PIL import Image

from clusterby.core.errors import InvalidParameter
from clusterby.tables import open_table

KEYS = {"k": np.ma.array([1, 0, 1])}


def test_the_first_image_of_each_group_is_the_very_image():
    images = [None, Image.new("L", (1, 1)), Image.new("L", (2, 2))]
    grouping = open_table({"image": images}).group_rows(KEYS)
    found = grouping.aggregate("image", "first")
    assert found["k"] == [0, 1]
    assert found["image"][0] is images[1]
    assert found["image"][1] is images[2]
    assert grouping.agg(n=("image", "count")) == {"k": [0, 1], "n": [1, 1]}


def test_a_group_without_an_image_has_none():
    grouping = open_table({"o": [object(), None, object()]}).group_rows(KEYS)
    assert grouping.aggregate("o", "last")["o"][0] is None


def test_images_have_no_mean():
    grouping = open_table({"image": [Image.new("L", (1, 1))] * 3}).group_rows(KEYS)
    with pytest.raises(
        InvalidParameter, match=r"'mean' does not apply to column 'image', whose type is Object"
    ):
        grouping.aggregate("image", "mean")


def test_nan_is_missing():
    grouping = open_table({"x": [1.0, float("nan"), 3.0], "a": np.array([np.nan, 1, 2])}).group_rows(KEYS)
    assert grouping.aggregate(["x", "a"], "count") == {"k": [0, 1], "x": [0, 2], "a": [1, 1]}
    assert grouping.aggregate("x", "mean") == {"k": [0, 1], "x": [None, 2]}


@pytest.mark.parametrize("cells", [[1, 2.5, decimal.Decimal(3)], [10**30, 2.0, 3]])
def test_numbers_of_several_kinds_are_floats(cells):
    assert open_table({"x": cells}).group_rows(KEYS).aggregate("x", "min")["x"][0] in (2, 2.5)


def test_dates_of_several_kinds_are_moments():
    cells = [dt.date(2024, 1, 1), dt.datetime(2024, 1, 2, 12), dt.date(2024, 1, 3)]
    found = open_table({"t": cells}).group_rows(KEYS).aggregate("t", "max")
    assert found["t"] == [dt.datetime(2024, 1, 2, 12), dt.datetime(2024, 1, 3)]


def test_a_column_without_any_value_is_a_key_of_no_group():
    assert open_table({"a": [None, None]}).group_rows({"a": None}).size() == {"a": [], "size": []}
