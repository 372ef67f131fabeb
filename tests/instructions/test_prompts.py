import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.prompts import alike_words, fill_templates, mean_directions

# words in templates


def test_the_prompts_of_a_word_stand_together():
    assert fill_templates(["red", "blue"], ["a {} car", "{}", "the {}"]) == [
        "a red car", "red", "the red", "a blue car", "blue", "the blue",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "template", "prompt"),
    [
        ("orange", "a {} car", "an orange car"),
        ("red", "an {} car", "a red car"),
        ("Orange", "A {} car", "An Orange car"),
        ("orange", "a photo of {}", "a photo of orange"),
        ("orange", "photo with a {} in a box", "photo with an orange in a box"),
        ("orange", "banana {}", "banana orange"),
        ("orange", "{} a", "orange a"),
        ("a red {}", "a {} car", "an a red {} car"),
        ("\\1 \\g<0>", "a {} car", "a \\1 \\g<0> car"),
        ("ünder", "a {}", "a ünder"),
    ],
)
def test_an_article_follows_the_word(word, template, prompt):
    assert fill_templates([word], [template]) == [prompt]


@given(
    st.lists(st.text(min_size=1, max_size=6), max_size=5),
    st.lists(st.sampled_from(["{}", "x {}", "{} y"]), max_size=3),
)
def test_there_is_one_prompt_for_each_word_and_template(words, templates):
    prompts = fill_templates(words, templates)
    assert prompts == [template.replace("{}", word) for word in words for template in templates]


# directions


def test_a_word_has_the_direction_of_the_mean_of_its_unit_vectors():
    prompts = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    units = prompts / np.linalg.norm(prompts, axis=1, keepdims=True)
    means = (units[:3].mean(axis=0), units[3:].mean(axis=0))
    expected = np.stack([mean / np.linalg.norm(mean) for mean in means])
    found = mean_directions(prompts, 3)
    assert (found.dtype, found.shape) == (np.float32, (2, 5))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_length_of_a_prompts_vector_does_not_count():
    prompts = np.array([[1, 0], [0, 1]], dtype=np.float32)
    np.testing.assert_array_equal(mean_directions(prompts * [[7], [0.01]], 2), mean_directions(prompts, 2))


def test_prompts_of_zeros_do_not_count_where_there_are_others():
    np.testing.assert_array_equal(mean_directions(np.array([[0, 0], [0, 3]], dtype=np.float32), 2), [[0, 1]])


@pytest.mark.parametrize("prompts", [[[0, 0], [0, 0], [1, 0], [1, 1]], [[1, 2], [-1, -2], [1, 0], [1, 1]]])
def test_a_word_without_a_direction_is_refused(prompts):
    with pytest.raises(InvalidParameter) as error:
        mean_directions(np.array(prompts, dtype=np.float32), 2)
    assert str(error.value) == (
        "the encoder gives 1 of 2 words a vector of zeros: it knows none of their letters; choose other words or another encoder"
    )


@given(arrays(np.float32, (4, 3), elements=st.floats(0.5, 100, width=32)))
def test_directions_have_unit_length(prompts):
    np.testing.assert_allclose(np.linalg.norm(mean_directions(prompts, 2), axis=1), 1, rtol=1e-5)


# words that are one to the encoder


def test_words_with_the_same_vector_are_alike():
    rows = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    assert alike_words("abcde", rows) == [("a", "c"), ("b", "d")]


def test_words_apart_are_not_alike():
    assert alike_words("abc", np.eye(3, dtype=np.float32)) == []
    assert alike_words("ab", np.eye(2, dtype=np.float32)) == []


@pytest.mark.parametrize("count", [2, 3, 5])
def test_where_all_vectors_are_one_all_words_are_alike(count):
    rows = np.tile(np.array([0.6, 0.8], dtype=np.float32), (count, 1))
    assert len(alike_words("abcdef"[:count], rows)) == count * (count - 1) // 2


def test_differences_of_rounding_are_none():
    rows = np.tile(np.array([0.6, 0.8], dtype=np.float32), (3, 1))
    rows[1, 0] = np.nextafter(rows[1, 0], np.float32(1))
    assert len(alike_words("abc", rows)) == 3


def test_a_word_in_the_midst_of_others_is_like_none_of_them():
    rows = np.array([[1, 1], [1, -1], [1, 0]], dtype=np.float32)
    assert alike_words("abc", rows) == []


def test_a_common_part_of_all_words_does_not_make_them_alike():
    rows = np.eye(3, 4, dtype=np.float32) * 0.01 + np.array([0, 0, 0, 1], dtype=np.float32)
    assert alike_words("abc", rows) == []
