import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.views.prose import count, percent, shortened, visible


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0.0%"), (0.0001, "<0.1%"), (0.0005, "0.1%"), (0.123, "12.3%"), (0.9999, ">99.9%"), (1.0, "100%")],
)
def test_a_share_reads_as_a_percentage(share, shown):
    assert percent(share) == shown


def test_thousands_stand_apart():
    assert count(1_234_567) == "1,234,567"


def test_a_text_that_fits_is_left_alone():
    assert shortened("groupby", 7) == "groupby"


def test_control_characters_are_shown_as_their_pictures():
    assert visible("a\x00b\x1bc\x7f") == "a␀b␛c␡"


def test_line_breaks_and_tabs_stay_and_are_of_one_kind():
    assert visible("a\r\nb\rc\td") == "a\nb\nc\td"


def test_a_lone_surrogate_becomes_a_replacement_character():
    assert visible("a\ud800b") == "a�b"


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(exclude_categories=())))
def test_what_is_visible_can_be_written(text):
    shown = visible(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert visible(shown) == shown
