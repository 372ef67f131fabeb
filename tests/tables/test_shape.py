from __future__ import annotations

import pytest

from clusterby.core.errors import InvalidTable
from clusterby.tables.shape import check_outline


def test_a_table_without_columns_is_an_error():
    with pytest.raises(InvalidTable, match="the table has no columns"):
        check_outline([], 3)


def test_a_table_without_rows_is_an_error_that_names_the_columns():
    with pytest.raises(InvalidTable, match=r"no rows \(columns: a, b\)"):
        check_outline(["a", "b"], 0)


def test_columns_that_share_a_name_are_named():
    with pytest.raises(InvalidTable, match="more than one column is called 'a', 'c'"):
        check_outline(["a", "b", "a", "c", "c"], 1)


def test_a_column_name_that_is_no_string_is_shown():
    with pytest.raises(InvalidTable, match="column name 3 is not a string: rename it, for example to '3'"):
        check_outline(["a", 3], 1)
