import tomllib
from importlib.resources import files

import numpy as np
import pytest

from clusterby.namers.keywords.stopwords import find_stop_words, languages, stop_words

ENGLISH = "the dog is under a car in the rain"
DANISH = "jeg har en dog og det er en bil på en vej"
GERMAN = "das war nicht so und die Art ist auch nur ein Wort"


def kept(*texts):
    """The words of each text that are no stop words."""
    split = [text.casefold().split() for text in texts]
    words = sorted({word for text in split for word in text})
    numbers = np.array([words.index(word) for text in split for word in text], dtype=np.int64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in split])
    stops = find_stop_words(words, numbers, owners, len(texts))
    return [[words[n] for n in numbers[(owners == i) & ~stops]] for i in range(len(texts))]


def test_there_are_27_languages():
    assert len(languages()) == 27
    assert {"en", "de", "fr", "ru", "hi", "ar", "el", "ko", "zh"} < set(languages())


@pytest.mark.parametrize(
    "words",
    [
        ("the", "don't", "dont"),
        ("und", "über"),
        ("c'est", "où"),
        ("что", "ещё"),
        ("και",),
        ("में",),
        ("على",),
        ("그리고",),
    ],
)
def test_stop_words_are_casefolded_composed_and_with_and_without_apostrophe(words):
    assert stop_words().issuperset(words)
    assert all(word == word.casefold() for word in stop_words())


def test_every_homograph_is_a_stop_word_of_another_language_and_none_of_english():
    lists = tomllib.loads(
        files("clusterby.namers.keywords").joinpath("stopwords.toml").read_text(encoding="utf-8")
    )
    homographs = set(lists.pop("homographs").split())
    english = set(lists.pop("en").split())
    others = {word for words in lists.values() for word in words.split()}
    assert homographs - others == set()
    assert homographs & english == set()


def test_a_word_is_a_stop_word_in_its_own_language_alone():
    assert kept(ENGLISH, DANISH) == [["dog", "car", "rain"], ["bil", "vej"]]


def test_a_german_verb_is_an_english_noun():
    assert kept("the war in the east was a long war", GERMAN) == [
        ["war", "east", "long", "war"],
        ["art", "wort"],
    ]


def test_in_a_short_text_a_word_is_what_it_mostly_is_in_those_that_tell():
    assert kept(*[ENGLISH] * 3, DANISH, "dog", "the car")[-2:] == [["dog"], ["car"]]
    assert kept(*[DANISH] * 3, "dog")[-1] == []


def test_where_no_text_tells_its_language_all_stop_words_are_left_out_but_those_that_mean_something_in_english():
    assert kept("Das Auto", "la maison", "dog", "über Katze", "the car") == [
        ["auto"], ["maison"], ["dog"], ["katze"], ["car"],
    ]  # fmt: skip


def test_a_language_of_few_among_many_english_texts_keeps_its_stop_words():
    assert kept(*[ENGLISH] * 50, "Das Auto", GERMAN)[-2:] == [["auto"], ["art", "wort"]]


def test_in_short_texts_of_one_language_what_means_something_in_english_is_a_stop_word():
    german = ["die sonne", "die kleine sonne", "der mond", "mond bei nacht"]
    assert kept(*german) == [["sonne"], ["kleine", "sonne"], ["mond"], ["mond", "nacht"]]
    french = ["mon vélo", "mon beau vélo", "ton vin", "vin blanc"]
    assert kept(*french) == [["vélo"], ["beau", "vélo"], ["vin"], ["vin", "blanc"]]


@pytest.mark.parametrize(
    "texts",
    [
        ["hot dog", "door hat", "men sale", "car pot"],  # no stop word of any language
        ["the hot dog", "the car", "die sonne", "der mond"],
        ["hot dog", "door mat", "sun hat", "car wash", "garden sale"] * 20 + ["der mond", "das auto"],
        ["pokémon dog", "sun", "rain"],  # only one word that may be a stop word
    ],
)
def test_english_titles_keep_what_is_a_stop_word_elsewhere(texts):
    left = {word for text in kept(*texts) for word in text}
    asked = {word for text in texts for word in text.split()}
    assert {"dog", "door", "hat", "men", "sale", "car", "pot"} & asked <= left


def test_words_of_links_are_never_left_in():
    assert kept("https www nbsp cat", ENGLISH + " https www nbsp") == [["cat"], ["dog", "car", "rain"]]


def test_without_texts_or_words_nothing_is_found():
    empty = np.empty(0, np.int64)
    assert find_stop_words([], empty, empty, 0).shape == (0,)
    assert find_stop_words(["cat"], np.array([-1]), np.array([0]), 1).tolist() == [False]
