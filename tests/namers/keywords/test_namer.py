import unicodedata
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.namers.base import Clusters, Evidence
from clusterby.namers.keywords import namer as module
from clusterby.namers.keywords import tokens
from clusterby.namers.keywords.namer import KeywordNamer
from clusterby.namers.keywords.stopwords import stop_words
from clusterby.namers.unlike import same_name

BIKES = [
    f"{color} bike with {part}" for color in ("red", "blue", "green") for part in ("lights", "bell", "brakes")
]
WINES = [
    f"{color} wine from {place}"
    for color in ("red", "white")
    for place in ("France", "Italy", "Spain", "Chile")
]
GERMAN = [
    "Das Wetter war in den letzten Tagen nicht so gut",
    "Wir haben das Wetter und die Sonne in der Stadt",
    "Die Sonne und das Wetter sind für uns da",
    "Es war ein Tag, an dem das Wetter sich nicht änderte",
    "Das ist das Wetter, von dem alle sprechen",
] * 4
FRENCH = [
    "Le fromage de la région est dans une cave",
    "C'est du fromage et il n'est pas à vendre",
    "Nous avons mangé l'odeur du fromage avec du pain",
    "Un fromage que les gens d'ici aiment beaucoup",
    "Qu'est-ce que le fromage et où est-il fait",
] * 4
RUSSIAN = [
    "Это была хорошая музыка для всех нас",
    "Музыка и его друзья были на улице",
    "Он не знал, что эта музыка из города",
    "Когда музыка была в доме, мы все пели",
    "Я слушаю музыка, потому что она моя",
] * 4
ENGLISH = [
    "The engine of the truck was under the hood",
    "An engine that is in a boat and not in a plane",
    "It was the engine which we had to replace",
    "This engine has been with them for many years",
    "They took the engine out and cleaned it",
] * 20


def clusters_of(*groups, ids=None, names=None, random_state=0, noise=()):
    """Clusters of texts, given as lists, and texts of the noise."""
    texts = [*chain(*groups), *noise]
    labels = np.repeat([*range(len(groups)), -1], [*map(len, groups), len(noise)]).astype(np.int64)
    chosen = tuple(range(len(groups))) if ids is None else ids
    return Clusters(
        ids=chosen, labels=labels, centers=np.zeros((len(chosen), 1), np.float32),
        vectors=lambda: np.zeros((len(labels), 1), np.float32), texts=lambda: texts, names=names or {}, random_state=random_state,
    )  # fmt: skip


def names_of(*groups, words=3, **options):
    found = KeywordNamer(words=words).name(clusters_of(*groups, **options))
    return {cluster: name.name for cluster, name in found.names.items()}


def test_a_cluster_is_named_by_what_its_texts_share_and_others_do_not():
    found = KeywordNamer(words=1).name(clusters_of(BIKES, WINES)).names
    assert {c: n.name for c, n in found.items()} == {0: "bike", 1: "wine"}
    assert found[0].by == "keywords"
    assert (found[0].confidence, found[0].mixed) == (1.0, False)
    assert found[0].words[0] == "bike"


def test_a_phrase_is_named_whole():
    tools = [
        f"a command line tool number {n} to sort {what}"
        for n, what in enumerate(["cats", "dogs", "files"] * 4)
    ]
    assert names_of(tools, WINES, words=1)[0] == "command line tool"


@pytest.mark.parametrize("words", [1, 2, 5])
def test_no_name_has_more_words_than_asked_where_names_differ(words):
    for name in names_of(BIKES, WINES, ENGLISH, words=words).values():
        assert 1 <= len(name.removeprefix("mixed: ").split(", ")) <= words


def test_siblings_have_different_names_even_of_the_same_texts():
    names = names_of(BIKES, BIKES, BIKES)
    assert len({same_name(name) for name in names.values()}) == 3
    assert names[1] != names[0]
    assert set(names) == {0, 1, 2}


def test_where_all_texts_are_equal_names_are_told_apart_by_number():
    assert names_of(["red"] * 5, ["red"] * 5, ["red"] * 5) == {0: "red", 1: "red 2", 2: "red 3"}


def test_the_language_of_a_cluster_is_not_its_name():
    for foreign, word in ((GERMAN, "wetter"), (FRENCH, "fromage"), (RUSSIAN, "музыка")):
        found = KeywordNamer().name(clusters_of(ENGLISH, foreign)).names
        assert found[1].words[0].casefold() == word
        assert found[0].words[0] == "engine"


def test_no_stop_word_of_any_of_four_languages_is_a_name():
    found = KeywordNamer(words=10).name(clusters_of(ENGLISH, GERMAN, FRENCH, RUSSIAN)).names
    said = {word.casefold() for name in found.values() for phrase in name.words for word in phrase.split()}
    assert said & stop_words() == set()
    assert {"engine", "wetter", "fromage", "музыка"} <= said


def test_what_is_a_stop_word_elsewhere_may_name_a_cluster():
    dogs = [f"the dog is in the {place} with a ball" for place in ("garden", "kitchen", "park", "water")] * 3
    wars = [f"the war in the {place} was over in a year" for place in ("east", "west", "south")] * 4
    assert names_of(dogs, wars, words=1) == {0: "dog", 1: "war"}


def test_a_cluster_of_many_things_is_flagged_and_says_so():
    mixture = ["".join(letters) for letters in zip(*["abcdefghijklmnopqrstuvwxyzäöüß"] * 3, strict=True)]
    found = KeywordNamer().name(clusters_of(mixture, BIKES, WINES)).names
    assert [name.mixed for name in found.values()] == [True, False, False]
    assert found[0].name.startswith("mixed: ")
    assert found[0].confidence == pytest.approx(3 / 30)


def test_a_cluster_that_nothing_sets_apart_is_mixed_unless_its_texts_are_alike():
    rows = [["sun", "rain", "snow", "wind", "fog"][n % 5] for n in range(40)]
    found = KeywordNamer(words=1).name(clusters_of(rows, rows)).names
    assert [name.mixed for name in found.values()] == [True, True]
    found = KeywordNamer(words=1).name(clusters_of(["sun"] * 40, ["sun"] * 40)).names
    assert [name.mixed for name in found.values()] == [False, False]


def test_one_cluster_alone_is_named_by_what_most_of_its_texts_have():
    assert names_of(BIKES, words=1) == {0: "bike"}


def test_a_cluster_without_texts_is_told_from_one_whose_texts_share_nothing():
    found = KeywordNamer().name(clusters_of(BIKES, [None, "", " \n"], ["the", "and"]))
    assert list(found.names) == [0]
    assert found.failed == {
        1: "it has no texts: name it yourself, or by a model",
        2: "its texts share no word: name it yourself, or by a model",
    }


def test_without_any_text_or_cluster_nothing_is_named():
    assert set(KeywordNamer().name(clusters_of([None], [None])).failed) == {0, 1}
    empty = KeywordNamer().name(clusters_of(noise=["a bike"]))
    assert (empty.names, empty.failed) == ({}, {})


def test_clusters_of_one_text_are_named_by_its_own_words():
    names = names_of(["red, bike"], ["red, wine"], ["red, dress"], words=1)
    assert names == {0: "bike", 1: "wine", 2: "dress"}


def test_as_many_clusters_as_texts_have_a_name_each():
    names = names_of(*[[f"about topic{n} and shared words"] for n in range(120)])
    assert len({same_name(name) for name in names.values()}) == 120
    assert names[7].startswith("topic7")


def test_names_that_other_clusters_have_are_not_taken():
    names = names_of(BIKES * 4, WINES * 4, words=1, ids=(0,), names={0: "bike", 1: "Bike."})
    assert list(names) == [0]
    assert names[0].startswith("bike, ")
    assert names_of(BIKES, WINES, words=1, ids=(0,), names={0: "bike", 1: "wine"}) == {0: "bike"}


def test_clusters_that_are_not_to_be_named_are_still_what_others_are_set_apart_from():
    assert names_of(["bike, red"] * 9, ["bike, blue"] * 9, ids=(0,), words=1) == {0: "red"}


def test_the_noise_says_nothing():
    assert names_of(BIKES, WINES, words=1, noise=["bike"] * 50) == {0: "bike", 1: "wine"}


def test_of_large_clusters_a_sample_is_read_and_the_seed_decides_which(monkeypatch):
    monkeypatch.setattr(module, "_TEXTS", 5)
    rows = [f"word{n}" for n in range(50)]

    def words(seed):
        return KeywordNamer().name(clusters_of(rows, random_state=seed)).names[0].words

    assert words(1) == words(1)
    assert words(1) != words(2)


def test_over_2000_texts_are_named_as_the_few_that_are_like_them():
    large = [*BIKES] * 300
    found = KeywordNamer(words=1).name(clusters_of(large, WINES)).names
    assert (found[0].name, found[0].confidence) == ("bike", 1.0)


def test_the_same_clusters_have_the_same_names():
    assert names_of(BIKES, WINES, ENGLISH) == names_of(BIKES, WINES, ENGLISH)


def test_markup_and_control_characters_are_never_part_of_a_name():
    evil = [
        "<script>alert('x')</script>\n\x1b[31m **bold** `code` \u202eright\x00 {{name}} https://a.b/c"
    ] * 9
    (name,) = (
        set(names_of(evil, WINES, words=10).values())
        - set(names_of(WINES, words=10).values())
        - {names_of(evil, WINES, words=10)[1]}
    )
    assert "script" in name
    assert not set(name) & set("<>*`{}[]\n\x1b\x00\u202e/")


@pytest.mark.parametrize(
    "texts",
    [
        ["我喜欢吃苹果。苹果很好吃。", "苹果是红色的。"],
        ["これはペンです。", "ペンは赤いです。"],
        ["ฉันชอบกินข้าว", "ข้าวอร่อย"],
    ],
)
def test_languages_without_spaces_have_names_of_whole_runs(texts):
    found = KeywordNamer().name(clusters_of(texts * 5, BIKES))
    assert set(found.names) == {0, 1}
    assert all(len(word) <= 40 for word in found.names[0].words)


def test_without_texts_clusters_are_named_by_what_marks_them():
    mark = Evidence(text="red", column="color", inside=0.9, overall=0.3, lift=3.0)
    clusters = Clusters(
        ids=(0,), labels=np.array([0]), centers=np.zeros((1, 1), np.float32),
        vectors=lambda: np.zeros((1, 1), np.float32), marks=lambda: {0: [mark]},
    )  # fmt: skip
    found = KeywordNamer().name(clusters).names[0]
    assert (found.name, found.by) == ("red", "keywords")


@pytest.mark.parametrize("words", [0, 11, 1.5, True, "3", None])
def test_a_number_of_words_that_makes_no_sense_is_refused(words):
    with pytest.raises(InvalidParameter, match=r"^words=.*: give a whole number from 1 to 10$"):
        KeywordNamer(words=words)


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.none() | st.text(max_size=40), min_size=1, max_size=5), min_size=1, max_size=5),
    st.integers(1, 4),
)
def test_whatever_the_texts_each_cluster_has_a_name_of_its_own_on_one_line_or_a_reason(groups, words):
    found = KeywordNamer(words=words).name(clusters_of(*groups))
    assert set(found.names) | set(found.failed) == set(range(len(groups)))
    assert not set(found.names) & set(found.failed)
    assert len({same_name(name.name) for name in found.names.values()}) == len(found.names)
    for name in found.names.values():
        assert name.name.strip() == name.name != ""
        assert not [c for c in name.name if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"}]
        assert 0 < name.confidence <= 1


def test_of_long_texts_fewer_are_read_but_not_of_short_ones(monkeypatch):
    read = []
    monkeypatch.setattr(module, "_LETTERS", 2 * 150 * 50)
    monkeypatch.setattr(module, "read_tokens", lambda texts: read.extend(texts) or tokens.read_tokens(texts))
    long, short = [f"{n} " + "bike " * 19 for n in range(400)], ["wine"] * 400
    assert names_of(long, short, words=1) == {0: "bike", 1: "wine"}
    assert sum("bike" in text for text in read) == 100
    assert sum("wine" in text for text in read) == 400
