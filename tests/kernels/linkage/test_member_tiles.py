import numpy as np
import pytest
from scipy.spatial.distance import cdist

from clusterby.kernels.linkage.cluster_distance import AVERAGE, COMPLETE
from clusterby.kernels.linkage.cluster_state import cluster_state
from clusterby.kernels.linkage.member_tiles import list_members, member_keys


def grouped(points, groups):
    """Return the state in which the rows of each group are one cluster, in the slot of its first row."""
    state = cluster_state(points, np.ones(len(points)), n_candidates=4)
    state.slots["node"] = -1
    for rows in groups:
        state.slots["next"][rows[:-1]] = rows[1:]
        state.slots["last"][rows[0]], state.slots["size"][rows[0]] = rows[-1], len(rows)
        state.slots["node"][rows[0]] = rows[0]
    return state, np.array([rows[0] for rows in groups])


def keys_of(points, groups, linkage):
    distances = cdist(points.astype(float), points.astype(float))
    reduce = np.mean if linkage == AVERAGE else lambda block: np.max(block) ** 2
    return np.array([[reduce(distances[np.ix_(one, other)]) for other in groups] for one in groups])


@pytest.fixture(params=["float32", "float64"])
def case(request):
    rng = np.random.default_rng(5)
    order = rng.permutation(1_500)
    sizes = [700, *rng.integers(1, 20, 40)]  # one cluster is larger than a tile
    groups = np.split(order, np.cumsum(sizes))[:-1]
    return rng.normal(size=(1_500, 6)).astype(request.param), groups


@pytest.mark.parametrize("linkage", [COMPLETE, AVERAGE])
def test_the_matrix_has_the_keys_between_all_clusters(case, linkage):
    state, slots = grouped(*case)
    found = member_keys(state, linkage, slots)
    other = ~np.eye(len(slots), dtype=bool)
    np.testing.assert_allclose(found[other], keys_of(*case, linkage)[other], rtol=1e-5)


@pytest.mark.parametrize("linkage", [COMPLETE, AVERAGE])
def test_lists_hold_the_nearest_clusters(case, linkage):
    state, slots = grouped(*case)
    list_members(state, linkage, slots[::2], slots)
    keys = keys_of(*case, linkage)
    np.fill_diagonal(keys, np.inf)
    np.testing.assert_allclose(state.lists["key"][slots[::2]], np.sort(keys, axis=1)[::2, :4], rtol=1e-5)
    assert (state.slots["bound"][slots[::2]] == state.lists["key"][slots[::2], -1]).all()


def test_small_distances_beside_large_norms_come_from_differences():
    points = np.array([[1.0, 0], [1.0, 1e-4], [-1.0, 0]], dtype=np.float32)
    state, slots = grouped(points, [[0], [1], [2]])
    assert member_keys(state, COMPLETE, slots)[0, 1] == pytest.approx(1e-8)
