import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from clusterby.kernels.kmeans import nearest_rows
from clusterby.kernels.kmeans.cluster_sums import inertia_of
from clusterby.kernels.kmeans.kmeans_rows import make_rows
from clusterby.kernels.kmeans.lloyd import group_centers, lloyd


def plain_lloyd(x, centers, weights, max_iter):
    """Lloyd's iterations in float64, with no empty cluster."""
    labels = None
    for _ in range(max_iter):
        squared = ((x[:, None].astype(np.float64) - centers[None]) ** 2).sum(axis=2)
        found = squared.argmin(axis=1)
        if labels is not None and (found == labels).all():
            break
        labels = found
        sums = np.zeros(centers.shape)
        np.add.at(sums, labels, x * weights[:, None])
        sizes = np.bincount(labels, weights=weights, minlength=len(centers))
        assert (sizes > 0).all()
        centers = sums / sizes[:, None]
    return centers, labels


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "d", "k"), [(900, 3, 7), (700, 40, 30), (300, 2000, 5), (500, 1, 4)])
def test_the_iterations_are_those_of_lloyd(dtype, n, d, k):
    rng = np.random.default_rng(n)
    truth = rng.normal(size=(k, d)) * 0.6
    x = (truth[rng.integers(k, size=n)] + rng.normal(size=(n, d)) / np.sqrt(d)).astype(dtype)
    weights = rng.integers(1, 4, size=n).astype(np.float64)
    begin = x[rng.choice(n, k, replace=False)]
    run = lloyd(make_rows(x, weights), begin, max_iter=300, tol=0)
    centers, labels = plain_lloyd(x, begin.astype(np.float64), weights, 300)
    assert run.converged
    np.testing.assert_array_equal(run.labels, labels)
    np.testing.assert_allclose(run.centers, centers, rtol=2e-5 if dtype == np.float32 else 1e-12, atol=1e-6)


def assert_fixed_point(x, weights, run, scale):
    own = ((x.astype(np.float64) - run.centers[run.labels].astype(np.float64)) ** 2).sum(axis=1)
    every = ((x[:, None].astype(np.float64) - run.centers[None].astype(np.float64)) ** 2).sum(axis=2)
    np.testing.assert_allclose(own, every.min(axis=1), rtol=1e-12, atol=0)
    np.testing.assert_array_equal(run.labels, every.argmin(axis=1))  # the first of equally near ones
    for label in np.unique(run.labels):
        mine = run.labels == label
        if weights[mine].any():
            mean = np.average(x[mine].astype(np.float64), weights=weights[mine], axis=0)
            np.testing.assert_allclose(
                run.centers[label], mean, rtol=0, atol=16 * np.finfo(x.dtype).eps * scale
            )


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    n=st.integers(1, 60),
    d=st.integers(1, 5),
    dtype=st.sampled_from([np.float32, np.float64]),
    offset=st.sampled_from([0.0, 1.0, 1000.0]),
    values=st.sampled_from([2, 5, 1000]),
    data=st.data(),
)
def test_with_no_tolerance_it_ends_at_a_fixed_point(seed, n, d, dtype, offset, values, data):
    rng = np.random.default_rng(seed)
    x = (rng.integers(values, size=(n, d)) / values + offset).astype(dtype)  # ties and duplicates
    x[:, 0] = offset if seed % 3 == 0 else x[:, 0]  # a constant column
    weights = rng.integers(0, 3, size=n).astype(np.float64)
    weights[0] = 1.0
    k = data.draw(st.integers(1, n))
    run = lloyd(make_rows(x, weights), x[rng.choice(n, k, replace=False)], max_iter=500, tol=0)
    if run.converged:
        assert_fixed_point(x, weights, run, max(1.0, offset))
    else:  # an empty cluster that no row is left for is filled in vain
        assert run.n_iter == 500


def test_few_rows_are_looked_at_again_and_the_result_is_the_same():
    rng = np.random.default_rng(3)
    truth = rng.normal(size=(60, 24))
    x = (truth[rng.integers(60, size=6000)] + 0.7 * rng.normal(size=(6000, 24))).astype(np.float32)
    run = lloyd(make_rows(x), x[:60].copy(), max_iter=300, tol=0)
    assert run.looked_at[0] == 6000
    assert sum(run.looked_at) < 6000 * run.n_iter / 3
    _, labels = plain_lloyd(x, x[:60].astype(np.float64), np.ones(6000), 300)
    np.testing.assert_array_equal(run.labels, labels)


def test_bounds_outlive_a_full_history(monkeypatch):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3000, 8)).astype(np.float32)
    long = lloyd(make_rows(x), x[:30].copy(), max_iter=300, tol=0)
    monkeypatch.setattr(nearest_rows, "_HISTORY_BYTES", 1)
    short = lloyd(make_rows(x), x[:30].copy(), max_iter=300, tol=0)
    assert long.n_iter == short.n_iter > 20
    np.testing.assert_array_equal(long.labels, short.labels)
    np.testing.assert_array_equal(long.centers, short.centers)


def test_a_thread_more_changes_no_bit():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(20_000, 48)).astype(np.float32)
    runs = []
    for threads in (1, 2, 3):
        with threadpool_limits(threads):
            runs.append(lloyd(make_rows(x), x[:40].copy(), max_iter=20, tol=0))
    for run in runs[1:]:
        np.testing.assert_array_equal(run.labels, runs[0].labels)
        np.testing.assert_array_equal(run.centers, runs[0].centers)
        assert run.looked_at == runs[0].looked_at


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_far_from_the_origin_are_told_apart(dtype):
    rng = np.random.default_rng(5)
    near = rng.integers(-64, 64, size=(800, 6)) / 16.0
    offset = 2.0**15  # sums of sixteenths stay exact in float32
    begin = near[:12]
    here = lloyd(make_rows(near.astype(dtype)), begin.astype(dtype), max_iter=1, tol=0)
    there = lloyd(make_rows((near + offset).astype(dtype)), (begin + offset).astype(dtype), max_iter=1, tol=0)
    squared = ((near[:, None] + offset - there.centers[None].astype(np.float64)) ** 2).sum(axis=2)
    np.testing.assert_array_equal(there.labels, squared.argmin(axis=1))
    np.testing.assert_allclose(there.centers - offset, here.centers, atol=offset * np.finfo(dtype).eps)


def test_an_empty_cluster_gets_the_farthest_row():
    x = np.array([[0.0], [1.0], [2.0], [50.0]])
    run = lloyd(make_rows(x), np.array([[1.0], [900.0]]), max_iter=9, tol=0)
    assert run.centers.ravel().tolist() == [1.0, 50.0]


def test_weights_do_as_repetition():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(200, 4)).astype(np.float32)
    times = rng.integers(1, 4, size=200)
    weighted = lloyd(make_rows(x, times), x[:9].copy(), max_iter=99, tol=0)
    repeated = lloyd(make_rows(np.repeat(x, times, axis=0)), x[:9].copy(), max_iter=99, tol=0)
    np.testing.assert_array_equal(np.repeat(weighted.labels, times), repeated.labels)
    np.testing.assert_allclose(weighted.centers, repeated.centers, rtol=1e-6)


def test_a_spherical_run_ends_with_unit_centers_in_the_direction_of_their_rows():
    rng = np.random.default_rng(7)
    x = (rng.normal(size=(400, 12)) * rng.uniform(0.1, 9, size=(400, 1))).astype(np.float32)
    rows = make_rows(x, spherical=True)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    run = lloyd(rows, unit[:10].copy(), max_iter=300, tol=0)
    assert run.converged
    np.testing.assert_allclose(np.linalg.norm(run.centers, axis=1), 1, rtol=1e-6)
    cosines = unit.astype(np.float64) @ run.centers.T
    np.testing.assert_allclose(cosines[np.arange(400), run.labels], cosines.max(axis=1), atol=1e-6)
    for label in range(10):
        total = unit[run.labels == label].sum(axis=0, dtype=np.float64)
        np.testing.assert_allclose(run.centers[label], total / np.linalg.norm(total), atol=1e-6)
    assert inertia_of(rows, run.labels, run.centers) == pytest.approx(
        (1 - cosines.max(axis=1)).sum(), rel=1e-5
    )


def test_what_advance_raises_ends_the_run():
    class Stop(Exception):
        pass

    def stop(count):
        raise Stop

    x = np.random.default_rng(0).normal(size=(500, 4))
    with pytest.raises(Stop):
        lloyd(make_rows(x), x[:20].copy(), max_iter=99, tol=0, advance=stop)


@pytest.mark.parametrize("k", [1, 11, 12, 100])
def test_groups_hold_every_center_once(k):
    centers = np.random.default_rng(k).normal(size=(k, 5))
    groups = group_centers(centers)
    assert sorted(np.concatenate(groups).tolist()) == list(range(k))
    assert all(len(group) for group in groups)
