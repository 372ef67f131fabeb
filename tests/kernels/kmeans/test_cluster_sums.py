import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.kmeans.cluster_sums import (
    centers_of_sums,
    distances_to_own,
    inertia_of,
    mean_centers_of,
    move_rows,
    sums_of_clusters,
)
from clusterby.kernels.kmeans.kmeans_rows import make_rows
from clusterby.kernels.kmeans.nearest_rows import Moves


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**31), d=st.sampled_from([1, 3, 200]), spherical=st.booleans())
def test_sums_after_moves_are_those_taken_anew(seed, d, spherical):
    rng = np.random.default_rng(seed)
    rows = make_rows(
        rng.normal(size=(300, d)).astype(np.float32), rng.integers(0, 3, 300), spherical=spherical
    )
    before = rng.integers(6, size=300).astype(np.int32)
    labels = before.copy()
    moved = np.flatnonzero(rng.random(300) < 0.3)
    labels[moved] = rng.integers(6, size=len(moved))
    moved = np.flatnonzero(labels != before)
    sums = sums_of_clusters(rows, before, 6)
    move_rows(rows, labels, Moves(rows=moved, before=before[moved]), sums)
    anew = sums_of_clusters(rows, labels, 6)
    np.testing.assert_allclose(sums.totals, anew.totals, atol=1e-10)
    np.testing.assert_array_equal(sums.weights, anew.weights)
    np.testing.assert_array_equal(sums.members, anew.members)
    assert sums.members.sum() == (rows.weights > 0).sum()


def test_many_columns_are_added_as_few_are():
    x = np.random.default_rng(0).normal(size=(2000, 300))
    labels = (np.arange(2000) % 7).astype(np.int32)
    expected = np.stack([x[labels == c].sum(axis=0) for c in range(7)])
    np.testing.assert_allclose(sums_of_clusters(make_rows(x), labels, 7).totals, expected, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_are_exact_far_from_the_origin(dtype):
    x = np.array([[1e4 + 1, 0], [1e4, 1]], dtype=dtype)
    centers = np.array([[1e4, 0]], dtype=dtype)
    assert distances_to_own(make_rows(x), np.zeros(2, np.int32), centers).tolist() == [1, 1]


def test_inertia_counts_weights():
    x, labels = np.array([[1.0], [3.0]]), np.zeros(2, np.int32)
    assert inertia_of(make_rows(x, np.array([1.0, 5.0])), labels, np.array([[1.0]])) == 20


def test_inertia_of_directions_is_one_minus_the_cosine():
    x = np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 0.0]])
    rows = make_rows(x, np.array([1.0, 2.0, 4.0]), spherical=True)
    assert inertia_of(rows, np.zeros(3, np.int32), np.array([[1.0, 0.0]])) == 0 + 2 + 4


def test_empty_clusters_get_the_farthest_rows_of_weight():
    x = np.array([[0.0], [1.0], [7.0], [9.0], [99.0]])
    rows, labels = make_rows(x, np.array([1.0, 1, 1, 1, 0])), np.zeros(5, np.int32)
    centers = np.array([[0.0], [50.0], [60.0]])
    moved = mean_centers_of(rows, sums_of_clusters(rows, labels, 3), centers, labels)
    assert moved.ravel().tolist() == [0.5, 9.0, 7.0]


def test_a_row_alone_in_its_cluster_stays():
    rows, labels = make_rows(np.array([[0.0], [9.0]])), np.array([0, 1], np.int32)
    centers = np.array([[0.0], [5.0], [70.0]])
    assert mean_centers_of(rows, sums_of_clusters(rows, labels, 3), centers, labels).ravel().tolist() == [
        0,
        9,
        70,
    ]


def test_directions_that_cancel_leave_the_center_where_it_was():
    rows, labels = make_rows(np.array([[1.0, 0.0], [-1.0, 0.0]]), spherical=True), np.zeros(2, np.int32)
    sums = sums_of_clusters(rows, labels, 1)
    assert centers_of_sums(sums, np.array([[0.0, 1.0]]), spherical=True).tolist() == [[0, 1]]
