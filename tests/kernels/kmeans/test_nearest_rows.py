import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.kmeans.kmeans_rows import make_rows
from clusterby.kernels.kmeans.nearest_rows import assign_rows, begin_assignment, nearest_centers


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    d=st.integers(1, 9),
    k=st.integers(1, 40),
    values=st.sampled_from([2, 3, 10, 10_000]),
    offset=st.sampled_from([0.0, 100.0, -3e4]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_labels_are_those_of_exact_distances_and_ties_go_to_the_first(seed, d, k, values, offset, dtype):
    rng = np.random.default_rng(seed)
    x = (rng.integers(values, size=(50, d)) / values + offset).astype(dtype)
    centers = (rng.integers(values, size=(k, d)) / values + offset).astype(dtype)
    exact = ((x[:, None].astype(np.longdouble) - centers[None].astype(np.longdouble)) ** 2).sum(axis=2)
    labels = nearest_centers(make_rows(x), centers)
    near = exact[np.arange(50), labels]
    np.testing.assert_allclose(near.astype(float), exact.min(axis=1).astype(float), rtol=1e-13)
    if dtype == np.float32 and values <= 3:  # float64 holds these exactly
        np.testing.assert_array_equal(labels, exact.argmin(axis=1))


def test_rows_alone_and_together_get_the_same_labels():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 20)).astype(np.float32)
    centers = np.repeat(x[:10], 2, axis=0) + np.float32(1e-7)
    together = nearest_centers(make_rows(x), centers)
    alone = [nearest_centers(make_rows(x[i : i + 1]), centers)[0] for i in range(300)]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("d", [1, 2000])
def test_one_center_is_nearest_to_all(d):
    x = np.random.default_rng(0).normal(size=(20, d))
    assert set(nearest_centers(make_rows(x), x[:1].copy())) == {0}


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**31), step=st.sampled_from([1e-4, 1e-2, 1.0]), groups=st.integers(1, 4))
def test_centers_may_wander_anyhow(seed, step, groups):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, 4)).astype(np.float32)
    centers = rng.normal(size=(8, 4)).astype(np.float32)
    parts = list(np.array_split(rng.permutation(8), groups))
    assignment = begin_assignment(make_rows(x), centers, parts)
    before = np.full(200, -1)
    for _ in range(40):
        moves = assign_rows(make_rows(x), centers[assignment.order], assignment)
        labels = assignment.order[assignment.labels]
        exact = ((x[:, None].astype(np.float64) - centers[None]) ** 2).sum(axis=2)
        np.testing.assert_array_equal(labels, exact.argmin(axis=1))
        np.testing.assert_array_equal(moves.rows, np.flatnonzero(labels != before))
        before = labels
        centers = centers + (step * rng.normal(size=(8, 4)) * (rng.random((8, 1)) < 0.5)).astype(np.float32)


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_squares_that_float32_cannot_hold_still_tell_rows_apart(size):
    rng = np.random.default_rng(0)
    x, centers = rng.normal(size=(40, 3)), rng.normal(size=(5, 3))
    expected = ((x[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    rows = make_rows((x * size).astype(np.float32))
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        labels = nearest_centers(rows, (centers * size).astype(np.float32))
    np.testing.assert_array_equal(labels, expected)
