import numpy as np
import pytest

from clusterby.kernels.mixture.gaussian_densities import normalize_rows
from clusterby.kernels.mixture.settled_loops import doubtful_rows, settle_rows

NEGLIGIBLE = -18.0


def lead(scores, constants, groups, *, errors=None, unit: float = 0.0):
    m, k = scores.shape
    own, before = np.full(m, -1, dtype=np.int32), np.zeros(m, dtype=np.int32)
    bounds, spread = np.full((m, groups.max() + 1), np.nan, np.float32), np.zeros((m, 2), np.float32)
    errors, nothing = np.zeros(k) if errors is None else errors, np.zeros((k, 3))
    settle_rows(
        scores, constants, errors, unit, NEGLIGIBLE, np.zeros((m, 3), np.float32), 0, np.arange(m), nothing, nothing,
        groups, own, bounds, spread, before,
    )  # fmt: skip
    assert (before == -1).all()
    return own, bounds


def two_groups(k: int):
    """Groups by the parity of the distance."""
    groups = (np.abs(np.arange(k)[:, None] - np.arange(k)) % 2).astype(np.int8)
    np.fill_diagonal(groups, -1)
    return groups


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_one_component_are_those_with_one_responsibility(dtype):
    rng = np.random.default_rng(0)
    scores, constants = (30 * rng.standard_normal((300, 5))).astype(dtype), rng.standard_normal(5)
    shares, labels = scores.copy(), np.empty(300, dtype=np.int64)
    normalize_rows(shares, constants, NEGLIGIBLE, np.empty(300), labels)
    values, before = scores + constants, scores.copy()
    alone, bounds = lead(scores, constants, two_groups(5))
    single = np.count_nonzero(shares, axis=1) == 1
    assert 50 < single.sum() < 250
    assert (alone == np.where(single, labels, -1)).all()
    assert (scores[single] == 0).all()
    assert (scores[~single] == before[~single]).all()
    for i in np.flatnonzero(single):
        for g in (0, 1):
            rival = values[i][two_groups(5)[alone[i]] == g].max()
            exact = values[i, alone[i]] - rival
            assert bounds[i, g] <= exact
            assert bounds[i, g] == pytest.approx(exact, rel=1e-5)


def test_what_rounding_may_do_is_taken_off():
    scores = np.array([[-10.0, -50.0]])
    _, bounds = lead(scores, np.zeros(2), two_groups(2), errors=np.array([0.5, 0.25]), unit=0.01)
    assert bounds[0, 1] == pytest.approx(40 - (0.5 + 0.1) - (0.25 + 0.5), rel=1e-5)


def test_one_component_has_all_rows_alone():
    alone, bounds = lead(np.zeros((3, 1)), np.zeros(1), np.array([[-1]], dtype=np.int8))
    assert alone.tolist() == [0, 0, 0]
    assert bounds.shape == (3, 0)


def test_rows_whose_products_overflowed_are_not_alone():
    scores = np.array([[np.nan, np.nan], [-np.inf, -np.inf]])
    assert lead(scores, np.zeros(2), two_groups(2))[0].tolist() == [-1, -1]


def test_rows_new_to_a_component_are_measured_from_it():
    rng = np.random.default_rng(0)
    tile = rng.standard_normal((4, 9)).astype(np.float32)
    means, factors = rng.standard_normal((2, 4)), np.exp(rng.standard_normal((2, 4)))
    scores = np.array([[0.0, 99.0], [0, 99], [0, 1], [99, 0]])
    own, before = np.array([-1, -1, 1, 0, 1, -1], np.int32), np.empty(4, np.int32)
    bounds, spread = np.zeros((6, 2), np.float32), np.full((6, 2), np.nan, np.float32)
    settle_rows(
        scores, np.zeros(2), np.zeros(2), 0.0, NEGLIGIBLE, tile, 5, np.array([0, 2, 4, 3]), means, factors,
        two_groups(2), own, bounds, spread, before,
    )  # fmt: skip
    assert before.tolist() == [-1, 1, 1, 0]
    assert own.tolist() == [1, -1, 1, 0, -1, -1]
    u2 = np.square((tile[0, 5:] - means[1]) * factors[1])
    np.testing.assert_allclose(spread[0], [u2.sum() - 4, np.linalg.norm(u2 - u2.mean())], rtol=1e-6)
    assert np.isnan(spread[1:]).all()


def test_bounds_fall_by_what_may_have_changed():
    least = np.array([[[-1.0]], [[2.0]], [[3.0]], [[0.5]], [[0.25]]])
    own, bounds = np.array([0, 0, 0, -1], np.int32), np.array([[40], [40], [19], [99]], np.float32)
    spread, found = np.array([[9, 4], [-7, 4], [0, 0], [0, 0]], np.float32), np.empty(4, np.int64)
    assert doubtful_rows(own, bounds, spread, least, 18.0, 16, 0, 4, found) == 3
    assert found[:3].tolist() == [1, 2, 3]
    exact = [40 - 1 + 2 * 9 - 0.5 * 5 - 1, 40 - 1 - 3 * 7 - 0.5 * 3 - 1, 19 - 1 - 0.5 * 4]
    assert (bounds[:3, 0] <= exact).all()
    np.testing.assert_allclose(bounds[:, 0], [*exact, 99], rtol=1e-5)


def test_an_unknown_change_unsettles():
    own, bounds, spread = (
        np.zeros(1, np.int32),
        np.full((1, 1), np.inf, np.float32),
        np.zeros((1, 2), np.float32),
    )
    least = np.full((5, 1, 1), np.nan)
    assert doubtful_rows(own, bounds, spread, least, 18.0, 4, 0, 1, np.empty(1, np.int64)) == 1
