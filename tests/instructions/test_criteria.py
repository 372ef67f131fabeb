import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clusterby.instructions.criteria import criterion_of, find_value, other_words, value_in
from clusterby.instructions.lexicons import lexicons
from clusterby.instructions.mentions import normalized

LEXICONS = list(lexicons().values())
every_lexicon = pytest.mark.parametrize("lexicon", LEXICONS, ids=lambda lexicon: lexicon.name)

CRITERIA = {
    "group images by their background": "background",
    "photo with a {} background": "background",
    "cluster by time of day": "time of day",
    "time-of-day": "time of day",
    "background_color": "color",
    "what colour are the cars": "color",
    "how many people are there": "number of people",
    "numbers of people": "number of people",
    "how many cats are there?": "count",
    "by {} material": "material",
    "what is it made of?": "material",
    "what are the people doing": "action",
    "Group by ACTIVITIES!": "action",
    "what people are wearing": "clothing",
    "which season?": "season",
    "a text about {}": "topic",
    "kinds of dishes": "food",
    "the facial expressions": "facial expression",
    "ＣＯＬＯＲ": "color",
    "💥color💥": "color",
    "the colours, please": "color",
    # the head noun
    "the mood of the scene": "mood",
    "the color of the background": "color",
    "background color": "color",
    "the background's colors": "color",
    "color/texture": "color",
    "shape and color": "shape",
    "the action taking place": "action",
    # the longest noun
    "style of clothing": "clothing",
    "quality of light": "lighting",
    "style of light": "style",
    # a noun inside a candidate word
    "living room": None,
    "living room lighting": "lighting",
    "light blue car": None,
    # the braces
    "a {} dog on a wall in the background": None,
    "a {} background on a wall of some color": "background",
    "a photo without a {} background": "background",
    "a {}-colored car": "color",
    "{} background color": "color",
    "{} in the background": "background",
    "the weather is {}": "weather",
    "a {} photo by time of day": "time of day",
    "a photo of {}": None,
    "a {} car": None,
    # what announces the criterion
    "group animals by color": "color",
    "group the rooms by how many people are in them": "number of people",
    "sort the scenes in terms of mood": "mood",
    "arrange animals according to their shape": "shape",
    "group animals by what is behind them": None,
    "mood evoked by the photo": "mood",
    "animals by their color": "color",
    # what does not count
    "by color, not by background": "color",
    "not by color but by shape": "shape",
    "not background, color": "color",
    "color rather than shape": "color",
    "regardless of background by shape": "shape",
    "group by anything but color": None,
    "ignore the background": None,
    # whole words
    "discolored": None,
    "understand": None,
    "format": None,
    "information": None,
    "placement": None,
    "roommates": None,
    "lightly": None,
    "colo r": None,
    # nothing
    "group by whatever": None,
    "group photos by people": None,
    "Hintergrund": None,
    "": None,
    "  \n": None,
    "{}": None,
    "{}{} {}": None,
    "?!": None,
}

VALUES = {
    "sunny background": ("weather", "sunny"),
    "Rainy Background": ("weather", "rainy"),
    "a red car": ("color", "red"),
    "dark red car": ("color", "dark red"),
    "light blue, please": ("color", "light blue"),
    "a dog": ("animal", "dog"),
    "two wolves": ("count", "two"),
    "wolves": ("animal", "wolf"),
    "ponies and sheep": ("animal", "sheep"),
    "dishes and daisies": ("plant", "daisy"),
    "buses": ("vehicle type", "bus"),
    "foxes": ("animal", "fox"),
    "scarfs, scarves": ("clothing", "scarf"),
    "three people": ("number of people", "three people"),
    "few people": ("number of people", "a few people"),
    "CLOSE UP of a bee": ("viewpoint", "close-up"),
    "a bird’s-eye view": ("viewpoint", "bird's-eye view"),
    "in the fall": ("season", "fall"),
    # the longest
    "a hot dog": ("food", "hot dog"),
    "hot, dog": ("weather", "hot"),
    "a man walking out of focus": ("action", "walking"),
    "a very out of focus man walking": ("image quality", "out of focus"),
    # words of several lexicons
    "night background": ("background", "night"),
    "at night": ("time of day", "night"),
    "a brick": ("material", "brick"),
    "background of brick": ("background", "brick"),
    "the tone is serious": ("tone", "serious"),
    "a serious photo": ("mood", "serious"),
    # the criterion that is named
    "a dog on a sand background": ("background", "sand"),
    "a dog on a sunny background": ("animal", "dog"),
    "an animal in the snow, a dog": ("animal", "dog"),
    # as it is written before inflected forms
    "a short man": ("object size", "short"),
    "shorts": ("clothing", "shorts"),
    # nouns of criteria
    "topic: food": ("topic", "food"),
    "an article about sports": ("topic", "sports"),
    "a photo of food": None,
    "the color of the background": None,
    "a photo at some time of day": None,
    "how many": None,
    # whole words
    "redness": None,
    "understandable": None,
    "a new carpet": None,
    "": None,
}


@pytest.mark.parametrize(("text", "name"), CRITERIA.items())
def test_the_criterion_of_a_text_is(text, name):
    found = criterion_of(text)
    assert (found and found.name) == name


@every_lexicon
def test_every_noun_names_its_criterion_alone_in_an_instruction_in_capitals_and_in_a_description(lexicon):
    for noun in lexicon.nouns:
        for text in (
            noun,
            f"group photos by their {noun.upper()}!",
            f"a photo with a {{}} {noun} in a scene",
        ):
            assert criterion_of(text) is lexicon, text


@every_lexicon
def test_the_name_of_a_criterion_has_a_plural(lexicon):
    plural = lexicon.name[:-1] + "ies" if lexicon.name.endswith("ty") else lexicon.name + "s"
    assert criterion_of(plural) is lexicon


@pytest.mark.parametrize(("text", "expected"), VALUES.items())
def test_the_value_in_a_text_is(text, expected):
    found = value_in(text)
    assert (found and (found[0].name, found[1])) == expected


@every_lexicon
def test_every_word_is_found_where_its_criterion_is_named(lexicon):
    for word in lexicon.words:
        assert value_in(f"{lexicon.name}: {word}") == (lexicon, word)
        assert value_in(f"the {word.upper()}, {lexicon.name}") == (lexicon, word)


@every_lexicon
def test_no_word_names_its_own_criterion(lexicon):
    assert [word for word in lexicon.words if criterion_of(word) is lexicon] == []


said = st.lists(
    st.sampled_from([*CRITERIA, *VALUES, *(noun for lexicon in LEXICONS for noun in lexicon.nouns)])
    | st.sampled_from(["by", "not", "but", "{}", ",", " - ", "of the", "group"]),
).map(" ".join)


@given(st.text() | said)
@example("\ud800 color")
@example("color\u0301 \u200b İ ﬁ")
@example("by {} not")
def test_any_text_has_a_criterion_with_a_lexicon_or_none_and_the_same_one_again(text):
    found = criterion_of(text)
    assert found is None or found is lexicons()[found.name]
    assert criterion_of(text) is found


@given(st.text() | said)
def test_any_text_has_a_value_of_a_lexicon_or_none(text):
    found = value_in(text)
    assert found is None or found[1] in lexicons()[found[0].name].words


@pytest.mark.parametrize(
    ("text", "word", "template"),
    [
        ("photo with a Sunny background", "sunny", "photo with a {} background"),
        ("RED", "red", "{}"),
        ("a Close-up of a bee", "close-up", "a {} of a bee"),
        ("two wolves", "two", "{} wolves"),
        ("wolves!", "wolf", "{}!"),
        ("with a few people in it", "a few people", "with {} in it"),
        ("with few people in it", "a few people", "with {} in it"),
        ("ＲＥＤ Straße", "red", "{} Straße"),
    ],
)
def test_a_value_leaves_a_template(text, word, template):
    found = find_value(text)
    assert (found.word, found.template) == (word, template)


@given(st.text() | said)
def test_the_template_of_a_value_is_the_text_but_for_the_value(text):
    found = find_value(text)
    assert (found and (found.lexicon, found.word)) == value_in(text)
    if found is not None:
        before, after = found.template.split("{}", 1) if text.count("{}") == 0 else ("", "")
        assert normalized(text).startswith(before)
        assert normalized(text).endswith(after)


@every_lexicon
def test_the_other_words_are_neither_the_word_nor_kinds_of_it(lexicon):
    for word in lexicon.words:
        others = other_words(lexicon, word)
        assert word not in others
        assert set(others) < set(lexicon.words)
        assert not any(f" {word} " in f" {other} " for other in others)
