import datetime
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.media.values import decode_categories, decode_dates, decode_numbers, parse_date


def objects(*cells, kind="object", faults=None):
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return Column(name="x", cells=array, type=kind, faults=faults or {})


def test_a_number_column_keeps_its_finite_numbers():
    column = Column(
        name="x",
        cells=np.array([1.0, np.nan, np.inf, -2.5, np.nan]),
        type="number",
        faults={4: "not a number in the file"},
    )
    decoded = decode_numbers(column)
    assert decoded.values.tolist() == [1.0, -2.5]
    assert decoded.values.dtype == np.float64
    assert decoded.rows.tolist() == [0, 3]
    assert decoded.faults == {1: "missing value", 2: "infinite number", 4: "not a number in the file"}


def test_numbers_are_read_from_objects():
    decoded = decode_numbers(objects(True, 3, "2.5", " 1e3 ", np.float32(0.5)))
    assert decoded.values.tolist() == [1.0, 3.0, 2.5, 1000.0, 0.5]
    assert decoded.faults == {}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("ten", "not a number: 'ten'"),
        ("", "not a number: ''"),
        ("nan", "not a number: NaN"),
        ("inf", "infinite number"),
        (10**400, "not a number: int"),
        ([1], "not a number: list"),
        (b"1", "not a number: bytes"),
        (np.array([1.0]), "not a number: ndarray"),
        (datetime.date(2024, 1, 1), "not a number: date"),
        (1j, "not a number: complex"),
        (None, "missing value"),
    ],
)
def test_what_is_no_number_says_why(cell, reason):
    assert decode_numbers(objects(cell)).faults == {0: reason}


def test_a_column_of_dates_holds_no_numbers():
    column = Column(name="x", cells=np.array(["2024-01-01"], dtype="datetime64[us]"), type="date")
    assert decode_numbers(column).faults == {0: "not a number: datetime"}


def test_the_callers_numbers_are_not_shared():
    cells = np.array([1.0, 2.0])
    decode_numbers(Column(name="x", cells=cells, type="number")).values[0] = 9
    assert cells.tolist() == [1.0, 2.0]


def test_categories_are_written_out():
    column = objects("a", "", True, None, [1], faults={3: "was not UTF-8"})
    decoded = decode_categories(column)
    assert decoded.values.tolist() == ["a", "", "True"]
    assert decoded.faults == {3: "was not UTF-8", 4: "not a category: list"}


def test_whole_numbers_as_categories_have_no_point():
    column = Column(name="x", cells=np.array([1.0, np.nan, 2.5]), type="number")
    assert decode_categories(column).values.tolist() == ["1", "2.5"]


def test_a_date_column_drops_what_is_missing():
    cells = np.array(["2024-02-29T12:00", "NaT"], dtype="datetime64[us]")
    decoded = decode_dates(Column(name="x", cells=cells, type="date"))
    assert decoded.values.tolist() == [datetime.datetime(2024, 2, 29, 12)]
    assert decoded.values.dtype == np.dtype("datetime64[us]")
    assert decoded.faults == {1: "missing value"}


def test_dates_of_every_kind_are_read_in_utc():
    east = datetime.timezone(datetime.timedelta(hours=2))
    column = objects(
        datetime.date(2024, 1, 1),
        datetime.datetime(2024, 1, 1, 2, tzinfo=east),
        np.datetime64("2024-01-01", "D"),
        pd.Timestamp("2024-01-01T02:00+02:00"),
        "2024-01-01",
        "2024-01-01 02:00:00+02:00",
        " 2024-01-01T00:00:00Z ",
    )
    decoded = decode_dates(column)
    assert decoded.faults == {}
    assert decoded.values.dtype == np.dtype("datetime64[us]")
    assert set(decoded.values.tolist()) == {datetime.datetime(2024, 1, 1)}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("soon", "not an ISO 8601 date: 'soon'"),
        ("2024-02-30", "not an ISO 8601 date: '2024-02-30'"),
        (3.0, "not a date: float"),
        ("0001-01-01T00:00:00+12:00", "a date that leaves the calendar in UTC: 0001-01-01T00:00:00+12:00"),
    ],
)
def test_what_is_no_date_says_why(cell, reason):
    assert decode_dates(objects(cell)).faults == {0: reason}


def test_a_date_is_parsed_or_refused():
    assert parse_date("2024-01-01T12:00:00+01:00") == datetime.datetime(2024, 1, 1, 11)
    with pytest.raises(UnreadableCell):
        parse_date("1/2/2024")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=5),
            st.dates(),
            st.binary(max_size=3),
        )
    )
)
def test_every_row_is_either_a_value_or_a_fault(cells):
    for decode in (decode_numbers, decode_categories, decode_dates):
        decoded = decode(objects(*cells))
        assert len(decoded.values) == len(decoded.rows)
        assert sorted([*decoded.rows.tolist(), *decoded.faults]) == list(range(len(cells)))
    assert all(math.isfinite(v) for v in decode_numbers(objects(*cells)).values)
