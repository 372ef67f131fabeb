import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.instructions import Instruction
from clusterby.instructions.lexicons import lexicons
from clusterby.instructions.words import find_words, ignored_words, needs_proposal

COLOR, BACKGROUND = lexicons()["color"], lexicons()["background"]
WAYS = (
    "give candidates=[…], or candidates= a function of the instruction that returns them (one that asks a language model, "
    f"say), or name a criterion that has words of its own: {', '.join(lexicons())}"
)


def find(text=None, modality=Modality.IMAGE, propose=None, **said):
    return find_words(Instruction(text, **said), modality, propose=propose)


def asked(criterion):
    asked.last = criterion
    return iter(["crimson", "azure"])


# where words come from


def test_the_words_that_are_given_come_first():
    found = find("group by color", candidates=["crimson", "azure"])
    assert (found.words, found.source, found.about) == (("crimson", "azure"), "given", "color")


def test_a_function_is_given_the_criterion_and_returns_words():
    found = find("group by color", candidates=asked)
    assert (found.words, found.source) == (("crimson", "azure"), "returned by asked")
    assert asked.last == "group by color"
    find(description="a {} cat", candidates=asked)
    assert asked.last == "a {} cat"


def test_a_function_object_is_named_after_its_class():
    class Namer:
        def __call__(self, criterion):
            return ["a", "b"]

    assert find("by zorp", candidates=Namer()).source == "returned by Namer"


def test_what_a_language_model_proposes_is_asked_for_by_auto_alone():
    found = find("by zorp", candidates="auto", propose=asked)
    assert (found.words, found.source) == (("crimson", "azure"), "proposed by a language model")
    assert find("by color", propose=asked).source == "lexicon 'color'"
    assert find("by color", propose=asked, candidates=["a", "b"]).source == "given"
    assert needs_proposal(Instruction(candidates="auto"))
    assert not needs_proposal(Instruction("by color"))


def test_without_any_the_lexicon_of_the_criterion_is_taken():
    found = find("group images by their background")
    assert (found.words, found.templates) == (BACKGROUND.words, BACKGROUND.templates)
    assert (found.source, found.about) == ("lexicon 'background'", "background")


def test_the_text_names_the_criterion_before_the_description_does():
    assert find("group by color", description="photo with a {} background").about == "color"
    assert find("group by zorp", description=["a {} cat", "photo with a {} background"]).about == "background"


def test_a_criterion_without_a_lexicon_is_about_nothing_known():
    assert find(description="a {} zorp", candidates=["a", "b"]).about == ""


# what words are put into


@pytest.mark.parametrize(
    ("said", "templates"),
    [
        ({"description": "a {} zorp"}, ("a {} zorp",)),
        ({"description": ["a {} zorp", "{}"], "text": "by color"}, ("a {} zorp", "{}")),
        ({"text": "by color"}, COLOR.templates),
        ({}, ("a photo of {}", "a picture of {}", "{}")),
    ],
)
def test_the_templates_are_the_descriptions_else_the_lexicons_else_those_of_the_kind_of_cell(said, templates):
    assert find(candidates=["a", "b"], **said).templates == templates


@pytest.mark.parametrize("modality", list(Modality))
def test_every_kind_of_cell_has_templates_with_one_place_for_a_word(modality):
    templates = find(candidates=["a", "b"], modality=modality).templates
    assert templates[-1] == "{}"
    assert all(template.count("{}") == 1 for template in templates)


# no words


@pytest.mark.parametrize(
    ("said", "criterion"),
    [({"text": "group by zorp"}, "group by zorp"), ({"description": "a {} zorp"}, "a {} zorp")],
)
def test_without_words_all_three_ways_to_give_them_are_named(said, criterion):
    with pytest.raises(InvalidParameter) as error:
        find(**said)
    assert str(error.value) == f"no candidate words for {criterion!r}: {WAYS}"


def test_who_proposed_words_is_said_where_it_is_known():
    class Model:
        source = "proposed by seer at example.com"

        def __call__(self, criterion):
            return ["a", "b"]

    assert find("by zorp", candidates="auto", propose=Model()).source == "proposed by seer at example.com"


def test_auto_without_anything_that_the_words_are_for_is_an_error():
    with pytest.raises(InvalidParameter) as error:
        find(candidates="auto", propose=asked)
    assert str(error.value) == (
        "candidates='auto': say what the words are for, with instruction= or description="
    )


def test_auto_without_a_language_model_names_the_other_ways():
    with pytest.raises(InvalidParameter) as error:
        find("group by color", candidates="auto")
    assert str(error.value) == (
        "candidates='auto' for 'group by color': no language model is at hand: set OPENAI_API_KEY, or OPENAI_BASE_URL to a "
        f"server of your own and CLUSTERBY_CHAT_MODEL to a model there; or {WAYS}"
    )


@pytest.mark.parametrize("words", [["beach"], "beach", ["beach", " beach "], lambda criterion: ["beach"]])
def test_one_word_tells_nothing_apart(words):
    with pytest.raises(InvalidParameter) as error:
        find("by background", candidates=words)
    assert str(error.value) == "candidates: 'beach' alone tells nothing apart; give two words or more"


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "candidates=nonsense returned None for 'by zorp': it must return a list of words"),
        (7, "candidates=nonsense returned 7 for 'by zorp': it must return a list of words"),
        ("a, b", "candidates=nonsense returned 'a, b' for 'by zorp': it must return a list of words"),
        ([], "candidates=nonsense returned no words for 'by zorp': it must return two or more"),
        (iter(()), "candidates=nonsense returned no words for 'by zorp': it must return two or more"),
        (["a", 3], "candidates=nonsense: 3 is no word; give texts that are not empty"),
        ([["a", "b"]], "candidates=nonsense: ['a', 'b'] is no word; give texts that are not empty"),
        (["a", " "], "candidates=nonsense: ' ' is no word; give texts that are not empty"),
    ],
)
def test_a_function_that_returns_nonsense_is_named(returned, message):
    def nonsense(criterion):
        return returned

    with pytest.raises(InvalidParameter) as error:
        find("by zorp", candidates=nonsense)
    assert str(error.value) == message
    with pytest.raises(InvalidParameter) as error:
        find("by zorp", candidates="auto", propose=lambda criterion: 7)
    assert str(error.value) == "the language model returned 7 for 'by zorp': it must return a list of words"


def test_words_of_a_function_are_stripped_and_each_is_kept_once_and_those_of_a_set_in_order():
    assert find("by zorp", candidates=lambda _: [" b", "a", "b"]).words == ("b", "a")
    assert find("by zorp", candidates=lambda _: set("fedcba")).words == tuple("abcdef")


def test_an_error_of_the_users_own_function_comes_out_as_it_is():
    def broken(criterion):
        raise KeyError("no key")

    with pytest.raises(KeyError, match="no key"):
        find("by zorp", candidates=broken)


# words to ignore


def sources(*ignored):
    banks = ignored_words(Instruction("by shape", ignore=list(ignored)), Modality.IMAGE)
    return [(bank.source, len(bank.words)) for bank in banks]


@pytest.mark.parametrize(
    "noun", ["color", "Colour", "colors", "COLOURS", "hues", "color schemes", "colour-palette", " color "]
)
def test_a_criterions_noun_stands_for_its_words_singular_or_plural_in_any_case(noun):
    assert sources(noun) == [("lexicon 'color'", len(COLOR.words))]


@pytest.mark.parametrize(
    "word", ["red", "the color", "dark colors", "colorful", "a red background", "people", "!"]
)
def test_what_is_more_or_less_than_a_noun_is_a_word_of_its_own(word):
    assert sources(word) == [("given", 1)]


def test_each_criterion_has_a_bank_and_all_other_words_share_one():
    assert sources("red", "background", "colors", "sunny", "colour") == [
        ("lexicon 'background'", len(BACKGROUND.words)),
        ("lexicon 'color'", len(COLOR.words)),
        ("given", 2),
    ]


def test_words_to_ignore_are_put_into_templates_too():
    color, others = ignored_words(Instruction(ignore=["color", "red"]), Modality.TEXT)
    assert (color.templates, color.about) == (COLOR.templates, "color")
    assert (others.templates, others.words) == (("a text about {}", "{}"), ("red",))


def test_nothing_to_ignore_gives_no_bank():
    assert sources() == []
