import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clusterby.instructions.mentions import (
    forms,
    holds,
    mentions,
    normalized,
    same,
    token_spans,
    tokenize,
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Group by COLOR!", ["group", "by", "color", "!"]),
        ("time-of-day", ["time", "of", "day"]),
        ("a {} car", ["a", "{}", "car"]),
        ("background_color", ["background", "color"]),
        ("color - shape", ["color", "-", "shape"]),
        ("bird’s-eye", ["bird", "s", "eye"]),
        ("ＲＥＤ", ["red"]),
        ("  ", []),
    ],
)
def test_the_tokens_of_a_text_are(text, tokens):
    assert tokenize(text) == tokens


@given(st.text())
@example("Straße ﬁn İstanbul")
@example("cafe\u0301 close-up")
def test_every_token_stands_where_its_span_says(text):
    spans = token_spans(text)
    assert len(spans) == len(tokenize(text))
    letters = normalized(text)
    for token, (start, stop) in zip(tokenize(text), spans, strict=True):
        assert 0 <= start < stop <= len(letters)
        assert token in letters[start:stop].casefold()
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("word", "form"),
    [("wolves", "wolf"), ("daisies", "daisy"), ("buses", "bus"), ("foxes", "fox"), ("knives", "knife")],
)
def test_a_plural_is_a_form_of_its_singular(word, form):
    assert form in forms(word)
    assert same([word], [form])


def test_a_word_that_ends_in_double_s_is_no_plural():
    assert forms("grass") == ("grass",)


@pytest.mark.parametrize(
    ("word", "other", "held"),
    [
        ("red", "dark red", True),
        ("red", "red", True),
        ("dark red", "red", False),
        ("red", "redwood", False),
        ("early autumn", "autumn early", False),
        ("train", "steam trains", True),
    ],
)
def test_a_word_is_held_where_its_tokens_stand_side_by_side(word, other, held):
    assert holds(word, other) is held


def test_the_longest_mention_wins_and_the_rest_stands_from_left_to_right():
    found = mentions(tokenize("a hot dog in the living room at night"))
    assert [mention.words[0][1] for mention in found] == [
        "hot dog",
        "living room",
        "night",
    ]
