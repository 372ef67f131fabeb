import itertools
import re

import numpy as np

from clusterby.samples.scene_captions import SCENE_WORDS, describe_scene

SCENE = {"shape": "square", "color": "red", "texture": "solid", "background": "snow", "count": "two"}


def captions(n=400, **kwargs):
    rng = np.random.default_rng(0)
    return [describe_scene(SCENE, rng, **kwargs) for _ in range(n)]


def says(caption, attribute, value):
    forms = {form for word in SCENE_WORDS[attribute][value] for form in (word, word + "s", word + "es")}
    return bool(forms & set(re.findall(r"\w+", caption)))


def test_a_value_is_the_first_of_its_words():
    assert all(words[0] == value for values in SCENE_WORDS.values() for value, words in values.items())


def test_no_word_stands_for_two_values():
    words = [word for values in SCENE_WORDS.values() for word in itertools.chain(*values.values())]
    assert len(words) == len(set(words)) == 3 * (6 + 7 + 5 + 7 + 5)


def test_a_caption_says_every_attribute_unless_some_are_dropped():
    for caption in captions(dropped=0):
        assert all(says(caption, attribute, value) for attribute, value in SCENE.items())


def test_an_attribute_is_dropped_as_often_as_asked():
    found = captions(2000, dropped=0.3)
    for attribute, value in SCENE.items():
        assert 0.67 < np.mean([says(caption, attribute, value) for caption in found]) < 0.73


def test_a_caption_names_no_value_that_is_not_shown():
    for caption in captions():
        for attribute, value in SCENE.items():
            assert not any(
                says(caption, attribute, other) for other in SCENE_WORDS[attribute] if other != value
            )


def test_captions_of_a_scene_are_worded_in_many_ways():
    assert len(set(captions())) > 390


def test_all_words_for_a_value_are_used():
    text = " ".join(captions())
    for attribute, value in SCENE.items():
        assert all(re.search(rf"\b{word}", text) for word in SCENE_WORDS[attribute][value])


def test_articles_and_plurals_are_english():
    rng = np.random.default_rng(1)
    found = [describe_scene(SCENE | {"background": "water", "shape": "cross"}, rng) for _ in range(400)]
    assert not any(re.search(r"\ba [aeiou]|\ban [^aeiou]|crosss|pluss|boxs", caption) for caption in found)
    assert any("crosses" in caption for caption in found)
    assert any("an ocean" in caption for caption in found)


def test_a_single_object_is_in_the_singular():
    rng = np.random.default_rng(1)
    found = [describe_scene(SCENE | {"count": "one"}, rng) for _ in range(400)]
    assert not any(re.search(r"squares|boxes|blocks|some|several", caption) for caption in found)
