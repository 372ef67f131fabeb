from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.tables.arrow_aggregates import aggregate_groups, number_groups

CODES = np.array([1, 0, -1, 1])
HALVES = [np.float16(1), np.float16(2), np.float16(3), np.float16(4)]


def _column(cells, kind=None):
    return pa.chunked_array([pa.array(cells[:2], kind), pa.array(cells[2:], kind)])


def _aggregate(cells, how, kind=None):
    return aggregate_groups(_column(cells, kind), how, CODES, 2).to_pylist()


def test_groups_are_numbered_in_order_of_their_keys():
    codes, firsts = number_groups({"a": _column(["y", "x", None, "y"])})
    assert (codes.tolist(), firsts.tolist()) == ([1, 0, -1, 1], [1, 0])


def test_a_row_without_a_key_does_not_stand_for_a_group():
    codes, firsts = number_groups({"a": _column([3, 1, None, 2])})
    assert (codes.tolist(), firsts.tolist()) == ([2, 0, -1, 1], [1, 3, 0])


def test_the_first_key_weighs_most():
    codes, _ = number_groups({"a": _column([2, 1, 1, None]), "b": _column(["x", "z", "y", "w"])})
    assert codes.tolist() == [2, 1, 0, -1]


def test_dictionaries_are_ordered_by_their_values():
    column = pa.chunked_array([pa.array(["z", "a"]).dictionary_encode(), pa.array(["m"]).dictionary_encode()])
    assert number_groups({"a": column})[0].tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    "cells",
    [
        [True, False],
        [b"b", b"a"],
        [2.5, 1.5],
        [dt.date(2024, 1, 2), dt.date(2024, 1, 1)],
        [dt.time(2), dt.time(1)],
    ],
)
def test_keys_may_be_of_any_type_that_has_an_order(cells):
    assert number_groups({"a": pa.chunked_array([cells])})[0].tolist() == [1, 0]


def test_lists_are_no_keys():
    with pytest.raises(InvalidParameter, match=r"rows cannot be grouped by 'a', whose type is list<"):
        number_groups({"a": _column([[1], [2], [1], [2]])})


def test_a_mean_of_large_integers_does_not_overflow():
    big = 2**62
    assert _aggregate([big, 0, 0, big], "mean") == [0, big]


def test_a_mean_of_moments_is_exact():
    late = dt.datetime(2262, 1, 1)
    assert _aggregate([late, late, None, late + dt.timedelta(microseconds=2)], "mean") == [
        late,
        late + dt.timedelta(microseconds=1),
    ]


def test_a_median_is_exact_for_any_number_of_rows():
    rng = np.random.default_rng(0)
    values, codes = rng.normal(size=1001), rng.integers(-1, 7, 1001)
    found = aggregate_groups(pa.chunked_array([values]), "median", codes, 8).to_pylist()
    assert found == [np.median(values[codes == code]) for code in range(7)] + [None]


@pytest.mark.parametrize(
    ("cells", "kind", "how", "expected"),
    [
        (HALVES, pa.float16(), "mean", [2, 2.5]),
        (HALVES, pa.float16(), "max", [2, 4]),
        ([decimal.Decimal(1), decimal.Decimal(2), None, decimal.Decimal(2)], None, "mean", [2, 1.5]),
        ([decimal.Decimal(1), decimal.Decimal(2), None, decimal.Decimal(2)], None, "max", [2, 2]),
        ([decimal.Decimal(1), decimal.Decimal(0), None, decimal.Decimal(2)], None, "any", [False, True]),
        (["b", "a", "z", "c"], pa.large_string(), "min", ["a", "b"]),
        ([b"b", b"a", b"z", b"c"], None, "max", [b"a", b"c"]),
        ([dt.time(1), dt.time(2), None, dt.time(3)], pa.time32("s"), "max", [dt.time(2), dt.time(3)]),
        ([dt.date(2024, 1, 1)] * 4, None, "min", [dt.date(2024, 1, 1)] * 2),
        ([dt.timedelta(1)] * 4, pa.duration("s"), "nunique", [1, 1]),
        ([True, True, None, False], None, "sum", [1, 1]),
        ([True, True, None, False], None, "median", [1, 0.5]),
    ],
)
def test_types_that_arrow_has_no_kernel_for_are_aggregated(cells, kind, how, expected):
    assert _aggregate(cells, how, kind) == expected


@pytest.mark.parametrize(("how", "expected"), [("first", ["a", "b"]), ("nunique", [1, 2]), ("count", [1, 2])])
def test_categories_are_aggregated(how, expected):
    column = pa.chunked_array(
        [pa.array(["b", "a"]).dictionary_encode(), pa.array(["a", "c"]).dictionary_encode()]
    )
    assert aggregate_groups(column, how, CODES, 2).to_pylist() == expected


def test_the_first_vector_of_each_group_can_be_had():
    assert _aggregate([None, [2.0], [3.0], [4.0]], "first") == [[2.0], [4.0]]
