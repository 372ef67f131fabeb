import numpy as np

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.media.decoded import decode_each, keep, missing_reason


def column(*cells, faults=None):
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return Column(name="x", cells=array, type="object", faults=faults or {})


def only_even(cell):
    if cell % 2:
        raise UnreadableCell(f"odd: {cell}")
    return cell


def test_good_rows_keep_their_positions_and_the_others_their_reasons():
    decoded = decode_each(column(2, 3, None, 4), only_even, dtype=np.float64)
    assert decoded.values.tolist() == [2.0, 4.0]
    assert decoded.values.dtype == np.float64
    assert decoded.rows.tolist() == [0, 3]
    assert decoded.rows.dtype == np.int64
    assert decoded.faults == {1: "odd: 3", 2: "missing value"}
    assert len(decoded) == 2


def test_the_columns_own_reason_stands_for_a_missing_cell():
    assert missing_reason(column(None, faults={0: "not UTF-8"}), 0) == "not UTF-8"
    decoded = decode_each(column(None, 1, faults={0: "not UTF-8", 1: "unused"}), only_even, dtype=object)
    assert decoded.faults == {0: "not UTF-8", 1: "odd: 1"}


def test_an_empty_column_decodes_to_nothing():
    decoded = decode_each(column(), only_even, dtype=object)
    assert (decoded.values.shape, decoded.rows.shape, decoded.faults) == ((0,), (0,), {})


def test_what_is_kept_is_a_copy():
    values = np.arange(3.0)
    kept = keep(values, np.ones(3, dtype=bool), {})
    kept.values[0] = 9
    assert values[0] == 0
