import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.unlike import one_line, same_name, unlike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Red bikes", "red  BIKES"),
        ("red bikes", " red bikes. "),
        ("ＡＢＣ", "abc"),
        ("Zürich", unicodedata.normalize("NFD", "zürich")),
        ("STRASSE", "straße"),
    ],
)
def test_names_are_the_same_to_a_reader(one, other):
    assert same_name(one) == same_name(other)


@pytest.mark.parametrize(("one", "other"), [("bike", "bikes"), ("red 2", "red 3"), ("C", "C++"), ("?", "!")])
def test_names_are_different_to_a_reader(one, other):
    assert same_name(one) != same_name(other)


def test_the_first_that_is_free_is_taken():
    assert unlike(["red", "red, small", "red, small, old"], {"red", "red, small"}) == "red, small, old"


def test_where_none_is_free_the_first_is_numbered():
    assert unlike(["red", "small"], {"red", "small", "red 2"}) == "red 3"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4), st.sets(st.text()))
def test_what_is_found_is_never_taken(wanted, names):
    taken = {same_name(name) for name in [*names, *wanted[:2]]}
    assert same_name(unlike(wanted, taken)) not in taken


def test_a_line_has_no_breaks_and_nothing_hidden():
    assert one_line("\tred\r\n bikes\u2028\u202e\x00\u200b ") == "red bikes"


def test_joiners_stay_inside_words_and_emoji():
    assert one_line("می‌خواهم 👩‍🔬") == "می‌خواهم 👩‍🔬"
    assert one_line("\u200d") == ""


def test_a_long_line_is_cut():
    assert one_line("x" * 60) == "x" * 60
    assert one_line("x" * 61) == "x" * 59 + "…"
    assert one_line("ab cd", most=4) == "ab…"


@given(st.text(), st.integers(1, 20))
def test_whatever_the_text_a_line_is_short_and_clean(text, most):
    line = one_line(text, most=most)
    assert len(line) <= most
    assert line == line.strip()
    assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
