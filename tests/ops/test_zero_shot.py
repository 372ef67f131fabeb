import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.claims import Claim, Text
from clusterby.ops.zero_shot import score_against, score_alone, score_among

SPACE = {
    "red": [1, 0, 0],
    "crimson": [1, 0, 0],
    "scarlet": [0.999, 0.03, 0],
    "green": [0, 1, 0],
    "verdant": [0, 1, 0],
    "blue": [0, 0, 1],
    "color": [1, 1, 1],
    "zyxt": [0, 0, 0],
    "qwrt": [0, 0, 0],
}
ROWS = np.array([[2, 0, 0], [0, 3, 0], [0, 0, 0.5], [1, 1, 0], [0, 0, 0]], dtype=np.float32)


class Tower:
    def __init__(self):
        self.calls = []

    def __call__(self, texts):
        self.calls.append(list(texts))
        return np.array([SPACE[text] for text in texts], dtype=np.float32)


@pytest.fixture
def tower():
    return Tower()


def text(said, *prompts):
    return Text(said=said, prompts=prompts or (said,))


def claim(said, *negatives, stated=True, nothing="color"):
    return Claim(text=text(said), negatives=tuple(map(text, negatives)), stated=stated, nothing=text(nothing))


def test_a_score_is_the_softmax_of_the_claim_and_its_negatives(tower):
    scores = score_against(ROWS, [claim("red", "green", "blue")], tower, scale=3.0)
    e = np.exp(3.0)
    half = np.exp(3 * np.sqrt(0.5))
    expected = [e / (e + 2), 1 / (1 + e + 1), 1 / (1 + 1 + e), half / (2 * half + 1), 1 / 3]
    assert scores.values.dtype == np.float32
    np.testing.assert_allclose(scores.values[:, 0], expected, rtol=1e-6)
    assert scores.negatives == (("green", "blue"),)
    assert scores.warnings == ()


def test_each_claim_is_for_itself_and_prompts_are_embedded_once_at_once(tower):
    claims = [claim("red", "green"), claim("green", "red"), claim("blue", "green")]
    scores = score_against(ROWS, claims, tower, scale=2.0)
    assert scores.values.shape == (5, 3)
    for place, each in enumerate(claims):
        alone = score_against(ROWS, [each], Tower(), scale=2.0)
        np.testing.assert_array_equal(scores.values[:, [place]], alone.values)
    assert tower.calls == [["red", "green", "blue"]]


def test_prompts_are_averaged_as_unit_vectors(tower):
    mixed = Claim(
        text=text("x", "red", "green"), negatives=(text("blue"),), stated=True, nothing=text("color")
    )
    scores = score_against(ROWS[:1], [mixed], tower, scale=1.0)
    np.testing.assert_allclose(scores.values[0, 0], 1 / (1 + np.exp(-np.sqrt(0.5))), rtol=1e-6)


def test_default_negatives_that_are_one_count_once(tower):
    defaults = claim("red", "green", "verdant", "blue", stated=False)
    scores = score_against(ROWS, [defaults], tower, scale=3.0)
    same = score_against(ROWS, [claim("red", "green", "blue")], Tower(), scale=3.0)
    np.testing.assert_array_equal(scores.values, same.values)
    assert scores.negatives == (("green", "blue"),)
    assert scores.left_out[0] == {"verdant": "to the encoder the same as 'green'"}


def test_a_default_negative_that_is_nearly_the_claim_is_left_out(tower):
    scores = score_against(ROWS, [claim("red", "scarlet", "green", "blue", stated=False)], tower, scale=3.0)
    assert scores.negatives == (("green", "blue"),)
    assert scores.left_out[0] == {"scarlet": "to the encoder the same as what is asked for, nearly"}


def test_what_the_encoder_takes_for_the_claim_is_warned_of(tower):
    scores = score_against(ROWS, [claim("red", "crimson", "green", stated=False)], tower, scale=3.0)
    assert scores.negatives == (("green",),)
    assert scores.warnings == ("the encoder takes these for one: 'red', 'crimson'",)
    given = score_against(ROWS, [claim("red", "crimson", "green")], tower, scale=3.0)
    assert given.negatives == (("crimson", "green"),)
    assert given.warnings == scores.warnings
    assert given.values.max() <= 0.5


def test_default_negatives_that_the_encoder_does_not_know_are_left_out(tower):
    scores = score_against(ROWS, [claim("red", "zyxt", "green", stated=False)], tower, scale=3.0)
    assert scores.negatives == (("green",),)
    assert scores.left_out[0] == {"zyxt": "the encoder knows none of its letters"}


def test_where_no_default_negative_is_left_any_row_is_one(tower):
    scores = score_against(ROWS, [claim("red", "zyxt", "crimson", stated=False)], tower, scale=3.0)
    assert scores.negatives == (("color",),)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (claim("zyxt", "green"), "gives 'zyxt' a vector of zeros: it knows none of its letters"),
        (claim("red", "zyxt"), "gives 'zyxt' a vector of zeros"),
        (claim("red", "crimson"), "does not tell 'red' from 'crimson': choose other words"),
        (claim("red", "crimson", stated=False, nothing="crimson"), "does not tell 'red' from 'crimson'"),
        (claim("red", "zyxt", stated=False, nothing="qwrt"), "gives 'qwrt' a vector of zeros"),
    ],
)  # fmt: skip
def test_what_the_encoder_cannot_tell_is_refused(tower, of, words):
    with pytest.raises(InvalidParameter, match=words):
        score_against(ROWS, [of], tower, scale=3.0)


def test_among_candidates_the_probabilities_add_up_to_one(tower):
    claims = [claim("red"), claim("green"), claim("blue")]
    scores = score_among(ROWS, claims, tower, scale=2.0)
    np.testing.assert_allclose(scores.values.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(scores.values[0], np.exp([2, 0, 0]) / np.exp([2, 0, 0]).sum(), rtol=1e-6)
    assert scores.negatives == ((), (), ())


def test_negatives_take_their_share_of_the_candidates(tower):
    claims = [claim("red", "blue"), claim("green", "blue")]
    scores = score_among(ROWS, claims, tower, scale=2.0)
    np.testing.assert_allclose(scores.values[2], np.exp([0, 0]) / np.exp([0, 0, 2]).sum(), rtol=1e-6)
    assert scores.negatives == (("blue",), ("blue",))


def test_candidates_that_are_one_are_warned_of_and_share(tower):
    scores = score_among(ROWS, [claim("red"), claim("crimson"), claim("green")], tower, scale=2.0)
    np.testing.assert_array_equal(scores.values[:, 0], scores.values[:, 1])
    assert scores.warnings == ("the encoder takes these for one: 'red', 'crimson'",)


def test_candidates_none_of_which_it_tells_apart_are_refused(tower):
    with pytest.raises(InvalidParameter, match="tells none of the 2 candidates apart, 'red', 'crimson'"):
        score_among(ROWS, [claim("red"), claim("crimson")], tower, scale=2.0)
    with pytest.raises(InvalidParameter, match="'zyxt' a vector of zeros"):
        score_among(ROWS, [claim("red"), claim("zyxt")], tower, scale=2.0)


def test_alone_a_score_is_the_model_s_own_sigmoid(tower):
    scores = score_alone(ROWS, [claim("red", "green"), claim("blue")], tower, scale=10.0, bias=-5.0)
    np.testing.assert_allclose(scores.values[0], 1 / (1 + np.exp([-5.0, 5.0])), rtol=1e-6)
    assert scores.negatives == ((), ())
    assert tower.calls == [["red", "blue"]]


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 1000))
def test_scores_are_probabilities_whatever_the_scale(seed, scale):
    rows = np.random.default_rng(seed).normal(size=(7, 3)).astype(np.float32)
    claims = [claim("red", "green", "blue"), claim("green", "blue")]
    for scores in (
        score_against(rows, claims, Tower(), scale=scale),
        score_among(rows, claims, Tower(), scale=scale),
        score_alone(rows, claims, Tower(), scale=scale, bias=-scale / 2),
    ):
        assert np.isfinite(scores.values).all()
        assert scores.values.min() >= 0
        assert scores.values.max() <= 1


def test_many_rows_have_the_same_scores_as_few(tower):
    rows = np.random.default_rng(0).normal(size=(70_000, 3)).astype(np.float32)
    many = score_against(rows, [claim("red", "green")], tower, scale=5.0).values
    few = score_against(rows[65_530:65_540], [claim("red", "green")], tower, scale=5.0).values
    np.testing.assert_allclose(many[65_530:65_540], few, rtol=1e-5)


def test_no_row_has_no_score(tower):
    assert score_against(ROWS[:0], [claim("red", "green")], tower, scale=5.0).values.shape == (0, 1)
