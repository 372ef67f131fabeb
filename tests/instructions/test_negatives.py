import pytest

from clusterby.instructions.lexicons import lexicons
from clusterby.instructions.negatives import other_candidates, other_descriptions


def test_the_other_words_of_the_criterion_take_the_place_of_the_one_that_is_said():
    others, left_out = other_descriptions("photo with a Sunny background, please")
    assert len(others) == len(lexicons()["weather"].words) - 1
    assert others[:2] == (
        "photo with a partly cloudy background, please",
        "photo with a cloudy background, please",
    )
    assert left_out == {}


def test_an_article_follows_the_word():
    assert other_descriptions("a red car")[0][0] == "an orange car"
    assert other_descriptions("an orange car")[0][0] == "a red car"


def test_a_phrase_with_its_own_article_takes_the_one_before():
    others, _ = other_descriptions("a few people on a bench")
    assert others[0] == "no people on a bench"
    assert "a large crowd on a bench" in others


def test_kinds_of_what_is_said_are_left_out():
    others, left_out = other_descriptions("blue sea at dusk")
    assert dict(left_out) == {
        "navy blue sea at dusk": "a kind of 'blue'",
        "light blue sea at dusk": "a kind of 'blue'",
        "dark blue sea at dusk": "a kind of 'blue'",
    }
    assert not set(others) & set(left_out)


def test_the_general_word_is_a_negative_of_the_special_one():
    assert "a blue sea" in other_descriptions("a navy blue sea")[0]


@pytest.mark.parametrize("text", ["people on their way", "", "the color of the background"])
def test_a_description_without_a_word_of_a_criterion_has_no_others(text):
    assert other_descriptions(text) == ((), {})


def test_candidates_are_no_negatives_of_each_other():
    others, left_out = other_candidates("red", ["red", "Blue"], lexicons()["color"])
    assert "blue" not in others
    assert "green" in others
    assert dict(left_out) == {"dark red": "a kind of 'red'"}


def test_the_criterion_is_found_by_the_candidate_where_it_is_not_said():
    assert other_candidates("dogs", ["dogs", "trees"])[0][0] == "cat"
    assert other_candidates("a dog on a lawn", ["a dog on a lawn", "x"]) == ((), {})
