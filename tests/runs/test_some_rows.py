import numpy as np
import pytest

from clusterby.runs.some_rows import SomeRows
from clusterby.tables import open_table
from clusterby.tables.base import Table


def test_columns_keep_their_folder_and_the_reasons_of_their_cells(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text("" if name == "b" else name)
    whole = open_table(tmp_path)
    some = SomeRows(whole, np.array([2, 1]))
    column = some.column("text")
    assert column.cells.tolist() == ["c", None]
    assert column.base == tmp_path
    assert column.faults == {1: whole.column("text").faults[1]}
    assert isinstance(some, Table)


def test_rows_are_named_and_taken_as_those_of_the_whole():
    some = SomeRows(open_table({"a": [1, 2, 3], "b": [4, 5, 6]}), np.array([2, 0]))
    assert (some.n_rows, some.columns, some.kind) == (2, ("a", "b"), "dict")
    assert some.native == {"a": [3, 1], "b": [6, 4]}
    assert some.take(np.array([1])) == {"a": [1], "b": [4]}
    assert some.ids(np.array([0])).tolist() == [2]


def test_what_only_the_whole_can_do_is_left_to_it():
    some = SomeRows(open_table({"a": [1]}), np.array([0]))
    with pytest.raises(NotImplementedError):
        some.with_columns({})
    with pytest.raises(NotImplementedError):
        some.group_rows({})
