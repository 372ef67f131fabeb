import datetime
import decimal
import uuid

import numpy as np
import pandas as pd
import pytest

from clusterby.media.scalars import is_missing, shorten, write_scalar


@pytest.mark.parametrize(
    "cell",
    [None, float("nan"), np.float32("nan"), np.datetime64("NaT"), np.timedelta64("NaT"), pd.NA, pd.NaT],
)
def test_what_holds_nothing_is_missing(cell):
    assert is_missing(cell) is True


@pytest.mark.parametrize("cell", ["", 0, False, float("inf"), [], np.array([np.nan]), b"", "nan"])
def test_what_holds_something_is_not_missing(cell):
    assert is_missing(cell) is False


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("a", "a"),
        (True, "True"),
        (np.True_, "True"),
        (3, "3"),
        (3.0, "3"),
        (np.float32(2.5), "2.5"),
        (float("inf"), "inf"),
        (decimal.Decimal("1.50"), "1.50"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.datetime(2024, 2, 29, 12), "2024-02-29T12:00:00"),
        (np.datetime64("2024-02-29"), "2024-02-29"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_one_value_is_written_as_people_write_it(cell, written):
    assert write_scalar(cell) == written


@pytest.mark.parametrize("cell", [[1], (1, 2), {"a": 1}, {1}, b"a", np.array([1]), np.array(1), object()])
def test_what_is_not_one_value_is_not_written(cell):
    assert write_scalar(cell) is None


def test_a_long_text_is_cut_and_kept_on_one_line():
    assert shorten("a\n" * 30, 8) == repr("a\na\na\na…")
    assert shorten("short") == "'short'"
