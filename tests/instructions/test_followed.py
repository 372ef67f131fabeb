import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.instructions import Followed

WORDS = ("beach", "forest", "studio", "street", "sky", "snow", "sea", "room")


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"method": "region", "region": "box 0,0,0.5,1"}, "image: region; box 0,0,0.5,1"),
        ({"method": "prefix", "prompt": "Topic: "}, "image: prefix; prompt 'Topic: '"),
        ({"method": "scores", "words": WORDS[:2], "source": "given"}, "image: scores; 2 words (given): beach, forest"),
        ({"method": "scores", "words": WORDS, "source": "lexicon 'background'"},
         "image: scores; 8 words (lexicon 'background'): beach, forest, studio, street, sky, snow and 2 more"),
        ({"method": "ignore", "ignored": ("red",), "explained": 0.5, "chance": 0.25},
         "image: ignore; without 1 ignored word; 50% of the variance, 25% by chance"),
        ({"method": "mask", "ignored": ("red", "blue")}, "image: mask; without 2 ignored words"),
        ({"method": "mask", "explained": 0.5}, "image: mask"),
    ],
)  # fmt: skip
def test_it_says_in_a_line_how_an_instruction_was_carried_out(facts, shown):
    assert str(Followed(column="image", **facts)) == shown


def test_what_is_not_said_is_left_out_of_plain_values():
    assert Followed(column="image", method="region").plain() == {"column": "image", "method": "region"}
    assert Followed(column="image", method="scores", words=("a", "b"), explained=0.0).plain() == {
        "column": "image",
        "method": "scores",
        "words": ["a", "b"],
        "explained": 0.0,
    }


def test_facts_of_a_later_version_are_passed_over():
    plain = {"column": "image", "method": "scores", "mood": "sunny"}
    assert Followed.of_plain(plain) == Followed(column="image", method="scores")


TEXTS = st.lists(st.text(max_size=5), max_size=4).map(tuple)
SHARE = st.none() | st.floats(0, 1)


@given(
    st.builds(
        Followed, column=st.text(max_size=5), method=st.text(max_size=5), about=st.text(max_size=5), words=TEXTS,
        templates=TEXTS, source=st.text(max_size=5), ignored=TEXTS, prompt=st.none() | st.text(max_size=5),
        region=st.none() | st.text(max_size=5), explained=SHARE, chance=SHARE, warnings=TEXTS,
    )
)  # fmt: skip
def test_plain_values_make_the_same_again_also_by_way_of_json(followed):
    assert Followed.of_plain(followed.plain()) == followed
    assert Followed.of_plain(json.loads(json.dumps(followed.plain()))) == followed
