import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.instructions.claims import asks_for_words, candidate_claims, description_claims
from clusterby.instructions.lexicons import lexicons


def said(texts):
    return [text.said for text in texts]


@pytest.mark.parametrize(
    ("description", "candidates", "expected"),
    [
        ("sunny", None, False),
        (["sunny", "rainy"], None, False),
        ("a {} day", None, True),
        (["sunny", "a {} day"], None, True),
        (None, ["a", "b"], True),
        (None, [], True),
        (3, None, False),
    ],
)
def test_words_are_asked_for_by_candidates_or_by_braces(description, candidates, expected):
    assert asks_for_words(description, candidates) is expected


@pytest.mark.parametrize(
    ("modality", "prompts", "nothing"),
    [
        (Modality.IMAGE, ("a man", "a photo of a man", "a picture: a man"), "a photo"),
        (Modality.TEXT, ("a man", "a text about a man", "this is about a man"), "a text"),
        (Modality.AUDIO, ("a man", "the sound of a man", "a recording: a man"), "a recording"),
        (Modality.VECTOR, ("a man",), "something"),
    ],
)
def test_a_description_is_framed_by_modality_and_scored_against_what_any_row_is(modality, prompts, nothing):
    (claim,), templates = description_claims("a man", modality)
    assert claim.text.prompts == prompts
    assert said(claim.negatives) == [nothing]
    assert len(templates) == len(prompts)
    assert not claim.stated


def test_each_description_has_negatives_of_its_own():
    claims, _ = description_claims(["a red car", "rainy street"], Modality.IMAGE)
    assert said(claims[0].negatives)[0] == "an orange car"
    assert said(claims[1].negatives)[0] == "sunny street"
    assert claims[0].left_out == {"a dark red car": "a kind of 'red'"}


def test_negatives_and_templates_may_be_given():
    claims, templates = description_claims(
        "a red car", Modality.IMAGE, negatives=["a red bus", "rain"], templates="look: {}"
    )
    assert templates == ("look: {}",)
    assert said(claims[0].negatives) == ["a red bus", "rain"]
    assert claims[0].negatives[0].prompts == ("look: a red bus",)
    assert claims[0].stated


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"description": ""}, "description: '' is no text"),
        ({"description": []}, "description=\\[\\]"),
        ({"description": ["a", "a"]}, "description: 'a' is there twice"),
        ({"description": "a cat", "negatives": ["dog", "A  cat"]}, "negatives: 'A  cat' is what is asked for"),
        ({"description": "a cat", "negatives": []}, "negatives=\\[\\]"),
        ({"description": "a cat", "templates": "look"}, "templates: 'look': write {} once"),
        ({"description": "a cat", "templates": "{} {}"}, "write {} once"),
        ({"description": "a photo"}, "says nothing that 'a photo' does not"),
    ],
)  # fmt: skip
def test_descriptions_that_make_no_sense_are_refused(how, words):
    with pytest.raises(InvalidParameter, match=words):
        description_claims(how.pop("description"), Modality.IMAGE, **how)


def test_candidates_go_into_the_description():
    claims, templates = candidate_claims(
        ["beach", "old town"], Modality.IMAGE, description=["a {} background", "at an {}"]
    )
    assert [claim.text.prompts for claim in claims] == [
        ("a beach background", "at a beach"),
        ("an old town background", "at an old town"),
    ]
    assert templates == ("a {} background", "at an {}")
    assert [claim.negatives for claim in claims] == [(), ()]


def test_candidates_without_a_description_have_templates_by_modality():
    _, templates = candidate_claims(["beach", "town"], Modality.IMAGE)
    assert templates == ("a photo of {}", "a picture of {}", "{}")
    assert candidate_claims(["a", "b"], Modality.IMAGE, templates=["look: {}"])[1] == ("look: {}",)


def test_templates_are_put_around_the_description():
    claims, templates = candidate_claims(
        ["red", "blue"], Modality.IMAGE, description="a {} car", templates=["{}", "photo: {}"]
    )
    assert templates == ("a {} car", "photo: a {} car")
    assert claims[0].text.prompts == ("a red car", "photo: a red car")


def test_a_lexicon_gives_the_candidates_where_none_are_given():
    claims, _ = candidate_claims(None, Modality.IMAGE, description="in {} weather")
    assert tuple(claim.text.said for claim in claims) == lexicons()["weather"].words


def test_a_function_may_give_the_candidates():
    claims, _ = candidate_claims(lambda criterion: ["a", "b"], Modality.TEXT, description="by {}")
    assert [claim.text.said for claim in claims] == ["a", "b"]


def test_negatives_of_candidates_are_words_beside_them():
    claims, _ = candidate_claims(["a", "b"], Modality.TEXT, description="by {}", negatives="c")
    assert [negative.prompts for claim in claims for negative in claim.negatives] == [("by c",), ("by c",)]


def test_independent_candidates_are_scored_against_the_words_that_are_none():
    claims, _ = candidate_claims(["red", "blue"], Modality.IMAGE, description="a {} car", independent=True)
    others = said(claims[0].negatives)
    assert not {"red", "blue", "dark red"} & set(others)
    assert {"green", "dark blue"} < set(others)
    assert claims[0].negatives[0].prompts == ("an orange car",)


def test_independent_candidates_of_no_criterion_are_scored_against_something():
    claims, _ = candidate_claims(["a walk", "a talk"], Modality.IMAGE, independent=True)
    assert [said(claim.negatives) for claim in claims] == [["something"], ["something"]]


@pytest.mark.parametrize(
    ("candidates", "how", "words"),
    [
        (["a"], {}, "candidates: 'a' alone tells nothing apart; give two words or more"),
        ("a", {}, "candidates: 'a' alone tells nothing apart"),
        ([], {}, "candidates=\\[\\]"),
        (["a", " A"], {}, "candidates: ' A' is there twice; give each once"),
        (["a", ""], {}, "candidates: '' is no text"),
        (["a", "b"], {"description": "sunny"}, "write {} once"),
        (["a", "b"], {"negatives": ["b"]}, "negatives: 'b' is what is asked for"),
        (None, {"description": "a {} thing"}, "no candidate words for 'a {} thing': give candidates="),
        ("auto", {"description": "a {} background"}, "no language model is at hand"),
    ],
)  # fmt: skip
def test_candidates_that_make_no_sense_are_refused(candidates, how, words):
    with pytest.raises(InvalidParameter, match=words):
        candidate_claims(candidates, Modality.IMAGE, **how)
