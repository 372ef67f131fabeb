import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.subspace import METHODS, fit_subspace, ignoring_subspace

every_method = pytest.mark.parametrize("method", METHODS)
RNG = np.random.default_rng(0)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def units(*shape, seed=1):
    rows = normal(*shape, seed=seed)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


ITEMS, WORDS, NUISANCE, ASKED = normal(40, 80) + 3, units(6, 80), normal(4, 80, seed=2), normal(80, seed=3)


def fit(method="scores", items=ITEMS, words=WORDS, **options):
    return fit_subspace(items, words, method=method, asked=ASKED[: items.shape[1]], **options)


def projector(rows):
    """Return the matrix that projects on the span of rows."""
    return np.linalg.pinv(rows.astype(np.float64), rcond=1e-6) @ rows.astype(np.float64)


def expected(method, items, words, ignore=None):
    """Return the conditioned vectors by the plain formula; of "project", as products with each other."""
    items, words = items.astype(np.float64), words.astype(np.float64)
    left = np.eye(items.shape[1]) - (0 if ignore is None else projector(ignore))
    apart, spread = items - items.mean(axis=0), (words - words.mean(axis=0)) @ left
    if method == "scores":
        return apart @ spread.T
    if method == "project":
        inside = apart @ projector(spread)
        return inside @ inside.T
    if method == "softmax":
        logits = 20 * items @ left @ words.T
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    sizes = spread.std(axis=0) if method == "mask" else np.abs(ASKED[: items.shape[1]])
    return (apart @ left)[:, np.sort(np.argsort(-sizes)[:50])]


# each method against its formula


@every_method
@pytest.mark.parametrize("ignore", [None, NUISANCE], ids=["whole", "ignoring"])
def test_conditioned_vectors_are_those_of_the_formula(method, ignore):
    items = ITEMS / 10
    found = fit(method, items, ignore=ignore, scale=20.0).transform(items)
    if method == "project":
        found = found.astype(np.float64) @ found.T
    np.testing.assert_allclose(found, expected(method, items, WORDS, ignore), atol=2e-5)


@pytest.mark.parametrize(
    ("method", "dimension"), [("scores", 6), ("project", 5), ("softmax", 6), ("mask", 50), ("gradient", 50)]
)
def test_every_method_has_its_number_of_dimensions(method, dimension):
    subspace = fit(method)
    assert (subspace.method, subspace.dimension) == (method, dimension)
    assert subspace.transform(ITEMS).shape == (40, dimension)


@every_method
def test_float32_goes_in_and_comes_out_and_nothing_is_changed(method):
    items, words = ITEMS.copy(), WORDS.copy()
    subspace = fit(method, items, words)
    assert subspace.transform(items).dtype == subspace.transform_queries(words).dtype == np.float32
    assert subspace.directions.dtype == subspace.center.dtype == subspace.query_center.dtype == np.float32
    np.testing.assert_array_equal(items, ITEMS)
    np.testing.assert_array_equal(words, WORDS)


@every_method
def test_the_same_call_gives_the_same_bytes(method):
    one, other = (fit(method, ignore=NUISANCE) for _ in range(2))
    np.testing.assert_array_equal(one.directions, other.directions)
    np.testing.assert_array_equal(one.transform(ITEMS), other.transform(ITEMS))


def test_fewer_dimensions_than_a_mask_keeps_are_all_kept():
    items = ITEMS[:, :7]
    np.testing.assert_allclose(
        fit("mask", items, WORDS[:, :7]).transform(items), items - items.mean(axis=0), atol=1e-5
    )


def test_a_mask_keeps_the_dimensions_in_which_words_differ():
    words = np.full((2, 80), 0.1, dtype=np.float32)  # all agree in the first thirty
    words[:, 30:] = [[0.1], [-0.1]]
    np.testing.assert_array_equal(fit("mask", words=words).directions, np.eye(80, dtype=np.float32)[30:])


def test_probabilities_sum_to_one_and_fall_with_the_temperature():
    mild, sharp = (fit("softmax", scale=scale).transform(ITEMS / 10) for scale in (1.0, 50.0))
    np.testing.assert_allclose(mild.sum(axis=1), 1, rtol=1e-5)
    assert mild.max(axis=1).mean() < sharp.max(axis=1).mean()


def test_probabilities_of_a_large_scale_are_finite():
    assert np.isfinite(fit("softmax", scale=1e6).transform(ITEMS)).all()


# words among items


@every_method
def test_each_word_is_nearest_to_items_that_are_made_of_it(method):
    chosen = np.arange(60) % 6
    items = WORDS[chosen] + 0.02 * normal(60, 80)
    subspace = fit(method, items)
    here, words = subspace.transform(items), subspace.transform_queries(WORDS)
    cosines = (here @ words.T) / np.linalg.norm(here, axis=1)[:, None] / np.linalg.norm(words, axis=1)
    assert (cosines.argmax(axis=1) == chosen).all()


def test_scores_of_items_are_largest_for_their_own_word():
    chosen = np.arange(60) % 6
    items = WORDS[chosen] + 0.02 * normal(60, 80)
    assert (fit("scores", items).transform(items).argmax(axis=1) == chosen).all()


# what does not matter


@pytest.mark.parametrize("method", ["scores", "project", "mask", "gradient"])
@given(shift=arrays(np.float32, 80, elements=st.floats(-8, 8, width=32)))
@settings(max_examples=25)
def test_moving_all_items_changes_nothing(method, shift):
    moved = ITEMS + shift
    before, after = fit(method), fit(method, moved)
    np.testing.assert_allclose(after.transform(moved), before.transform(ITEMS), atol=1e-3)
    assert after.explained == pytest.approx(before.explained, abs=1e-3)


@every_method
@given(steps=arrays(np.float32, (40, 4), elements=st.floats(-5, 5, width=32)))
@settings(max_examples=25)
def test_items_that_move_along_ignored_directions_stay_where_they_are(method, steps):
    items = ITEMS / 10
    moved = items + steps @ (NUISANCE / 10)
    subspace = fit(method, items, ignore=NUISANCE, scale=5.0)
    np.testing.assert_allclose(subspace.transform(moved), subspace.transform(items), atol=2e-4)
    again = fit(method, moved, ignore=NUISANCE, scale=5.0)  # a basis may be turned, distances may not
    if method == "project":
        np.testing.assert_allclose(_gram(again.transform(moved)), _gram(subspace.transform(items)), atol=1e-3)
    else:
        np.testing.assert_allclose(again.transform(moved), subspace.transform(items), atol=2e-4)


def _gram(vectors):
    return vectors @ vectors.T


@given(lengths=st.lists(st.sampled_from([0.01, 1.0, 30.0]), min_size=4, max_size=4))
@settings(max_examples=10)
def test_how_long_ignored_directions_are_does_not_matter(lengths):
    scaled = NUISANCE * np.array(lengths, dtype=np.float32)[:, None]
    np.testing.assert_allclose(
        fit(ignore=scaled).transform(ITEMS), fit(ignore=NUISANCE).transform(ITEMS), atol=1e-4
    )


@pytest.mark.parametrize("nothing", [np.empty((0, 0), np.float32), np.zeros((2, 80), np.float32)])
def test_directions_of_nothing_ignore_nothing(nothing):
    np.testing.assert_array_equal(fit(ignore=nothing).transform(ITEMS), fit().transform(ITEMS))


# how much it explains


def share(items, basis_of):
    apart = items.astype(np.float64) - items.mean(axis=0, dtype=np.float64)
    return ((apart @ projector(basis_of)) ** 2).sum() / (apart**2).sum()


@every_method
def test_explained_is_the_share_of_variance_in_the_span_of_the_words_and_chance_that_of_random_directions(
    method,
):
    subspace = fit(method)
    assert subspace.explained == pytest.approx(share(ITEMS, WORDS - WORDS.mean(axis=0)), abs=1e-4)
    assert subspace.chance == 5 / 80


def test_random_words_explain_what_chance_does_and_words_the_items_are_made_of_nearly_all():
    many = normal(9_000, 80)
    assert fit(items=many).explained == pytest.approx(5 / 80, abs=0.005)
    made = WORDS[np.arange(60) % 6] + 1e-3 * normal(60, 80)
    assert fit(items=made).explained > 0.99


def test_words_that_repeat_each_other_span_fewer_directions():
    doubled = np.concatenate([WORDS[:3], WORDS[:3]])
    assert fit("project", words=doubled).dimension == 2
    assert fit(words=doubled).chance == 2 / 80


def test_of_many_items_some_evenly_spaced_ones_tell():
    many = normal(25_000, 80)
    many[:, :9] *= np.linspace(0, 9, 25_000, dtype=np.float32)[:, None]
    assert fit(items=many).explained == pytest.approx(share(many, WORDS - WORDS.mean(axis=0)), rel=0.05)


# the same item elsewhere


@every_method
@pytest.mark.parametrize("dimensions", [7, 80])
def test_an_item_has_the_same_bits_wherever_it_stands_and_among_however_many(method, dimensions):
    subspace = fit(method, ITEMS[:, :dimensions], WORDS[:, :dimensions])
    items = normal(9_000, dimensions)
    whole = subspace.transform(items)
    for rows in (slice(0, 1), slice(5, 14), slice(1000, 1037), slice(4095, 8999), slice(None, None, -1)):
        np.testing.assert_array_equal(subspace.transform(items[rows]), whole[rows])


# few items, or none that differ


@every_method
def test_a_single_item_has_finite_vectors_and_no_variance(method):
    one = ITEMS[:1] / 10
    subspace = fit(method, one, scale=20.0)
    found = subspace.transform(one)
    assert np.isfinite(found).all()
    assert subspace.explained == 0
    if method != "softmax":
        np.testing.assert_allclose(found, 0, atol=1e-5)


@every_method
@pytest.mark.parametrize("value", [0.0, 0.1, 1e3])
def test_identical_items_get_identical_vectors_and_explain_nothing(method, value):
    same = np.full((9, 80), value, dtype=np.float32)
    subspace = fit(method, same)
    found = subspace.transform(same)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, np.tile(found[:1], (9, 1)))
    assert subspace.explained == 0


@every_method
def test_no_items_to_transform_give_no_vectors(method):
    subspace = fit(method)
    assert subspace.transform(np.empty((0, 80), np.float32)).shape == (0, subspace.dimension)


def test_two_words_of_one_dimension_are_enough():
    words = np.array([[1], [-1]], dtype=np.float32)
    items = np.array([[2], [-2]], dtype=np.float32)
    found = fit_subspace(items, words)
    np.testing.assert_allclose(found.transform(items), [[2, -2], [-2, 2]])
    assert (found.explained, found.chance) == (1, 1)


# refusals


@every_method
def test_words_that_differ_in_nothing_are_refused(method):
    with pytest.raises(InvalidParameter) as error:
        fit(method, words=np.tile(WORDS[:1], (3, 1)))
    assert str(error.value) == "to the encoder the words differ in nothing: choose other words"


@every_method
@pytest.mark.parametrize("ignore", [WORDS - WORDS.mean(axis=0), WORDS, np.eye(80, dtype=np.float32)])
def test_words_that_differ_only_in_what_is_ignored_are_refused(method, ignore):
    with pytest.raises(InvalidParameter) as error:
        fit(method, ignore=ignore)
    assert str(error.value) == (
        "to the encoder the words differ in nothing but what is to be ignored: choose other words"
    )


def test_the_gradient_needs_the_instruction_itself():
    with pytest.raises(InvalidParameter, match="give instruction= or description="):
        fit_subspace(ITEMS, WORDS, method="gradient")


def test_a_method_that_is_none_of_vectors_is_refused():
    with pytest.raises(InvalidParameter) as error:
        fit("prefix")
    assert str(error.value) == (
        "instruction method 'prefix': for vectors there are scores, project, softmax, mask, gradient"
    )


# without words


def test_what_is_left_without_some_directions_keeps_its_distances():
    subspace = ignoring_subspace(ITEMS, NUISANCE)
    apart = ITEMS.astype(np.float64) - ITEMS.mean(axis=0)
    rest = apart - apart @ projector(NUISANCE)
    found = subspace.transform(ITEMS)
    assert (found.dtype, found.shape) == (np.float32, (40, 76))
    np.testing.assert_allclose(_gram(found.astype(np.float64)), rest @ rest.T, atol=1e-3)


def test_the_share_that_is_left_is_said_beside_that_of_as_many_directions():
    subspace = ignoring_subspace(ITEMS, NUISANCE)
    assert (subspace.method, subspace.chance) == ("ignore", 76 / 80)
    assert subspace.explained == pytest.approx(1 - share(ITEMS, NUISANCE), abs=1e-4)


@given(steps=arrays(np.float32, (40, 4), elements=st.floats(-5, 5, width=32)))
@settings(max_examples=25)
def test_ignored_directions_are_gone(steps):
    subspace = ignoring_subspace(ITEMS, NUISANCE)
    np.testing.assert_allclose(
        subspace.transform(ITEMS + steps @ NUISANCE), subspace.transform(ITEMS), atol=1e-3
    )


def test_directions_of_nothing_leave_everything():
    found = ignoring_subspace(ITEMS, np.zeros((2, 80), np.float32))
    assert (found.dimension, found.explained) == (80, 1)


def test_directions_that_are_all_there_are_leave_nothing():
    with pytest.raises(InvalidParameter) as error:
        ignoring_subspace(ITEMS[:, :4], NUISANCE[:, :4])
    assert str(error.value) == (
        "what is to be ignored takes all 4 dimensions of the vectors: ignore fewer words"
    )
