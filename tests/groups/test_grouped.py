import numpy as np
import pandas as pd
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnknownName


def test_size_counts_rows(groups):
    assert groups.size().tolist() == [20, 20, 20]


def test_the_whole_table_is_aggregated_where_that_makes_sense(groups):
    assert sorted(groups.mean().columns) == ["count", "flag", "price"]


def test_several_aggregates_at_once(groups):
    plan = groups.agg({"price": ["min", "max"], "count": "sum"})
    assert plan["price"]["max"].tolist() == groups["price"].max().tolist()
    named = groups.agg(cheapest=("price", "min"))
    assert named["cheapest"].tolist() == groups["price"].min().tolist()
    both = groups["price"].agg(["min", "max"])
    assert both.shape == (3, 2)
    assert groups["price"].agg("min").tolist() == groups["price"].min().tolist()


def test_iterating_gives_keys_and_native_frames_in_order(groups):
    keys, frames = zip(*groups, strict=True)
    assert keys == (0, 1, 2)
    for key, frame in zip(keys, frames, strict=True):
        pd.testing.assert_frame_equal(frame, groups.get_group(key))
    assert len(groups) == 3
    assert 2 in groups
    assert 3 not in groups


def test_groups_name_rows_as_the_table_does(df):
    df.index = [f"r{i}" for i in range(len(df))]
    groups = cb.clusterby(df, "v", n_clusters=3)
    members = groups.groups[groups.labels_[0]]
    assert list(members) == [f"r{i}" for i in np.flatnonzero(groups.labels_ == groups.labels_[0])]


def test_an_index_with_doubled_labels_does_no_harm(df):
    df.index = [0] * len(df)
    groups = cb.clusterby(df, "v", n_clusters=3)
    plain = cb.clusterby(df.reset_index(drop=True), "v", n_clusters=3)
    pd.testing.assert_series_equal(groups["price"].mean(), plain["price"].mean())
    assert groups.to_frame()["cluster"].tolist() == plain.to_frame()["cluster"].tolist()


def test_slice_gives_rows_of_a_group_by_their_place(groups):
    whole = groups.get_group(1)
    pd.testing.assert_frame_equal(groups.slice[1, 0:5], whole.iloc[0:5])
    pd.testing.assert_frame_equal(groups.slice[1, -1], whole.iloc[-1:])
    pd.testing.assert_frame_equal(groups.slice[1], whole)
    pd.testing.assert_frame_equal(groups.slice[1, [2, 0]], whole.iloc[[2, 0]])


@pytest.mark.parametrize("columns", [3, [], ("price",), None])
def test_anything_but_names_of_columns_is_refused(groups, columns):
    with pytest.raises(InvalidParameter, match="give a column's name or a list of names"):
        groups[columns]


def test_a_slice_beyond_the_group_is_an_error(groups):
    with pytest.raises(UnknownName, match="no group 5"):
        groups.slice[5, 0:2]
    with pytest.raises(InvalidParameter, match="group 1 has 20 rows"):
        groups.slice[1, 50]
