import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords.spelling import fold_word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bike", "BIKE"),
        ("ＡＢＣ", "abc"),
        ("ﬁne", "fine"),
        ("ｶﾞ", "ガ"),
        ("İstanbul", "istanbul"),
        ("IŞIK", "ışık"),
        ("Straße", "STRASSE"),
        ("ΟΔΟΣ", "οδος"),
        ("Zürich", unicodedata.normalize("NFD", "Zürich")),
    ],
)
def test_spellings_of_one_word_are_folded_alike(one, other):
    assert fold_word(one) == fold_word(other)


@pytest.mark.parametrize(
    ("one", "other"), [("café", "cafe"), ("ёлка", "елка"), ("Häuser", "Hauser"), ("책", "차")]
)
def test_letters_that_differ_by_an_accent_are_others(one, other):
    assert fold_word(one) != fold_word(other)


@given(st.text(max_size=10))
def test_words_that_differ_by_case_or_composition_alone_are_one(word):
    folded = fold_word(word)
    assert fold_word(word.casefold()) == folded
    assert fold_word(folded) == folded
