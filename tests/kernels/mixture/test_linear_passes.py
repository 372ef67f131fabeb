import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from clusterby.kernels.mixture.gaussian_mixture import climb, maximize, score_rows
from clusterby.kernels.mixture.gaussian_moments import column_means
from clusterby.kernels.mixture.gaussian_parameters import Gaussians
from clusterby.kernels.mixture.gaussian_start import chosen, start
from clusterby.kernels.mixture.linear_passes import LinearPasses
from clusterby.kernels.mixture.settled_rows import SettledRows


def begin(rows, labels, k: int, kind: str) -> Gaussians:
    return start(
        rows,
        column_means(rows),
        kind,
        k,
        memberships=chosen(np.arange(len(rows)), np.asarray(labels, dtype=np.int64), k),
        reg_covar=1e-3,
    )


def apart(n: int, d: int, k: int, *, seed: int = 0, gap: float = 2.0, dtype: type = np.float32):
    """Rows of groups, and labels that are wrong for a tenth of them."""
    rng = np.random.default_rng(seed)
    own = rng.integers(k, size=n)
    rows = (gap * rng.standard_normal((k, d))[own] + rng.standard_normal((n, d))).astype(dtype)
    return rows, np.where(rng.random(n) < 0.1, rng.integers(k, size=n), own)


def both(rows, first: Gaussians, iterations: int):
    """Passes that read all rows, and passes that leave out settled rows, from the same start."""
    found = []
    for settles in (False, True):
        passes, gaussians, logs = LinearPasses(rows, first, again=False), first, []
        if settles:
            passes.settled = SettledRows(rows, first.origin, len(first.weights))
        for _ in range(iterations):
            total, moments = passes.moments(gaussians)
            logs.append(total / len(rows))
            gaussians = maximize(rows, moments, gaussians, reg_covar=1e-3)
        found.append((gaussians, logs, passes))
    return found


@given(
    st.integers(1, 120),
    st.integers(1, 9),
    st.integers(1, 6),
    st.integers(0, 9999),
    st.sampled_from(["diag", "spherical"]),
    st.sampled_from([np.float32, np.float64]),
    st.sampled_from([0.3, 2.0, 20.0]),
    st.sampled_from(["", "duplicates", "outliers", "one point", "many outliers"]),
)
@settings(deadline=None, max_examples=250)
def test_leaving_out_settled_rows_changes_nothing(n, d, k, seed, kind, dtype, gap, twist):
    rows, labels = apart(max(n, k), d, k, seed=seed, gap=gap, dtype=dtype)
    rng = np.random.default_rng(seed)
    if twist == "duplicates":
        rows = rows[rng.integers(1 + len(rows) // 5, size=len(rows))]
    elif twist == "one point":
        rows[:] = rows[0]
    elif twist:
        rows[:: 50 if twist == "outliers" else 7] *= dtype(1e4)
    (plain, logs, all_rows), (quick, quick_logs, settled) = both(rows, begin(rows, labels, k, kind), 6)
    eps, spread = np.finfo(dtype).eps, np.sqrt(plain.covariances).reshape(k, -1)
    reach = np.square(plain.means / spread).sum(axis=1).max()  # what cancels in a log-density
    size = d + np.abs(np.log(spread)).sum(axis=1).max()  # of a log-density, of which the mean may be near 0
    rounding = eps * (size + min(reach, 1e5)) + np.finfo(float).eps * reach + 1e-10
    np.testing.assert_allclose(quick_logs, logs, rtol=30 * eps, atol=30 * rounding)
    there = plain.weights * len(rows) > 1e-3
    np.testing.assert_allclose(
        (quick.means - plain.means)[there] / spread[there], 0, atol=1e3 * (eps + rounding)
    )
    own, other = settled.labels(plain), all_rows.labels(plain)
    leads = score_rows(rows, plain, probabilities=True).responsibilities
    unlike = own != other  # only where two components are equally likely, to rounding
    np.testing.assert_allclose(
        leads[unlike, own[unlike]], leads[unlike, other[unlike]], atol=1e-3 if dtype is np.float32 else 1e-6
    )


@pytest.mark.parametrize("kind", ["diag", "spherical"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_most_rows_are_left_out_and_the_climb_is_the_same(kind, dtype):
    rows, labels = apart(6000, 60, 8, dtype=dtype, gap=0.7 if dtype is np.float32 else 1.1)
    first = begin(rows, labels, 8, kind)
    (plain, logs, _), (quick, quick_logs, passes) = both(rows, first, 12)
    assert passes.settled is not None
    assert np.count_nonzero(passes.settled.own >= 0) > 4000
    np.testing.assert_allclose(quick_logs, logs, rtol=1e-7)
    np.testing.assert_allclose(quick.means, plain.means, atol=1e-5)
    np.testing.assert_allclose(quick.covariances, plain.covariances, rtol=1e-4)
    assert (passes.labels(quick) == score_rows(rows, plain).labels).all()
    found = climb(rows, first, reg_covar=1e-3, tol=0, max_iter=12)
    assert found.passes.settled is not None
    assert found.bounds == quick_logs


@pytest.mark.parametrize("kind", ["diag", "spherical"])
def test_a_row_that_is_settled_is_not_read_again(kind):
    rows, labels = apart(2000, 30, 4, gap=5.0)
    (gaussians, _, passes) = both(rows, begin(rows, labels, 4, kind), 8)[1]
    assert (passes.settled.own >= 0).all()
    rows[:] = np.nan
    total, moments = passes.moments(gaussians)
    assert np.isfinite(total)
    assert moments.counts.sum() == 2000
    assert np.isfinite(passes.labels(gaussians)).all()


def test_threads_do_not_change_a_bit():
    rows, labels = apart(9000, 40, 12, gap=0.7)
    first = begin(rows, labels, 12, "diag")
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(climb(rows, first, reg_covar=0, tol=0, max_iter=6))
    assert found[0].passes.settled is not None
    assert found[0].bounds == found[1].bounds
    for name in ("weights", "means", "covariances"):
        assert (getattr(found[0].gaussians, name) == getattr(found[1].gaussians, name)).all()


def test_rows_that_cannot_be_written_to_will_do():
    rows, labels = apart(3000, 30, 9, gap=0.7)
    first = begin(rows, labels, 9, "diag")
    expected = climb(rows, first, reg_covar=0, tol=0, max_iter=5).bounds
    rows.flags.writeable = False
    assert climb(rows, first, reg_covar=0, tol=0, max_iter=5).bounds == expected


@pytest.mark.parametrize(
    ("n", "d", "kind", "again"), [(200, 64, "diag", True), (300, 8, "diag", True), (900, 64, "tied", True),
                                  (900, 64, "diag", False)],
)  # fmt: skip
def test_few_rows_few_numbers_tied_covariances_and_single_passes_read_everything(n, d, kind, again):
    rows, k, one = apart(n, d, 8)[0], 8, np.ones(d)
    factors = {"diag": np.ones((k, d)), "tied": np.diag(one)}[kind]
    first = Gaussians(kind=kind, origin=0 * one, weights=np.full(k, 1 / k), means=rows[:k], factors=factors)
    assert LinearPasses(rows, first, again=again).settled is None
