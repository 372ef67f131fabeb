import pytest

from clusterby.endpoints.tokens import count_tokens, cut_text

SCRIPTS = ["plain", "grün", "Привет", "中文字", "😀🎉", "a é 中 😀 ", "a\ud800b"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("abcd", 1),
        ("éé", 1.3),
        ("中", 1.2),
        ("한국", 2.4),
        ("😀", 2.5),
        ("ab é 中 😀", 5 / 4 + 4.35),
    ],
)
def test_a_character_counts_by_its_length_in_utf_8(text, tokens):
    assert count_tokens(text) == pytest.approx(tokens)


@pytest.mark.parametrize("unit", SCRIPTS)
@pytest.mark.parametrize("most", [1, 2, 7, 50])
def test_a_cut_text_is_the_longest_beginning_that_fits(unit, most):
    text = unit * 100
    cut = cut_text(text, most)
    assert text.startswith(cut)
    assert count_tokens(cut) <= most < count_tokens(text[: len(cut) + 1])


@pytest.mark.parametrize("text", ["", "abcd", "abcdefgh", "中"])
def test_a_text_that_fits_is_left_alone(text):
    assert cut_text(text, 2) is text
