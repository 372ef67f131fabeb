import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.mixture.gaussian_mixture import maximize
from clusterby.kernels.mixture.gaussian_parameters import Gaussians, Moments
from clusterby.kernels.mixture.leads import Terms
from clusterby.kernels.mixture.linear_passes import LinearPasses
from clusterby.kernels.mixture.settled_rows import SettledRows

LIMIT = 18.0


def settled_passes(rows, k: int, seed: int) -> tuple[LinearPasses, Gaussians]:
    rng = np.random.default_rng(seed)
    d = rows.shape[1]
    first = Gaussians(
        kind="diag",
        origin=rows.mean(axis=0),
        weights=np.full(k, 1 / k),
        means=rows[rng.choice(len(rows), k)].astype(float) - rows.mean(axis=0),
        factors=np.ones((k, d)),
    )
    passes = LinearPasses(rows, first, again=False)
    passes.settled = SettledRows(rows, first.origin, k)
    return passes, first


def blobs(n: int, d: int, k: int, seed: int, *, gap: float = 4.0, dtype: type = np.float32):
    rng = np.random.default_rng(seed)
    return (gap * rng.standard_normal((k, d))[rng.integers(k, size=n)] + rng.standard_normal((n, d))).astype(
        dtype
    )


@given(st.integers(1, 8), st.integers(1, 12), st.integers(0, 999), st.sampled_from([np.float32, np.float64]))
@settings(deadline=None, max_examples=60)
def test_bounds_hold_and_sums_are_those_of_the_settled_rows(k, d, seed, dtype):
    rows = blobs(200, d, k + 1, seed, dtype=dtype)
    passes, gaussians = settled_passes(rows, k, seed)
    known = passes.settled
    shifted = (rows - gaussians.origin).astype(np.float64)
    for _ in range(5):
        used = gaussians
        _, moments = passes.moments(used)
        gaussians = maximize(rows, moments, used, reg_covar=1e-3)
        settled = np.flatnonzero(known.own >= 0)
        hot = np.zeros((len(rows), k))
        hot[settled, known.own[settled]] = 1
        assert (known.held.counts == hot.sum(axis=0)).all()
        np.testing.assert_allclose(known.held.sums, hot.T @ shifted, atol=1e-9 * np.abs(shifted).max())
        np.testing.assert_allclose(known.held.squares, hot.T @ shifted**2, rtol=1e-10)
        if known.reference is None:
            continue
        terms = Terms.of(used, np.log(used.weights) + np.log(used.factors).sum(axis=1))
        gap = shifted[:, None] - used.means
        leads = -0.5 * np.square(gap * used.factors).sum(axis=2) + terms.constants
        for row in settled:
            own = known.own[row]
            for g in range(known.bounds.shape[1]):
                rival = leads[row, known.reference.groups[own] == g].max()
                assert known.bounds[row, g] <= leads[row, own] - rival + 1e-9 * np.abs(leads[row]).max()


def test_rows_under_the_limit_and_rows_never_settled_are_doubtful():
    rows = blobs(300, 6, 3, 0)
    passes, gaussians = settled_passes(rows, 3, 1)
    for _ in range(6):
        gaussians = maximize(rows, passes.moments(gaussians)[1], gaussians, reg_covar=1e-3)
    known = passes.settled
    terms = Terms.of(gaussians, np.zeros(3))
    known.fallen(terms, LIMIT)  # from here on mixtures stay the same
    known.own[:], known.bounds[:], known.spread[:] = 0, 50, 0
    known.bounds[[4, 7], 1] = 17.9
    known.own[9] = -1
    assert known.fallen(terms, LIMIT).tolist() == [4, 7, 9]


def test_a_row_far_out_leaves_nothing_behind_in_the_sums_it_was_in():
    rows = np.random.default_rng(0).standard_normal((50, 3))
    rows[7] = 1e9
    known = SettledRows(rows, np.zeros(3), 2)
    known.own[:40] = 0
    known.move(np.arange(40), np.full(40, -1, dtype=np.int32))
    known.own[7] = 1
    known.move(np.array([7]), np.array([0], dtype=np.int32))
    rest = np.delete(rows[:40], 7, axis=0)
    assert known.held.counts.tolist() == [39, 1]
    np.testing.assert_allclose(known.held.sums, [rest.sum(axis=0), rows[7]], rtol=1e-13)
    np.testing.assert_allclose(known.held.squares, [(rest**2).sum(axis=0), rows[7] ** 2], rtol=1e-13)


def test_a_component_that_all_rows_left_sums_to_zero():
    rows = np.random.default_rng(0).standard_normal((30, 4)).astype(np.float32)
    known = SettledRows(rows, np.zeros(4, np.float32), 2)
    known.own[:] = 0
    known.move(np.arange(30), np.full(30, -1, dtype=np.int32))
    known.own[:] = -1
    known.move(np.arange(30), np.zeros(30, dtype=np.int32))
    for sums in (known.held.counts, known.held.sums, known.held.squares):
        assert (sums == 0).all()


def test_where_mixtures_jump_it_waits_longer_and_longer():
    rows = blobs(100, 5, 2, 0)
    passes, here = settled_passes(rows, 2, 0)
    there = Gaussians(
        kind="diag", origin=here.origin, weights=here.weights, means=here.means[::-1], factors=here.factors
    )
    asked = []
    for mixture in [here, there] * 12:
        found = passes.settled.doubtful(mixture, Terms.of(mixture, np.zeros(2)), LIMIT)
        asked.append(found is not None)
        if found is not None:
            passes.settled.own[:] = 0
            passes.settled.bounds[:] = 0
    assert "".join("01"[a] for a in asked) == "101000100000001000000010"


def test_total_and_moments_are_those_of_all_rows():
    rows = blobs(400, 6, 3, 0)
    passes, gaussians = settled_passes(rows, 3, 1)
    for _ in range(5):
        total, moments = passes.moments(gaussians)
        expected = LinearPasses(rows, gaussians, again=False).moments(gaussians)
        assert total == pytest.approx(expected[0], rel=1e-6)
        assert isinstance(moments, Moments)
        np.testing.assert_allclose(moments.squares, expected[1].squares, rtol=1e-5)
        gaussians = maximize(rows, moments, gaussians, reg_covar=1e-3)
    assert (passes.settled.own >= 0).sum() > 200
