import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage

from clusterby.groups.ward import join_order


def partitions(pairs, k):
    """What is together after each join."""
    together = {place: {place} for place in range(k)}
    found = []
    for one, other in pairs:
        together[one] |= together.pop(other)
        found.append({frozenset(group) for group in together.values()})
    return found


def by_scipy(centers):
    k = len(centers)
    members = {place: {place} for place in range(k)}
    found = []
    for step, (one, other) in enumerate(linkage(centers.astype(np.float64), "ward")[:, :2].astype(int)):
        members[k + step] = members.pop(one) | members.pop(other)
        found.append({frozenset(group) for group in members.values()})
    return found


@given(st.integers(2, 30), st.integers(1, 5), st.integers(0, 1_000))
def test_with_equal_sizes_clusters_are_joined_as_scipy_joins_rows(k, d, seed):
    centers = np.random.default_rng(seed).normal(size=(k, d)).astype(np.float32)
    pairs = join_order(centers, np.full(k, 7.0))
    assert len(pairs) == k - 1
    assert partitions(pairs, k) == by_scipy(centers)


def test_with_other_sizes_clusters_are_joined_as_scipy_joins_their_rows():
    rng = np.random.default_rng(0)
    centers, sizes = rng.normal(size=(12, 3)).astype(np.float32), rng.integers(1, 9, 12)
    rows = np.repeat(centers, sizes, axis=0)
    owners = np.repeat(np.arange(12), sizes)
    expected = [{frozenset(owners[list(group)].tolist()) for group in level} for level in by_scipy(rows)]
    assert partitions(join_order(centers, sizes.astype(float)), 12) == expected[len(rows) - 12 :]


def test_a_small_cluster_is_joined_before_a_large_one_that_is_as_near():
    centers = np.array([[0.0], [1.0], [2.0]], dtype=np.float32)
    assert join_order(centers, np.array([1.0, 100.0, 100.0]))[0] == (0, 1)
    assert join_order(centers, np.array([100.0, 100.0, 1.0]))[0] == (1, 2)


def test_equal_centers_are_joined_first():
    centers = np.array([[0.0], [5.0], [5.0], [1.0]], dtype=np.float32)
    assert join_order(centers, np.ones(4)) == [(1, 2), (0, 3), (0, 1)]


@pytest.mark.parametrize("k", [0, 1])
def test_fewer_than_two_clusters_are_not_joined(k):
    assert join_order(np.zeros((k, 2), np.float32), np.ones(k)) == []


def test_what_is_given_is_not_changed():
    centers, sizes = np.arange(4, dtype=np.float32).reshape(4, 1), np.ones(4)
    join_order(centers, sizes)
    assert centers.ravel().tolist() == [0, 1, 2, 3]
    assert sizes.tolist() == [1, 1, 1, 1]
