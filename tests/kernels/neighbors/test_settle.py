import numpy as np

from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.settle import settle
from clusterby.kernels.neighbors.top_k import NO_ROW


def settled(vectors, values, found, k, limits=None):
    ready = half_squares(vectors, "euclidean")
    groups = np.arange(len(vectors), dtype=np.int32)
    return settle(
        ready,
        ready,
        np.asarray(values, dtype=np.float32),
        np.asarray(found, dtype=np.int32),
        np.full(len(vectors), np.inf) if limits is None else limits,
        k,
        asked_groups=groups,
        groups=groups,
        least=np.zeros(len(vectors)),
    )


LINE = np.array([[0.0], [1.0], [3.0], [7.0]])


def test_candidates_are_put_in_the_order_of_their_distances():
    values, rows = settled(LINE, np.zeros((4, 3)), [[3, 2, 1], [0, 2, 3], [0, 1, 3], [0, 1, 2]], 2)
    assert rows.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert values[0].tolist() == [0.5, 4.5]


def test_rows_not_listed_are_found_where_bounds_do_not_rule_them_out():
    values, rows = settled(LINE, np.zeros((4, 1)), [[3], [3], [3], [0]], 1)
    assert rows.ravel().tolist() == [1, 0, 1, 2]
    assert values.ravel().tolist() == [0.5, 0.5, 2.0, 8.0]


def test_rows_ruled_out_are_not_looked_at():
    _, rows = settled(LINE, np.full((4, 1), 100.0), [[3], [3], [3], [0]], 1)
    assert rows[0].tolist() == [NO_ROW] or rows[0].tolist() == [3]


def test_nothing_beyond_the_limit_is_found():
    values, rows = settled(LINE, np.zeros((4, 1)), [[3], [3], [3], [0]], 1, np.full(4, 1.0))
    assert rows.ravel().tolist() == [1, 0, NO_ROW, NO_ROW]
    assert values.ravel().tolist() == [0.5, 0.5, 1.0, 1.0]
