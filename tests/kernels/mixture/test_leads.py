import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.mixture.gaussian_densities import LinearDensities
from clusterby.kernels.mixture.gaussian_parameters import Gaussians, Moments
from clusterby.kernels.mixture.leads import Reference, Terms


def mixture_of(k: int, d: int, seed: int, *, kind: str = "diag", near: float = 1.0) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        kind=kind,
        origin=np.zeros(d),
        weights=rng.dirichlet(np.ones(k)),
        means=near * rng.standard_normal((k, d)),
        factors=np.exp(rng.standard_normal((k, d) if kind == "diag" else k)),
    )


def moved(gaussians: Gaussians, by: float, seed: int) -> Gaussians:
    """A mixture that every other component has moved in."""
    rng = np.random.default_rng(seed)
    still = (np.arange(len(gaussians.weights)) % 2 == 0).astype(float)
    weights = gaussians.weights * np.exp(by * rng.standard_normal(len(gaussians.weights)))
    by_means, by_factors = still[:, None], still.reshape(-1, *[1] * (gaussians.factors.ndim - 1))
    return Gaussians(
        kind=gaussians.kind,
        origin=gaussians.origin,
        weights=weights / weights.sum(),
        means=gaussians.means + by * by_means * rng.standard_normal(gaussians.means.shape),
        factors=gaussians.factors * np.exp(by * by_factors * rng.standard_normal(gaussians.factors.shape)),
    )


def terms_of(gaussians: Gaussians) -> Terms:
    return Terms.of(gaussians, LinearDensities(gaussians, np.dtype(float)).constants)


def log_densities(terms: Terms, rows):
    return np.square(rows) @ terms.squares.T + rows @ terms.slopes.T + terms.constants


@pytest.mark.parametrize("kind", ["diag", "spherical"])
def test_terms_are_those_of_the_densities(kind):
    gaussians = mixture_of(3, 4, 0, kind=kind)
    densities = LinearDensities(gaussians, np.dtype(float))
    rows = np.random.default_rng(1).standard_normal((7, 4))
    scores, _, _ = densities.scores(rows, densities.buffers())
    found = log_densities(Terms.of(gaussians, densities.constants), rows)
    np.testing.assert_allclose(found, scores + densities.constants, rtol=1e-12)


def test_the_total_of_rows_is_found_from_their_moments():
    gaussians = mixture_of(3, 4, 0)
    rows = np.random.default_rng(1).standard_normal((9, 4))
    own = np.arange(9) % 2  # no row is in component 2
    hot = np.eye(3)[own]
    moments = Moments(counts=hot.sum(axis=0), sums=hot.T @ rows, squares=hot.T @ rows**2)
    weights = np.array([*gaussians.weights[:2], 0.0])
    with np.errstate(divide="ignore"):
        terms = Terms.of(
            gaussians, terms_of(gaussians).constants - np.log(gaussians.weights) + np.log(weights)
        )
    expected = log_densities(terms, rows)[np.arange(9), own].sum()
    assert terms.total(moments) == pytest.approx(expected, rel=1e-12)


def test_groups_double_in_size_from_the_nearest_on():
    k = 12
    line = Gaussians(
        kind="spherical",
        origin=np.zeros(1),
        weights=np.full(k, 1 / k),
        means=np.arange(k, dtype=float)[:, None] ** 1.1,
        factors=np.ones(k),
    )
    reference = Reference.of(line, terms_of(line))
    assert reference.order[0].tolist() == list(range(1, k))
    assert reference.starts.tolist() == [0, 1, 3, 7]
    assert reference.groups[0].tolist() == [-1, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
    assert (np.diagonal(reference.groups) == -1).all()


def test_one_component_has_no_rivals():
    only = mixture_of(1, 3, 0)
    reference = Reference.of(only, terms_of(only))
    assert reference.order.shape == (1, 0)
    assert reference.least_changes(terms_of(only), terms_of(moved(only, 0.1, 1))).shape == (5, 1, 0)


@given(
    st.integers(2, 9),
    st.integers(1, 7),
    st.integers(0, 999),
    st.sampled_from(["diag", "spherical"]),
    st.sampled_from([0.0, 1e-9, 1e-3, 0.3, 2.0]),
    st.sampled_from([1e-2, 1.0, 1e4]),
)
@settings(deadline=None, max_examples=200)
def test_no_lead_shrinks_by_more_than_it_says(k, d, seed, kind, by, near):
    first = mixture_of(k, d, seed, kind=kind, near=near)
    before = moved(first, by, seed + 1)
    after = moved(before, by, seed + 2)
    reference = Reference.of(first, terms_of(first))
    least = reference.least_changes(terms_of(before), terms_of(after))
    rng = np.random.default_rng(seed)
    for own in range(k):
        rows = (first.means[own] + 3 * rng.standard_normal((40, d)) / reference.factors[own]) * rng.choice(
            [1, 9]
        )
        u = (rows - reference.means[own]) * reference.factors[own]
        excess, uneven = (u**2).sum(axis=1) - d, np.linalg.norm(u**2 - (u**2).mean(axis=1)[:, None], axis=1)
        change = log_densities(terms_of(after), rows) - log_densities(terms_of(before), rows)
        lead = change[:, [own]] - change
        size = np.abs(log_densities(terms_of(after), rows)).max() + np.abs(terms_of(after).constants).max()
        for g in range(len(reference.starts)):
            constant, low, high, norm, other = least[:, own, g]
            worst = (
                constant
                + np.minimum(low * excess, high * excess)
                - norm * np.sqrt(excess + d)
                - other * uneven
            )
            assert (lead[:, reference.groups[own] == g].min(axis=1) >= worst - 1e-12 * size).all()


def test_what_it_says_is_near_what_happens_where_one_direction_counts():
    first, after = (
        Gaussians(
            kind="spherical",
            origin=np.zeros(1),
            weights=np.array([0.5, 0.5]),
            means=np.array([[0.0], [mean]]),
            factors=np.ones(2),
        )
        for mean in (10.0, 9.0)
    )
    least = Reference.of(first, terms_of(first)).least_changes(terms_of(first), terms_of(after))
    # at x of component 0 the lead is ((x - mean)² - x²) / 2, so its change is x - 9.5
    np.testing.assert_allclose(least[:, 0, 0], [-9.5, 0, 0, 1, 0], atol=1e-5)


def test_components_that_stay_where_they_are_keep_their_leads():
    mixture = mixture_of(4, 5, 0)
    least = Reference.of(mixture, terms_of(mixture)).least_changes(terms_of(mixture), terms_of(mixture))
    np.testing.assert_allclose(least, 0, atol=1e-10)


def test_a_lead_over_a_component_of_no_weight_is_not_known():
    pair = mixture_of(2, 3, 0)
    with np.errstate(divide="ignore"):
        start = Terms.of(pair, np.log([1.0, 0.0]))
    least = Reference.of(pair, terms_of(pair)).least_changes(start, terms_of(pair))
    assert not np.isfinite(least[0, 0, 0])
