import numpy as np
import pytest
from scipy.spatial.distance import cdist

from clusterby.kernels.linkage.centroid_tiles import (
    centroid_keys,
    list_all_points,
    list_centroids,
    n_tile_jobs,
)
from clusterby.kernels.linkage.cluster_distance import HALF_SQUARES, WARD
from clusterby.kernels.linkage.cluster_lists import certify_nearest
from clusterby.kernels.linkage.cluster_state import cluster_state


def weighted(n, d, dtype="float32"):
    rng = np.random.default_rng(4)
    state = cluster_state(
        rng.normal(size=(n, d)).astype(dtype), rng.integers(1, 9, n).astype(float), n_candidates=5
    )
    state.slots["scatter"] = rng.random(n)
    return state


def keys_of(state, linkage):
    squares = cdist(state.points.astype(float), state.points.astype(float), "sqeuclidean")
    sizes, scatter = state.slots["size"], state.slots["scatter"]
    if linkage == WARD:
        return squares * (sizes[:, None] * sizes / (sizes[:, None] + sizes))
    return (squares + scatter[:, None] + scatter) / 2


@pytest.mark.parametrize("linkage", [WARD, HALF_SQUARES])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_direct_lists_hold_the_nearest(linkage, dtype):
    state = weighted(700, 6, dtype)
    keys = keys_of(state, linkage)
    np.fill_diagonal(keys, np.inf)
    some = np.arange(0, 700, 3)
    list_centroids(state, linkage, some, np.arange(700), direct=True)
    np.testing.assert_allclose(state.lists["key"][some], np.sort(keys[some], axis=1)[:, :5], rtol=1e-6)
    assert (state.slots["bound"][some] == state.lists["key"][some, -1]).all()


@pytest.mark.parametrize("linkage", [WARD, HALF_SQUARES])
def test_lists_of_all_points_are_lower_bounds_close_to_the_distances(linkage):
    state = weighted(1_100, 6)
    keys = keys_of(state, linkage)
    np.fill_diagonal(keys, np.inf)
    list_all_points(state, linkage, state.points)
    nearest = np.sort(keys, axis=1)[:, :5]
    assert (state.lists["key"] <= nearest).all()
    np.testing.assert_allclose(state.lists["key"], nearest, rtol=1e-3, atol=1e-4)
    for slot in range(0, 1_100, 50):
        assert certify_nearest(state, linkage, slot)
        assert state.lists["key"][slot, 0] == pytest.approx(nearest[slot, 0], rel=1e-6)


@pytest.mark.parametrize("linkage", [WARD, HALF_SQUARES])
def test_the_matrix_has_all_keys_and_none_between_equal_centroids(linkage):
    state = weighted(300, 4)
    state.points[7] = state.points[200]
    state.slots["norm"] = (state.points.astype(float) ** 2).sum(axis=1)
    slots = np.arange(0, 300)
    found = centroid_keys(state, linkage, slots)
    np.testing.assert_allclose(found, keys_of(state, linkage), rtol=1e-6, atol=1e-12)
    assert (found == found.T).all()
    if linkage == WARD:
        assert found[7, 200] == 0


def test_jobs_cover_the_upper_triangle():
    assert [n_tile_jobs(n) for n in (1, 512, 513, 5 * 512)] == [1, 1, 2, 6]
