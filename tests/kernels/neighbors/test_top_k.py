import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusterby.kernels.neighbors.top_k import NO_ROW, empty_lists, insert, push_both, push_rows

KINDS = np.dtype(np.float32)


def least_of(values, k):
    """Per row the k least, equal ones by column, infinity left out."""
    columns = np.argsort(values, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(values, columns, axis=1)
    return found, np.where(np.isinf(found), NO_ROW, columns)


@given(st.permutations([(3, 1), (1, 4), (3, 0), (2, 9), (1, 2), (5, 5)]))
def test_a_list_does_not_depend_on_the_order_in_which_rows_come(pairs):
    values, rows = empty_lists(1, 4, KINDS)
    for value, row in pairs:
        insert(values[0], rows[0], np.float32(value), row)
    assert values[0].tolist() == [1, 1, 2, 3]
    assert rows[0].tolist() == [2, 4, 9, 0]


@settings(max_examples=60, deadline=None)
@given(
    dots=hnp.arrays(
        np.float32, st.tuples(st.integers(1, 9), st.integers(1, 80)), elements=st.integers(-4, 4)
    ),
    k=st.integers(1, 6),
    seed=st.integers(0, 100),
)
def test_rows_are_given_the_least_of_other_groups(dots, k, seed):
    rng = np.random.default_rng(seed)
    r, c = dots.shape
    halves, others = rng.integers(0, 3, r).astype(np.float32), rng.integers(0, 3, c).astype(np.float32)
    groups, other_groups = rng.integers(0, 3, r).astype(np.int32), rng.integers(0, 3, c).astype(np.int32)
    least = rng.integers(-2, 3, c).astype(np.float32)
    values, rows = empty_lists(r, k, KINDS)
    push_rows(dots, halves, others, groups, other_groups, least, 100, values, rows)
    expected = np.maximum(halves[:, None] + others - dots, least)
    expected[groups[:, None] == other_groups] = np.inf
    found, columns = least_of(expected, k)
    assert (values[:, : found.shape[1]] == found).all()
    assert (rows[:, : found.shape[1]] == np.where(columns == NO_ROW, NO_ROW, columns + 100)).all()


@settings(max_examples=60, deadline=None)
@given(
    dots=hnp.arrays(
        np.float32, st.tuples(st.integers(1, 9), st.integers(1, 80)), elements=st.integers(-4, 4)
    ),
    k=st.integers(1, 6),
)
def test_a_tile_serves_its_rows_and_its_columns(dots, k):
    r, c = dots.shape
    values, rows = empty_lists(r, k, KINDS)
    column_values, column_rows = empty_lists(c, k, KINDS)
    push_both(dots, np.ones(r, KINDS), np.zeros(c, KINDS), 0, 0, values, rows, column_values, column_rows)
    for given_values, given_rows, tile in (
        (values, rows, 1 - dots),
        (column_values, column_rows, (1 - dots).T),
    ):
        found, columns = least_of(tile, k)
        assert (given_values[:, : found.shape[1]] == found).all()
        assert (given_rows[:, : found.shape[1]] == columns).all()


@pytest.mark.parametrize("limit", [2.0, 2.5])
def test_a_value_that_stands_in_an_empty_list_is_a_limit(limit):
    values, rows = empty_lists(1, 2, KINDS)
    values[:] = limit
    for value, row in ((3, 0), (2, 1)):
        insert(values[0], rows[0], np.float32(value), row)
    assert values[0].tolist() == [2, limit]
    assert rows[0].tolist() == [1, NO_ROW]
