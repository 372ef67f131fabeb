import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.instructions.apart import same_texts, tell_apart


def units(rows):
    rows = np.asarray(rows, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_of_texts_that_are_one_to_the_encoder_the_first_counts():
    assert same_texts(units([[1, 0], [0, 1], [1, 0.001], [0, 1], [1, 1]])) == {2: 0, 3: 1}


def test_no_text_is_no_pair():
    assert same_texts(np.empty((0, 3), np.float32)) == {}


def test_a_negative_that_is_the_claim_is_left_out():
    kept, left_out = tell_apart(units([[1, 0, 0]])[0], units([[0, 1, 0], [1, 0, 0.01], [0, 0, 1]]))
    assert (kept.tolist(), left_out) == ([0, 2], {1: None})


def test_only_what_differs_counts():
    """All prompts share most of their vector; what is near then is what is near as seen from their mean."""
    common = np.array([10.0, 0, 0, 0])
    asked, near, far, other = units(
        common + np.array([[0, 1, 0, 0], [0, 1, 0.2, 0], [0, -0.5, 1, 0], [0, 0, 0, 1]])
    )
    assert min(asked @ far, asked @ other) > 0.98
    kept, left_out = tell_apart(asked, np.stack([near, far, other]))
    assert (kept.tolist(), left_out) == ([1, 2], {0: None})


@pytest.mark.parametrize("negative", [[0.9, 0.1, 0], [0, 1, 0], [-1, 0, 0]])
def test_a_single_negative_that_differs_at_all_is_kept(negative):
    kept, left_out = tell_apart(units([[1, 0, 0]])[0], units([negative]))
    assert (kept.tolist(), left_out) == ([0], {})


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_each_negative_is_kept_or_left_out_with_a_reason_that_is_kept_or_none(seed, count):
    rng = np.random.default_rng(seed)
    rows = units(rng.integers(-1, 2, size=(count + 1, 3)) + np.array([0.0, 0.0, 5.0]))
    kept, left_out = tell_apart(rows[0], rows[1:])
    assert sorted([*kept.tolist(), *left_out]) == list(range(count))
    assert all(twin is None or twin < place for place, twin in left_out.items())
    again = tell_apart(rows[0], rows[1:])
    assert (again[0].tolist(), again[1]) == (kept.tolist(), left_out)
