import numpy as np
import pandas as pd
import pytest

from clusterby.core.errors import InvalidParameter, UnknownColumn
from clusterby.tables.grouping_fiftyone import LazyGrouping

CELLS = {"size": pd.Series([3.0, 1.0, 7.0]), "name": pd.Series(["b", "a", "c"], dtype="str")}
KEYS = {"k": np.ma.array([1, 0, 1])}


@pytest.fixture
def read():
    return []


@pytest.fixture
def grouping(read):
    def series(name):
        read.append(name)
        return CELLS[name]

    return LazyGrouping(tuple(CELLS), 3, KEYS, series)


def test_sizes_and_rows_need_no_column(grouping, read):
    assert grouping.size().to_dict() == {0: 1, 1: 2}
    assert {key: rows.tolist() for key, rows in grouping.rows().items()} == {0: [1], 1: [0, 2]}
    assert read == []


def test_an_aggregate_reads_its_column_and_no_other(grouping, read):
    assert grouping.aggregate("size", "mean").to_dict() == {0: 1, 1: 5}
    assert read == ["size"]


def test_a_plan_reads_the_columns_it_names(grouping, read):
    assert grouping.agg({"size": "max"})["size"].to_dict() == {0: 1, 1: 7}
    assert grouping.agg(first=("name", "min"))["first"].to_dict() == {0: "a", 1: "b"}
    assert read == ["size", "name"]


def test_an_aggregate_of_all_reads_all(grouping, read):
    assert list(grouping.agg("count").columns) == ["size", "name"]
    assert grouping.aggregate(None, "mean").columns.tolist() == ["size"]
    assert set(read) == {"size", "name"}


def test_a_column_can_be_a_key(read):
    grouping = LazyGrouping(tuple(CELLS), 3, {"name": None}, lambda name: read.append(name) or CELLS[name])
    assert grouping.aggregate("size", "sum").to_dict() == {"a": 1, "b": 3, "c": 7}


def test_an_unknown_column_suggests_the_nearest_of_all(grouping):
    for ask in (
        lambda: grouping.aggregate("siz", "mean"),
        lambda: grouping.agg({"siz": "mean"}),
        lambda: grouping.agg(x=("siz", "mean")),
    ):
        with pytest.raises(UnknownColumn, match="Did you mean 'size'"):
            ask()


@pytest.mark.parametrize(("plan", "named"), [((), {}), ((), {"x": "mean"}), ((), {"x": ("size", "mean", 1)})])
def test_a_plan_of_another_form_is_an_error(grouping, plan, named):
    with pytest.raises(InvalidParameter, match="'mean'"):
        grouping.agg(*plan, **named)
