import tomllib
import unicodedata
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords.stopwords import languages
from clusterby.namers.keywords.tokens import BREAK, read_tokens


def words_of(*texts, **options):
    return list(read_tokens(texts, **options).words)


def phrases_of(text):
    """The runs of words between two breaks."""
    tokens = read_tokens([text])
    runs = [[]]
    for number in tokens.numbers.tolist():
        if number == BREAK:
            runs.append([])
        else:
            runs[-1].append(tokens.words[number])
    return [run for run in runs if run]


def test_each_text_ends_with_a_break_and_its_tokens_know_it():
    tokens = read_tokens(["red bike", "bike"])
    assert tokens.words == ("red", "bike")
    assert tokens.numbers.tolist() == [0, 1, -1, 1, -1]
    assert tokens.texts.tolist() == [0, 0, 0, 1, 1]


def test_case_is_set_aside_and_words_are_written_as_most_often():
    assert words_of("python", "Python", "Python", "PYTHON") == ["Python"]


def test_composed_and_decomposed_letters_are_one():
    composed, decomposed = "Zürich", unicodedata.normalize("NFD", "Zürich")
    assert composed != decomposed
    assert words_of(decomposed, composed) == ["Zürich"]


def test_greek_final_sigma_is_a_sigma():
    assert words_of("ΟΔΟΣ", "οδος", "οδος") == ["οδος"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी भाषा में किताबें", ["हिन्दी", "भाषा", "किताबें"]),  # vowel signs are combining marks
        ("اللغة العربية في المدينة", ["اللغة", "العربية", "المدينة"]),
        ("كتـــاب", ["كتاب"]),
        ("می‌خواهم کتاب", ["می‌خواهم", "کتاب"]),
        ("η ελληνική γλώσσα και το βιβλίο", ["ελληνική", "γλώσσα", "βιβλίο"]),
        ("한국어 텍스트 그리고 문서", ["한국어", "텍스트", "문서"]),
        ("Русский язык и книга", ["Русский", "язык", "книга"]),
        ("ภาษาไทย หนังสือ", ["ภาษาไทย", "หนังสือ"]),
    ],
)
def test_words_of_every_script_stay_whole(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++ and C#, node.js", ["C++", "C#", "node.js"]),
        ("c++11 libgtk-3 foo_bar", ["c++11", "libgtk-3", "foo_bar"]),
        ("don't DON’T can't they'll WE'VE", []),
        ("the bike's wheel, THE BIKE'S, bike’s", ["bike", "wheel"]),
        ("O'Brien rock'n'roll", ["O'Brien", "rock'n'roll"]),
        (
            "l'eau de l’Oréal, dell'acqua, d'Artagnan, qu'il, jusqu'alors",
            ["eau", "Oréal", "acqua", "Artagnan"],
        ),
        ("co\u00adop x\u200bray", ["coop", "xray"]),
        ("__init__ bike.", ["init", "bike"]),
    ],
)
def test_marks_inside_words_belong_to_them_and_what_leans_on_a_word_does_not(text, words):
    assert words_of(text) == words


def test_width_and_the_dots_of_turkish_make_no_other_word():
    assert words_of("ＡＢＣ test", "ABC ｔｅｓｔ", "ABC test") == ["ABC", "test"]
    assert words_of("İstanbul", "istanbul istanbul") == ["istanbul"]
    assert words_of("IŞIK", "ışık", "ışık") == ["ışık"]


def test_markup_is_left_out_and_what_it_holds_is_read():
    assert words_of(
        '<p class="a"><span style="color:red">shoes</span><br/></p>', "caf&eacute; &amp; bar"
    ) == [
        "shoes",
        "café",
        "bar",
    ]
    assert phrases_of("<td>red bike</td><td>wine</td>") == [["red", "bike"], ["wine"]]
    assert phrases_of("a <strong>red</strong> bike") == [["red", "bike"]]


def test_of_long_texts_with_markup_as_many_letters_are_read_as_of_others():
    assert words_of('<div class="a">' * 2 + "bike wine", most=11) == ["bike", "wine"]
    assert words_of('<div class="card large">bike wine red', most=8) == ["bike"]
    assert words_of("bike wine <div class='cards and more' id='one'>", most=9) == ["bike", "wine"]


@pytest.mark.parametrize("word", ["猫", "차", "책", "狗"])
def test_a_character_that_is_a_word_is_one_by_itself(word):
    assert words_of(word, f"{word} abc") == [word, "abc"]


def test_chinese_that_is_written_with_spaces_loses_its_stop_words():
    assert words_of("我 的 猫 在 家") == ["猫", "家"]


def test_bare_numbers_and_single_letters_are_no_words():
    assert words_of("2024 3.5 1,000 x 7 ५ IPv6 3D 1980s") == ["IPv6", "3D", "1980s"]


def test_what_is_longer_than_40_characters_is_no_word():
    assert words_of("a" * 41 + " " + "b" * 40) == ["b" * 40]


def test_stop_words_numbers_and_punctuation_part_phrases():
    assert phrases_of("red bike, blue car and green van") == [
        ["red", "bike"],
        ["blue", "car"],
        ["green", "van"],
    ]
    assert phrases_of("python 3 library (fast) - small--tiny, foo...wine") == [
        ["python"], ["library"], ["fast"], ["small"], ["tiny"], ["foo"], ["wine"],
    ]  # fmt: skip


def test_control_characters_and_markup_part_words():
    assert phrases_of("<b>red bike</b>\x1b[31m\x00wine\u202e") == [["red", "bike"], ["31m"], ["wine"]]


def test_signs_that_hold_a_letter_are_no_words():
    assert words_of("\x1b㈪ ㈪ № ℡ ⓐⓑ bike") == ["bike"]


def test_texts_that_are_missing_or_empty_have_no_words():
    tokens = read_tokens([None, "", "  ", "bike"])
    assert tokens.words == ("bike",)
    assert tokens.texts[tokens.numbers != BREAK].tolist() == [3]
    assert read_tokens([]).numbers.shape == (0,)


def test_of_long_texts_the_beginning_is_read_up_to_the_last_whole_word():
    assert words_of("red bikes", most=7) == ["red"]
    assert words_of("red bikes", most=3) == ["red"]
    assert words_of("bikes red", most=2) == ["bi"]  # without a space there is no word to end at
    assert words_of("wine " * 500_000 + "end", most=2_000) == ["wine"]


def test_words_that_are_always_stop_words_are_not_listed():
    assert words_of("the bike", "le vélo", "das Rad", "и велосипед") == ["bike", "vélo", "Rad", "велосипед"]


@given(st.lists(st.none() | st.text(max_size=60), max_size=8))
def test_whatever_the_texts_words_are_plain_and_numbers_fit(texts):
    tokens = read_tokens(texts)
    assert len(tokens.numbers) == len(tokens.texts)
    assert np.all(np.diff(tokens.texts) >= 0)
    assert set(tokens.numbers.tolist()) - {BREAK} == set(range(len(tokens.words)))
    hidden = {"Cc", "Cs", "Zl", "Zp", "Zs"}
    assert not [
        c for word in tokens.words for c in word if unicodedata.category(c) in hidden or c in "<>&`*[]"
    ]
    assert len({word.casefold() for word in tokens.words}) == len(tokens.words)


@pytest.mark.parametrize("language", languages())
def test_a_text_of_the_stop_words_of_a_language_has_no_other_words(language):
    lists = files("clusterby.namers.keywords").joinpath("stopwords.toml").read_text(encoding="utf-8")
    text = tomllib.loads(lists)[language]
    upper = text.upper() if language != "tr" else text  # I without a dot is another letter there
    assert words_of(text, upper, unicodedata.normalize("NFD", text), most=10_000) == []
