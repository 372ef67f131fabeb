import numpy as np
import pytest

from clusterby.kernels.linkage.centroid_offers import offer_dots
from clusterby.kernels.linkage.cluster_distance import HALF_SQUARES
from clusterby.kernels.linkage.cluster_state import cluster_state


def offered(*, both, direct):
    points = np.array([[0.0], [1.0], [4.0], [4.5]], dtype=np.float32)
    state = cluster_state(points, np.ones(4), n_candidates=1)
    rows, cols = np.array([0, 1]), np.array([1, 2, 3])
    facts = np.stack([state.slots["norm"], state.slots["scatter"], state.slots["size"]]).astype(np.float32)
    offer_dots(
        state, HALF_SQUARES, points[rows] @ points[cols].T, points[rows], points[cols], rows, cols,
        facts[:, rows].T.copy(), facts[:, cols].copy(), both, direct,
    )  # fmt: skip
    return state


@pytest.mark.parametrize("direct", [True, False])
def test_rows_are_offered_the_columns_but_not_themselves(direct):
    state = offered(both=False, direct=direct)
    assert state.lists["node"][:2, 0].tolist() == [1, 2]
    assert state.lists["key"][:, 0].tolist() == [0.5, 4.5, np.inf, np.inf]
    assert state.lists["exact"][:2, 0].tolist() == [direct, direct]


def test_columns_are_offered_the_rows_where_both_are_meant():
    state = offered(both=True, direct=True)
    assert state.lists["node"][2:, 0].tolist() == [1, 1]
    assert state.lists["key"][2:, 0].tolist() == [4.5, 6.125]
