import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.instructions import Box, Boxes, Instruction
from clusterby.instructions.base import check_words, combined

BOX = Box((0, 0), (0.5, 1))
WORDS = ["beach", "forest"]
METHODS = ["scores", "project", "softmax", "mask", "gradient", "prefix"]


def test_what_is_not_said_is_empty():
    said = Instruction("group by color")
    assert (said.text, said.description, said.candidates) == ("group by color", (), None)
    assert (said.ignore, said.region, said.method) == ((), None, None)


def test_a_text_alone_stands_for_a_list_of_it():
    said = Instruction(description="a {} photo", ignore="color")
    assert (said.description, said.ignore) == (("a {} photo",), ("color",))


@pytest.mark.parametrize(
    "words",
    [["beach", "forest"], (" beach", "forest "), ["beach", "forest", "beach"], iter(WORDS), np.array(WORDS), pd.Series(WORDS),
     {"forest", "beach"}, {"beach": 1, "forest": 2}],
    ids=lambda words: type(words).__name__,
)  # fmt: skip
def test_words_in_any_collection_are_kept_in_order_each_once_and_without_blanks(words):
    assert Instruction(candidates=words).candidates == ("beach", "forest")


def test_words_are_plain_texts():
    assert type(Instruction(candidates=np.array(WORDS)).candidates[0]) is str


def test_the_order_of_a_set_is_the_same_in_every_process():
    code = (
        "from clusterby.instructions import Instruction as I; print(I(candidates=set('fedcba')).candidates)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2)
    }
    assert told == {"('a', 'b', 'c', 'd', 'e', 'f')\n"}


def test_blanks_around_what_is_said_do_not_count():
    assert Instruction(" group by color\n", description=" a {} car ", ignore=[" shape "]) == Instruction(
        "group by color", description="a {} car", ignore="shape"
    )


def test_functions_and_auto_stay_what_they_are():
    assert Instruction(candidates="auto").candidates == "auto"
    assert Instruction(candidates=str.split).candidates is str.split


def test_a_name_for_a_region_is_that_of_a_column():
    assert Instruction(region="boxes").region == Boxes("boxes")
    assert Instruction(region=BOX).region is BOX


@pytest.mark.parametrize(
    ("said", "criterion"),
    [
        ({"text": "by color"}, "by color"),
        ({"text": "by color", "description": "a {} car"}, "by color"),
        ({"description": ["a {} car", "{}"]}, "a {} car"),
        ({"candidates": WORDS}, ""),
        ({"region": BOX}, ""),
    ],
)
def test_the_criterion_is_the_text_or_else_the_first_description(said, criterion):
    assert Instruction(**said).criterion == criterion


@pytest.mark.parametrize(
    ("said", "speaks", "asks"),
    [
        ({"text": "by color"}, True, True),
        ({"description": "a {} car"}, True, True),
        ({"candidates": WORDS}, True, True),
        ({"ignore": "color"}, True, False),
        ({"region": BOX}, False, False),
        ({"region": BOX, "ignore": "color"}, True, False),
    ],
)
def test_a_region_alone_says_nothing_in_words_and_what_to_ignore_asks_for_nothing(said, speaks, asks):
    found = Instruction(**said)
    assert (found.speaks, found.asks) == (speaks, asks)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "an instruction that says nothing: give instruction=, description=, candidates=, ignore= or region="),
        ({"description": [], "ignore": ()}, "an instruction that says nothing: give instruction=, description=, "
         "candidates=, ignore= or region="),
        ({"text": " "}, "instruction=' ': say in words what to group by, as in 'group by color'"),
        ({"text": 3}, "instruction=3: say in words what to group by, as in 'group by color'"),
        ({"text": ["by color"]}, "instruction=['by color']: say in words what to group by, as in 'group by color'"),
        ({"description": "a car"}, "description='a car': write {} once, where the word goes, as in "
         "'photo with a {} background'"),
        ({"description": ["{}", "{} and {}"]}, "description='{} and {}': write {} once, where the word goes, as in "
         "'photo with a {} background'"),
        ({"description": 3}, "description=3: give a text or a list of texts"),
        ({"description": [3]}, "description: 3 is no word; give texts that are not empty"),
        ({"candidates": []}, "candidates=[]: give two words or more"),
        ({"candidates": ["a", ""]}, "candidates: '' is no word; give texts that are not empty"),
        ({"candidates": ["a", None]}, "candidates: None is no word; give texts that are not empty"),
        ({"candidates": 5}, "candidates=5: give a text or a list of texts"),
        ({"candidates": b"ab"}, "candidates: 97 is no word; give texts that are not empty"),
        ({"ignore": [" "]}, "ignore: ' ' is no word; give texts that are not empty"),
        ({"ignore": 1.5}, "ignore=1.5: give a text or a list of texts"),
        ({"region": 7}, "region=7: give Box((left, top), (right, bottom)), Polygon([(x, y), …]), or the name of a "
         "column with a region for each row"),
        ({"text": "by color", "method": "magic"}, "instruction method 'magic': choose of scores, project, softmax, "
         "mask, gradient, prefix"),
        ({"method": "scores"}, "an instruction that says nothing: give instruction=, description=, candidates=, ignore= "
         "or region="),
        ({"region": BOX, "method": "mask"}, "method='mask' is for words: give instruction=, description= or candidates= "
         "beside it"),
        ({"ignore": "color", "method": "project"}, "method='project' is for words: give instruction=, description= or "
         "candidates= beside it"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_next_step(said, message):
    with pytest.raises(InvalidParameter) as error:
        Instruction(**said)
    assert str(error.value) == message


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(InvalidParameter) as error:
        Instruction(description="x" * 1000)
    assert len(str(error.value)) < 250


@pytest.mark.parametrize("method", METHODS)
def test_every_method_may_be_asked_for(method):
    assert Instruction("by color", method=method).method == method


def test_an_instruction_is_a_value():
    said = {
        "description": "a {} car",
        "candidates": WORDS,
        "ignore": ["size"],
        "region": BOX,
        "method": "mask",
    }
    one, other = Instruction("by color", **said), Instruction("by color", **said)
    assert one == other
    assert hash(one) == hash(other)
    assert one != Instruction("by color")
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(FrozenInstanceError):
        one.text = "by shape"


def test_an_instruction_with_a_function_that_has_a_name_can_be_pickled():
    said = Instruction("by color", candidates=str.split)
    assert pickle.loads(pickle.dumps(said)) == said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"text": "by color"}, "Instruction('by color')"),
        ({"candidates": "auto"}, "Instruction(candidates='auto')"),
        ({"text": "by color", "candidates": str.split}, "Instruction('by color', candidates=split)"),
        (
            {"description": "a {} car", "method": "mask"},
            "Instruction(description=['a {} car'], method='mask')",
        ),
        ({"candidates": list("abcdefgh")}, "Instruction(candidates=['a', 'b', 'c', 'd', 'e', 'f', …])"),
        ({"region": "boxes"}, f"Instruction(region={Boxes('boxes')!r})"),
    ],
)
def test_it_shows_what_was_said_and_no_more(said, shown):
    assert repr(Instruction(**said)) == shown


WORD = st.text(min_size=1, max_size=9).filter(str.strip)


@given(st.lists(WORD, min_size=1, max_size=8), st.lists(WORD, max_size=4))
def test_an_instruction_made_of_its_own_parts_is_the_same(words, ignored):
    said = Instruction("by color", candidates=words, ignore=ignored)
    again = Instruction(said.text, candidates=said.candidates, ignore=said.ignore)
    assert again == said
    assert list(said.candidates) == list(dict.fromkeys(word.strip() for word in words))


# what is said in several ways


def test_nothing_said_is_no_instruction():
    assert combined(None) is None


def test_a_sentence_and_what_stands_beside_it_make_one():
    assert combined("by color", candidates=WORDS, ignore="size") == Instruction(
        "by color", candidates=WORDS, ignore="size"
    )
    assert combined(None, description="a {} car") == Instruction(description="a {} car")


def test_an_instruction_takes_what_it_does_not_say_itself():
    said = Instruction("by color", method="project")
    assert combined(said) == said
    assert combined(said, candidates=WORDS, region="boxes") == Instruction(
        "by color", candidates=WORDS, region="boxes", method="project"
    )


@pytest.mark.parametrize(
    "twice", [{"description": "a {} car"}, {"candidates": "auto"}, {"ignore": "size"}, {"region": BOX}]
)
def test_the_same_thing_said_twice_is_refused(twice):
    name = next(iter(twice))
    with pytest.raises(InvalidParameter) as error:
        combined(Instruction(**twice), **twice)
    assert str(error.value) == f"{name}= is in the Instruction already: give it once"


def test_an_empty_list_beside_an_instruction_adds_nothing():
    assert combined("by color", ignore=[]) == Instruction("by color")


def test_words_are_checked_under_the_name_they_were_given_by():
    assert check_words("f returned", ["a ", "b", "a"]) == ("a", "b")
    with pytest.raises(InvalidParameter, match="f returned: 3 is no word; give texts that are not empty"):
        check_words("f returned", [3])
