import pytest

from clusterby.core.errors import InvalidParameter, UnknownColumn
from clusterby.instructions import Box, Instruction
from clusterby.ops.asked import ASKED, check_unasked, column_instructions

WORDS = ["a", "b"]
NOTHING = dict.fromkeys(ASKED)


def test_nothing_asked_is_no_instruction_for_any_column():
    assert column_instructions(["image", "caption"], **NOTHING) == {"image": None, "caption": None}
    assert column_instructions([], **NOTHING) == {}


@pytest.mark.parametrize(
    ("asked", "instruction"),
    [
        ({"instruction": "by color"}, Instruction("by color")),
        ({"instruction": "by color", "candidates": WORDS}, Instruction("by color", candidates=WORDS)),
        ({"description": ["a {} car", "{}"]}, Instruction(description=["a {} car", "{}"])),
        ({"ignore": "color", "region": "boxes"}, Instruction(ignore="color", region="boxes")),
        ({"instruction": Instruction("by color", method="mask"), "region": Box((0, 0), (1, 0.5))},
         Instruction("by color", method="mask", region=Box((0, 0), (1, 0.5)))),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mapped", [False, True])
def test_what_is_asked_of_the_only_column_may_name_it_or_not(asked, instruction, mapped):
    given = {name: {"image": value} for name, value in asked.items()} if mapped else asked
    assert column_instructions(["image"], **{**NOTHING, **given}) == {"image": instruction}


def test_several_columns_have_an_instruction_each():
    found = column_instructions(
        ["image", "caption", "price"],
        instruction={"image": "by color", "caption": None},
        candidates={"caption": WORDS},
        region={"image": "boxes"},
    )
    assert found == {
        "image": Instruction("by color", region="boxes"),
        "caption": Instruction(candidates=WORDS),
        "price": None,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("instruction", "by color"), ("candidates", WORDS), ("region", "boxes"), ("ignore", WORDS)],
)
def test_one_for_several_columns_is_refused_with_the_way_to_say_which(name, value):
    with pytest.raises(InvalidParameter) as error:
        column_instructions(["image", "caption"], **{name: value})
    assert str(error.value) == (
        f"{name}={value!r} for 2 columns: say which it is for, as in {name}={{'image': …}}"
    )


@pytest.mark.parametrize("name", ASKED)
def test_a_column_that_is_not_there_is_named_with_the_nearest(name):
    with pytest.raises(UnknownColumn) as error:
        column_instructions(["image", "caption"], **{name: {"imgae": "by color"}})
    assert str(error.value) == "no column 'imgae'. Did you mean 'image'?"


def test_the_same_thing_said_twice_of_a_column_is_refused():
    with pytest.raises(InvalidParameter, match="candidates= is in the Instruction already: give it once"):
        column_instructions(
            ["image"],
            instruction={"image": Instruction("by color", candidates=WORDS)},
            candidates={"image": WORDS},
        )


def test_what_is_asked_of_vectors_that_are_there_already_is_refused():
    check_unasked(**NOTHING)
    for name, value in (("instruction", "by color"), ("region", Box((0, 0), (1, 0.5))), ("ignore", [])):
        with pytest.raises(InvalidParameter) as error:
            check_unasked(**{name: value})
        assert str(error.value) == (
            f"{name}={value!r:.60} with vectors that are given: give it to embed, which made them, or leave it out"
        )
