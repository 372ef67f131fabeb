import unicodedata
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.namers.base import Clusters, Evidence
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


def clusters_of(*groups, ids=None, names=None, random_state=0, noise=(), modality=Modality.TEXT, marks=None):
    """Clusters of texts, given as lists, and texts of the noise; and the values that mark clusters."""
    texts = [*chain(*groups), *noise]
    labels = np.repeat([*range(len(groups)), -1], [*map(len, groups), len(noise)]).astype(np.int64)
    chosen = tuple(range(len(groups))) if ids is None else ids
    evidence = {
        c: [v if isinstance(v, Evidence) else value(v) for v in (marks or {}).get(c, ())] for c in chosen
    }
    return Clusters(
        ids=chosen, labels=labels, centers=np.zeros((len(chosen), 1), np.float32),
        vectors=lambda: np.zeros((len(labels), 1), np.float32), texts=lambda: texts, names=names or {},
        random_state=random_state, modality=modality, marks=None if marks is None else lambda: evidence,
    )  # fmt: skip


def value(text, inside=0.9):
    return Evidence(text=text, column="color", inside=inside, overall=inside / 3, lift=3.0)


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
    assert {"bold", "code", "name"} <= set(name.split(", "))
    assert "script" not in name
    assert "alert" not in name
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


NOTES = [" ".join(sorted(words)) for words in np.random.default_rng(0).choice(
    ["table", "chair", "lamp", "glass", "spoon", "knife", "fork", "plate"], (60, 4)
).tolist()]  # fmt: skip
COLORS = {0: ["red"], 1: ["green"], 2: ["blue"]}


def test_where_no_word_tells_values_of_other_columns_name_clusters_of_other_things():
    thirds = (NOTES[:20], NOTES[20:40], NOTES[40:])
    for modality in (Modality.VECTOR, Modality.IMAGE):
        found = KeywordNamer().name(clusters_of(*thirds, modality=modality, marks=COLORS)).names
        assert {c: (name.name, name.mixed) for c, name in found.items()} == {
            0: ("red", False), 1: ("green", False), 2: ("blue", False),
        }  # fmt: skip
    one_marked = (
        KeywordNamer().name(clusters_of(*thirds, modality=Modality.VECTOR, marks={1: ["green"]})).names
    )
    assert [name.mixed for name in one_marked.values()] == [True, False, True]


@pytest.mark.parametrize("seed", range(12))
def test_words_that_chance_would_give_some_cluster_give_way_to_values(seed):
    rng = np.random.default_rng(seed)
    notes = [" ".join(rng.choice([f"word{n}" for n in range(40)], 12)) for _ in range(300)]
    tenths = [notes[i : i + 30] for i in range(0, 300, 30)]
    marks = {c: [f"value {c}"] for c in range(10)}
    found = KeywordNamer().name(clusters_of(*tenths, modality=Modality.IMAGE, marks=marks)).names
    assert sum(name.name.startswith("value") for name in found.values()) >= 9


def test_words_that_tell_are_names_whatever_marks_the_clusters():
    found = KeywordNamer(words=1).name(
        clusters_of(BIKES * 2, WINES * 2, modality=Modality.IMAGE, marks=COLORS)
    )
    assert {c: name.name for c, name in found.names.items()} == {0: "bike", 1: "red wine"}
    some = (["a bike"] * 8 + ["rain", "sun"], ["a wine"] * 9 + ["fog"])
    assert names_of(*some, words=1, modality=Modality.IMAGE, marks=COLORS) == {0: "bike", 1: "wine"}


def test_a_value_gives_way_to_words_that_likely_tell_and_that_more_of_the_cluster_has():
    rows = (["a bike"] * 4 + ["rain"] * 3 + ["snow"] * 3, ["sun"] * 10)
    other = [f"aa{n} bb{n} cc{n} dd{n}" for n in range(10)] * 2
    for inside, name in ((0.9, "red"), (0.3, "bike")):
        names = names_of(*rows, other, words=1, modality=Modality.IMAGE, marks={0: [value("red", inside)]})
        assert names[0] == name


def test_common_words_that_tell_nothing_are_mixed_and_said_without_confidence():
    found = KeywordNamer().name(clusters_of(*[["report"] * 9] * 3, modality=Modality.VECTOR)).names
    assert [(n.name, n.mixed) for n in found.values()] == [
        ("mixed: report", True), ("mixed: report 2", True), ("mixed: report 3", True),
    ]  # fmt: skip
    assert [n.confidence for n in found.values()] == pytest.approx([1 / 3] * 3)


def test_of_few_texts_a_common_word_of_one_cluster_alone_is_no_mixture():
    found = KeywordNamer(words=1).name(
        clusters_of(["bike"] * 4 + ["sun", "rain"], WINES[:4], modality=Modality.VECTOR)
    )
    assert [(n.name, n.mixed) for n in found.names.values()] == [("bike", False), ("red wine", False)]


def test_clusters_of_texts_without_words_are_named_by_what_marks_them():
    found = KeywordNamer().name(clusters_of(["12", "34"], ["😀", "😀😀"], [None], BIKES, marks=COLORS))
    assert {c: n.name for c, n in found.names.items() if c < 3} == {0: "red", 1: "green", 2: "blue"}
    assert found.failed == {}
    found = KeywordNamer().name(clusters_of(["12", "34"], [None], BIKES, marks={}))
    assert found.failed == {
        0: "its texts share no word: name it yourself, or by a model",
        1: "it has no texts: name it yourself, or by a model",
    }


def test_values_and_words_are_told_apart():
    names = names_of(["12"], ["34"], BIKES, words=1, marks={0: ["bike"], 1: ["bike"]})
    assert len({same_name(name) for name in names.values()}) == 3


def test_siblings_differ_by_more_than_the_form_of_a_word():
    cats = ["cat toy", "cat food", "cat bed"] * 9, ["cats club", "cats show", "cats fans"] * 9
    assert names_of(*cats, words=1)[0] == "cat"
    assert names_of(*cats, words=1)[1].startswith("cats, ")
    assert names_of(["cat"] * 9, ["cats"] * 9) == {0: "cat", 1: "cats 2"}


def test_one_text_among_thousands_is_named_by_its_own_words():
    many = ["alpha beta"] * 900 + ["gamma delta"] * 200
    assert names_of(many, ["delta epsilon"], words=1) == {0: "alpha beta", 1: "delta epsilon"}


def test_spellings_of_a_word_are_said_once():
    assert names_of(["ＡＢＣ ｔｅｓｔ", "ABC test", "ABC test"] * 5, WINES)[0] == "ABC test"
    assert "istanbul" not in names_of(["İstanbul şehir", "istanbul güzel"] * 3, WINES)[0].split(", ")[1:]


def test_markup_that_many_texts_have_is_no_name():
    shoes = [
        '<p class="a"><span style="color:red">shoes</span></p>',
        "<p><span>boots and shoes</span></p>",
    ] * 10
    laptops = ["<table><tr><td>laptop</td></tr></table>", "<table><tr><td>laptop bag</td></tr></table>"] * 10
    names = names_of(shoes, laptops)
    said = {word for name in names.values() for phrase in name.split(", ") for word in phrase.split()}
    assert said <= {"shoes", "boots", "laptop", "bag"}


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.none() | st.text(max_size=20), min_size=1, max_size=4), min_size=1, max_size=4),
    st.dictionaries(st.integers(0, 3), st.lists(st.text(max_size=5), max_size=2)),
)
def test_whatever_marks_clusters_each_has_a_name_of_its_own_or_a_reason(groups, marks):
    found = KeywordNamer().name(clusters_of(*groups, modality=Modality.VECTOR, marks=marks))
    assert list(found.names) == sorted(found.names)
    assert set(found.names) | set(found.failed) == set(range(len(groups)))
    assert not set(found.names) & set(found.failed)
    assert len({same_name(name.name) for name in found.names.values()}) == len(found.names)
