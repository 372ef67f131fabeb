from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords.choose import Phrase, choose_phrases


def ranked(*found):
    """Phrases, each with its score and the number of texts that have it."""
    return [Phrase(words=tuple(words.split()), score=score, texts=texts) for words, score, texts in found]


def chosen(most, *found):
    return [str(phrase) for phrase in choose_phrases(ranked(*found), most)]


def test_the_best_come_first_and_no_more_than_asked():
    assert chosen(2, ("bike", 0.9, 9), ("wine", 0.8, 8), ("sun", 0.7, 7)) == ["bike", "wine"]


def test_a_word_that_is_seldom_without_others_is_named_with_them():
    assert chosen(1, ("line", 0.9, 10), ("command line", 0.8, 5)) == ["command line"]
    assert chosen(1, ("line", 0.9, 10), ("command line", 0.8, 4)) == ["line"]
    assert chosen(1, ("line", 0.9, 10), ("command line", 0.8, 8), ("command line tool", 0.7, 6)) == [
        "command line tool"
    ]


def test_no_two_share_a_word_whatever_its_form():
    assert chosen(3, ("red bike", 0.9, 9), ("bike", 0.8, 9), ("wine", 0.7, 9)) == ["red bike", "wine"]
    assert chosen(3, ("game", 0.9, 9), ("Games", 0.8, 9), ("wine", 0.7, 9)) == ["game", "wine"]
    assert chosen(3, ("library", 0.9, 9), ("libraries", 0.8, 9), ("wine", 0.7, 9)) == ["library", "wine"]
    assert chosen(3, ("Haus", 0.9, 9), ("Häuser", 0.8, 9)) == ["Haus", "Häuser"]
    assert chosen(3, ("книга", 0.9, 9), ("книги", 0.8, 9)) == ["книга"]


def test_spaces_hyphens_and_parts_make_no_other_phrase():
    assert chosen(3, ("data base", 0.9, 9), ("database", 0.8, 9), ("data-base", 0.7, 9)) == ["data base"]
    assert chosen(3, ("game", 0.9, 9), ("videogame", 0.8, 9)) == ["game"]


def test_words_that_only_hold_each_others_letters_are_two():
    assert chosen(3, ("art", 0.9, 9), ("party", 0.8, 9), ("cart", 0.7, 9)) == ["art", "party", "cart"]


def test_what_scores_far_less_than_the_first_is_left_out():
    assert chosen(3, ("bike", 1.0, 9), ("wine", 0.35, 9), ("sun", 0.34, 9)) == ["bike", "wine"]


def test_of_nothing_nothing_is_chosen():
    assert choose_phrases([], 3) == []


@given(
    st.lists(
        st.tuples(
            st.lists(st.text("abcd", min_size=1, max_size=5), min_size=1, max_size=3), st.integers(1, 9)
        ),
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_chosen_phrases_are_some_of_those_given_each_once(drawn, most):
    given_phrases = [
        Phrase(words=tuple(words), score=1 - place / 100, texts=texts)
        for place, (words, texts) in enumerate(drawn)
    ]
    found = choose_phrases(given_phrases, most)
    assert len(found) == len({str(phrase) for phrase in found}) <= most
    assert all(phrase in given_phrases for phrase in found)
    assert bool(found) == bool(given_phrases)
