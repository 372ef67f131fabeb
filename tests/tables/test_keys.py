from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from clusterby.tables.keys import order_by_group, rows_by_key


@given(codes=st.lists(st.integers(-1, 4), max_size=40))
@settings(deadline=None, max_examples=50)
def test_rows_by_key_is_a_partition_of_the_rows_that_have_a_group(codes):
    codes = np.array(codes, dtype=np.int64)
    rows = rows_by_key(codes, "abcde")
    assert list(rows) == list("abcde")
    for code, members in enumerate(rows.values()):
        np.testing.assert_array_equal(members, np.flatnonzero(codes == code))


def test_there_may_be_no_key():
    assert rows_by_key(np.array([-1, -1]), []) == {}


def test_more_groups_than_a_small_integer_counts_are_ordered_too():
    codes = np.arange(40_000)[::-1].copy()
    np.testing.assert_array_equal(order_by_group(codes, 40_000), codes)
