from importlib.resources import files
from itertools import combinations

import pytest

from clusterby.instructions.lexicons import Lexicon, lexicons
from clusterby.samples import SCENE_WORDS

PROPER = {"American football", "Christmas", "Halloween", "SUV"}
LEXICONS = list(lexicons().values())
every_lexicon = pytest.mark.parametrize("lexicon", LEXICONS, ids=lambda lexicon: lexicon.name)


def all_words(lexicon):
    return [word.casefold() for word in lexicon.words]


def test_there_are_lexicons_for_the_common_criteria():
    assert set(lexicons()) >= {
        *("color", "background", "material", "texture", "weather", "time of day", "season", "action", "mood"),
        *(
            "style",
            "viewpoint",
            "number of people",
            "count",
            "object size",
            "shape",
            "vehicle type",
            "animal",
        ),
        *("food", "lighting", "room", "clothing", "plant", "topic", "tone", "image quality"),
    }


def test_the_lexicons_are_read_once_and_cannot_be_changed():
    assert lexicons() is lexicons()
    with pytest.raises(TypeError):
        lexicons()["color"] = LEXICONS[0]


def test_the_file_of_lexicons_is_in_the_package():
    assert files("clusterby.instructions").joinpath("lexicons.toml").is_file()


@every_lexicon
def test_a_lexicon_has_tuples_of_its_nouns_its_templates_and_15_to_60_words(lexicon):
    assert lexicons()[lexicon.name] is lexicon
    assert lexicon.nouns[0] == lexicon.name
    assert {type(lexicon.nouns), type(lexicon.templates), type(lexicon.words)} == {tuple}
    assert 2 <= len(lexicon.templates) <= 4
    assert 15 <= len(lexicon.words) <= 60


@every_lexicon
def test_what_a_lexicon_says_is_lower_case_stripped_and_without_braces_except_the_one_of_each_template(
    lexicon,
):
    for said in (*lexicon.nouns, *lexicon.words):
        assert said == " ".join(said.split())
        assert said
        assert not set(said) & set("{}")
        assert said == said.lower() or said in PROPER
    for template in lexicon.templates:
        assert template.count("{") == template.count("}") == template.count("{}") == 1
        assert template == template.lower().strip()


@every_lexicon
def test_no_word_noun_or_template_is_listed_twice(lexicon):
    for listed in (all_words(lexicon), lexicon.nouns, lexicon.templates):
        assert sorted(set(listed)) == sorted(listed)
    assert not set(all_words(lexicon)) & set(lexicon.nouns)


def test_no_noun_is_claimed_by_two_lexicons():
    for one, other in combinations(LEXICONS, 2):
        assert not set(one.nouns) & set(other.nouns)


@pytest.mark.parametrize("criterion", SCENE_WORDS)
def test_the_values_of_scenes_are_words_of_the_criterion(criterion):
    assert set(SCENE_WORDS[criterion]) <= set(lexicons()[criterion].words)


def test_a_lexicon_is_made_by_keyword_and_frozen():
    lexicon = Lexicon(name="a", nouns=("a",), templates=("{}",), words=("b",))
    with pytest.raises(AttributeError):
        lexicon.name = "b"
    with pytest.raises(TypeError):
        Lexicon("a", ("a",), ("{}",), ("b",))
