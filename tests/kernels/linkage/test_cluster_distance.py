import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from clusterby.kernels.linkage.cluster_distance import (
    AVERAGE,
    COMPLETE,
    HALF_SQUARES,
    SINGLE,
    WARD,
    cluster_distance,
    lance_williams,
    unseen_bound,
)
from clusterby.kernels.linkage.cluster_state import cluster_state
from clusterby.kernels.linkage.merges import merge_all_certain


def key(linkage, one, other):
    """Compute the key of two clusters from all their rows."""
    squares = cdist(one, other, "sqeuclidean")
    if linkage == WARD:
        return len(one) * len(other) / (len(one) + len(other)) * np.sum((one.mean(0) - other.mean(0)) ** 2)
    return {
        HALF_SQUARES: (squares / 2).mean,
        COMPLETE: squares.max,
        SINGLE: squares.min,
        AVERAGE: np.sqrt(squares).mean,
    }[linkage]()


@pytest.mark.parametrize("linkage", [WARD, HALF_SQUARES, COMPLETE, AVERAGE, SINGLE])
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), sizes=st.tuples(*[st.integers(1, 6)] * 3))
def test_the_formula_gives_what_all_rows_give(linkage, seed, sizes):
    rng = np.random.default_rng(seed)
    a, b, c = (rng.normal(size=(size, 3)) for size in sizes)
    found = lance_williams(
        linkage, *map(float, sizes), key(linkage, a, c), key(linkage, b, c), key(linkage, a, b)
    )
    assert found == pytest.approx(key(linkage, np.vstack([a, b]), c))


@pytest.mark.parametrize("linkage", [WARD, HALF_SQUARES, COMPLETE, AVERAGE])
@given(
    sizes=st.tuples(*[st.integers(1, 1000).map(float)] * 3),
    height=st.floats(0, 10),
    beyond=st.tuples(*[st.floats(0, 10)] * 4),
)
def test_no_unseen_cluster_is_nearer_than_the_bound(linkage, sizes, height, beyond):
    to_a, to_b = height + beyond[0], height + beyond[1]  # a and b are each other's nearest
    bound = unseen_bound(linkage, *sizes[:2], to_a, to_b, height)
    assert lance_williams(linkage, *sizes, to_a + beyond[2], to_b + beyond[3], height) >= bound - 1e-9


@pytest.mark.parametrize("linkage", [WARD, HALF_SQUARES, COMPLETE, AVERAGE])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_clusters_made_by_merges_are_compared_by_all_their_rows(linkage, dtype):
    rows = np.array([[0.0, 0], [0, 1], [5, 0], [5, 2], [5, 3]])
    state = cluster_state(rows.astype(dtype), np.ones(5), n_candidates=1)
    for slot, nearest in enumerate([1, 0, 3, 4, 3]):  # 0–1 and 3–4 merge, then 2 joins where it is told to
        state.lists[slot, 0] = (key(linkage, rows[[slot]], rows[[nearest]]), nearest, 1)
        state.slots[slot]["bound"] = 1.0 if slot == 2 else 100.0
    merge_all_certain(state, linkage, np.arange(5))
    a, b = state.nodes["slot"][5], state.nodes["slot"][6]
    assert sorted(state.merges["a"][:2].tolist() + state.merges["b"][:2].tolist()) == [0, 1, 3, 4]
    ends = {0: rows[:2], 1: rows[:2], 3: rows[3:], 4: rows[3:]}
    assert cluster_distance(state, linkage, a, b) == pytest.approx(key(linkage, ends[a], ends[b]), rel=1e-6)
