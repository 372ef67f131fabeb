from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import clusterby as cb
from clusterby.core.errors import InvalidParameter
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder
from clusterby.instructions.lexicons import lexicons
from clusterby.namers import zero_shot as module
from clusterby.namers.base import Clusters, Namer
from clusterby.namers.unlike import same_name
from clusterby.namers.zero_shot import ZeroShotNamer
from clusterby.ops.word_fit import word_fit
from clusterby.samples import SCENE_WORDS, render_scenes

BACKGROUNDS = {value: {value, *words} for value, words in SCENE_WORDS["background"].items()}


def clusters_of(cosines, labels, *, ids=None, names=None, vocabulary=tuple, random_state=0):
    """Clusters of rows whose cosines with all words are known."""
    labels = np.array(labels, dtype=np.int64)
    chosen = tuple(np.unique(labels[labels >= 0]).tolist()) if ids is None else ids
    cosines = np.array(cosines, dtype=np.float32).reshape(len(labels), -1)
    return Clusters(
        ids=chosen, labels=labels, centers=np.zeros((len(chosen), 1), np.float32), vectors=lambda: cosines,
        similarities=lambda rows, words: cosines[list(rows), : len(words)], names=names or {}, vocabulary=vocabulary,
        random_state=random_state,
    )  # fmt: skip


def names_of(found):
    return {cluster: name.name for cluster, name in found.names.items()}


@pytest.fixture(scope="module")
def real():
    """Scenes, the small model's vectors of them, and how words fit these."""
    drawn = render_scenes(150, seed=3)
    encoder = SentenceTransformerEncoder(Path(__file__).parents[1] / "models" / "tiny-clip")
    vectors = cb.embed({"image": drawn.images}, "image", encoder=encoder, cache=False).vectors
    return drawn.attributes, vectors, lambda rows, words: word_fit(vectors[list(rows)], words, encoder)


def by_attribute(real, attribute, rows=None, **options):
    """Clusters of the scenes by a value that is known, and these values by cluster."""
    attributes, vectors, fit = real
    at = list(range(len(vectors))) if rows is None else rows
    values = sorted({attributes[attribute][i] for i in at})
    labels = np.array([values.index(attributes[attribute][i]) for i in at])
    return values, Clusters(
        ids=tuple(range(len(values))), labels=labels, centers=np.zeros((len(values), 1), np.float32),
        vectors=lambda: vectors[at], similarities=lambda places, words: fit([at[p] for p in places], words), **options,
    )  # fmt: skip


def test_clusters_by_background_are_named_by_words_for_backgrounds(real):
    words = tuple(
        dict.fromkeys(word for name in ("background", "color", "texture") for word in lexicons()[name].words)
    )
    values, clusters = by_attribute(real, "background", vocabulary=lambda: words)
    found = ZeroShotNamer(words=1).name(clusters)
    assert {values[c]: n.name in BACKGROUNDS[values[c]] for c, n in found.names.items()} == dict.fromkeys(
        values, True
    )
    assert {(n.by, n.mixed) for n in found.names.values()} == {("zero_shot", False)}
    assert min(n.confidence for n in found.names.values()) > 0.95


def test_words_are_ranked_by_contrast_and_not_by_what_is_most_alike(real):
    attributes, _, fit = real
    colors = ["blue", "green", "pink"]
    rows = [
        i for i, (b, c) in enumerate(zip(attributes["background"], attributes["color"], strict=True))
        if b == "night" and c in colors
    ]  # fmt: skip
    words = ["night", *colors]
    values, clusters = by_attribute(real, "color", rows)
    assert values == colors
    raw = [fit([rows[p] for p in np.flatnonzero(clusters.labels == c)], words).mean(axis=0) for c in range(3)]
    assert [words[scores.argmax()] for scores in raw] == ["night"] * 3
    found = ZeroShotNamer(candidates=words, words=1).name(clusters)
    assert names_of(found) == dict(enumerate(colors))


def test_own_candidates_are_all_there_is_to_choose_from(real):
    values, clusters = by_attribute(real, "background")
    found = ZeroShotNamer(candidates=["an ocean", "a meadow", "bricks"], words=1).name(clusters)
    assert {
        values.index("water"): "an ocean",
        values.index("grass"): "a meadow",
        values.index("brick"): "bricks",
    }.items() <= (names_of(found).items())
    assert len({same_name(name) for name in names_of(found).values()}) == len(found.names) < len(values)
    assert {*found.names, *found.failed} == set(clusters.ids)


def test_a_further_word_is_said_if_it_fits_nearly_as_well():
    cosines = [[0.9, 0.9, 0.1], [0.8, 0.81, 0.1], [0.1, 0.1, 0.9], [0.11, 0.1, 0.8]]
    clusters = clusters_of(cosines, [0, 0, 1, 1])
    names = ["dog", "puppy", "cat"]
    assert {*ZeroShotNamer(candidates=names, words=2).name(clusters).names[0].name.split(", ")} == {
        "dog",
        "puppy",
    }
    assert names_of(ZeroShotNamer(candidates=names, words=1).name(clusters))[1] == "cat"


def test_words_that_hold_each_other_are_said_once():
    cosines = [[0.9, 0.9, 0.1], [0.8, 0.81, 0.1], [0.1, 0.1, 0.9], [0.11, 0.1, 0.8]]
    found = ZeroShotNamer(candidates=["a car", "red car", "scar"]).name(clusters_of(cosines, [0, 0, 1, 1]))
    assert [word in ("a car", "red car") for word in found.names[0].words] == [True]
    assert found.names[1].name == "scar"


def test_who_fits_a_word_best_has_it_and_others_are_told_apart():
    cosines = [[0.8, 0.2], [0.8, 0.25], [0.9, 0.2], [0.9, 0.25], [0.0, 0.2], [0.0, 0.3]]
    found = ZeroShotNamer(candidates=["dog", "cat"], words=1).name(clusters_of(cosines, [0, 0, 1, 1, 2, 2]))
    assert names_of(found) == {0: "dog 2", 1: "dog", 2: "cat"}


def test_a_cluster_that_every_word_fits_worse_than_the_others_has_no_name():
    cosines = [[0.9, 0.2], [0.9, 0.2], [0.1, 0.9], [0.1, 0.9], [0.0, 0.0], [0.1, 0.1]]
    clusters = clusters_of(cosines, [0, 0, 1, 1, 2, 2])
    found = ZeroShotNamer(candidates=["dog", "cat"]).name(clusters)
    assert names_of(found) == {0: "dog", 1: "cat"}
    assert found.failed == {
        2: "no candidate fits it better than the others: add one for it to candidates=, or name it yourself"
    }
    shipped = ZeroShotNamer().name(replace(clusters, vocabulary=lambda: ("a dog", "a cat")))
    assert names_of(shipped) == {0: "dog", 1: "cat"}
    assert shipped.failed == {
        2: "no word fits it better than the other clusters: give words for it as candidates=, or name it yourself"
    }


def test_names_that_other_clusters_have_are_not_taken_and_their_rows_are_what_others_are_set_apart_from():
    cosines = [[0.9, 0.2], [0.8, 0.2], [0.1, 0.9], [0.1, 0.8]]
    labels = [0, 0, 1, 1]
    namer = ZeroShotNamer(candidates=["dog", "cat"], words=1)
    assert names_of(namer.name(clusters_of(cosines, labels, ids=(0,)))) == {0: "dog"}
    assert names_of(namer.name(clusters_of(cosines, labels, ids=(0,), names={0: "dog", 1: "Dog."}))) == {
        0: "dog 2"
    }


def test_the_noise_is_not_a_cluster():
    cosines = [[0.9, 0.2], [0.8, 0.2], [0.1, 0.9], [0.1, 0.8], [5, 5]]
    found = ZeroShotNamer(candidates=["dog", "cat"]).name(clusters_of(cosines, [0, 0, 1, 1, -1]))
    assert names_of(found) == {0: "dog", 1: "cat"}


def test_a_cluster_that_no_word_sets_apart_is_mixed():
    rng = np.random.default_rng(0)
    cosines = rng.normal(size=(400, 3))
    cosines[:100, 0] += 9
    found = ZeroShotNamer(candidates=["dog", "cat", "owl"]).name(
        clusters_of(cosines, np.repeat([0, 1, 2, 3], 100))
    )
    assert found.names[0].confidence == 1.0
    assert not found.names[0].mixed
    assert len(found.names) > 1
    assert all(name.mixed for cluster, name in found.names.items() if cluster)


def test_words_that_fit_all_rows_alike_name_nothing():
    cosines = np.full((4, 2), 0.3) + np.random.default_rng(0).normal(scale=1e-8, size=(4, 2))
    found = ZeroShotNamer(candidates=["dog", "cat"]).name(clusters_of(cosines, [0, 0, 1, 1]))
    assert (found.names, list(found.failed)) == ({}, [0, 1])


def test_one_cluster_has_no_contrast():
    found = ZeroShotNamer(candidates=["dog", "cat"]).name(clusters_of([[0.9, 0.1]], [0]))
    assert found.names == {}
    assert found.failed == {
        0: "words are ranked by contrast, and there is no other cluster: name it yourself"
    }


def test_without_clusters_nothing_is_named():
    found = ZeroShotNamer(candidates=["dog", "cat"]).name(clusters_of([[0.9, 0.1]], [-1], ids=()))
    assert (found.names, found.failed) == ({}, {})


def test_what_cannot_be_compared_with_words_is_refused():
    clusters = Clusters(
        ids=(0, 1), labels=np.array([0, 1]), centers=np.zeros((2, 1), np.float32),
        vectors=lambda: np.zeros((2, 1), np.float32),
    )  # fmt: skip
    with pytest.raises(
        InvalidParameter, match=r"^namer 'zero_shot' compares rows with words, .* or name with 'keywords'"
    ):
        ZeroShotNamer().name(clusters)


def test_without_words_there_is_nothing_to_choose_from():
    with pytest.raises(InvalidParameter, match=r"has no words to choose from: give some as candidates=$"):
        ZeroShotNamer().name(clusters_of([[0.9], [0.1]], [0, 1]))


def test_of_large_clusters_some_rows_are_compared_and_the_seed_decides_which(monkeypatch):
    monkeypatch.setattr(module, "_ROWS", 3)
    asked = []
    cosines = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)

    def rows_of(seed):
        clusters = Clusters(
            ids=(0, 1), labels=np.arange(40) % 2, centers=np.zeros((2, 1), np.float32), vectors=lambda: cosines,
            similarities=lambda rows, words: asked.append(rows) or cosines[list(rows)], random_state=seed,
        )  # fmt: skip
        ZeroShotNamer(candidates=["dog", "cat"]).name(clusters)
        return asked[-1]

    assert rows_of(1) == rows_of(1) != rows_of(2)
    assert len(rows_of(1)) == 6


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        ("dog", r"^candidates='dog': give a list of words$"),
        (5, r"^candidates=5: give a list of words$"),
        (["dog", 5], r"give a list of words$"),
        (["dog", " "], r"give a list of words$"),
        (["dog"], r"give at least two different words to choose from$"),
        (["dog", "Dog "], r"give at least two different words to choose from$"),
        (["a dog", "The dog"], r"give at least two different words to choose from$"),
        ([], r"give at least two different words to choose from$"),
    ],
)
def test_candidates_that_are_no_choice_are_refused(candidates, message):
    with pytest.raises(InvalidParameter, match=message):
        ZeroShotNamer(candidates=candidates)


def test_candidates_are_cleaned_and_keep_their_order():
    assert ZeroShotNamer(candidates=["red\n car", "dog", "Dog.", "\x1bcat"]).candidates == (
        "red car",
        "dog",
        "cat",
    )
    assert ZeroShotNamer(candidates=(word for word in ["b", "a"])).candidates == ("b", "a")


def test_candidates_are_compared_and_said_as_they_were_given():
    long = "a very long candidate that says much more than sixty characters hold, word by word"
    given, asked = ["a cappella", "the who", long], []
    clusters = clusters_of(np.eye(3), [0, 1, 2])
    known = clusters.similarities
    clusters = replace(clusters, similarities=lambda rows, words: asked.append(words) or known(rows, words))
    assert names_of(ZeroShotNamer(candidates=given, words=1).name(clusters)) == dict(enumerate(given))
    assert asked == [tuple(given)]


def test_words_of_the_vocabulary_are_said_without_their_articles():
    clusters = clusters_of(np.eye(2), [0, 1], vocabulary=lambda: ("a dog", "the sea"))
    assert names_of(ZeroShotNamer(words=1).name(clusters)) == {0: "dog", 1: "sea"}


@pytest.mark.parametrize("words", [0, 11, 1.5, True, "2"])
def test_a_number_of_words_that_makes_no_sense_is_refused(words):
    with pytest.raises(InvalidParameter, match=r"^words=.*: give a whole number from 1 to 10$"):
        ZeroShotNamer(words=words)


@given(
    arrays(np.float32, (8, 4), elements=st.floats(-1, 1, width=32)),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
)
def test_whatever_the_cosines_each_cluster_has_a_name_of_its_own_or_a_reason(cosines, labels):
    clusters = clusters_of(cosines, labels)
    found = ZeroShotNamer(candidates=["dog", "a cat", "dog house", "owl"]).name(clusters)
    assert isinstance(ZeroShotNamer(), Namer)
    assert sorted([*found.names, *found.failed]) == list(clusters.ids)
    if len(clusters.ids) < 2:
        assert not found.names
    assert len({same_name(name.name) for name in found.names.values()}) == len(found.names)
    assert all(0 <= name.confidence <= 1 for name in found.names.values())
