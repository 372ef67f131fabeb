import datetime

import numpy as np
import pytest

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.media.text import decode_text, decode_texts


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  as it is\n", "  as it is\n"),
        (np.str_("numpy"), "numpy"),
        ("a\0b", "a\0b"),
        (b"caf\xc3\xa9", "café"),
        (bytearray(b"x"), "x"),
        (12, "12"),
        (12.0, "12"),
        (0.5, "0.5"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
    ],
)
def test_a_text_is_read(cell, text):
    decoded = decode_text(cell)
    assert decoded == text
    assert type(decoded) is str


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "missing value"),
        (float("nan"), "missing value"),
        ("", "empty text"),
        (" \t\n\u2003", "empty text"),
        (b"", "empty text"),
        (b"ab\xff", "bytes that are not UTF-8 text (at byte 2)"),
        (["a"], "not text: list"),
        ({"a": 1}, "not text: dict"),
    ],
)
def test_what_is_no_text_says_why(cell, reason):
    with pytest.raises(UnreadableCell) as caught:
        decode_text(cell)
    assert str(caught.value) == reason


def test_lone_surrogates_become_the_replacement_character():
    assert decode_text("a\ud800b😀") == "a\ufffdb😀"


def test_a_column_of_texts_is_an_object_array():
    column = Column(
        name="x", cells=np.array(["a", "", None, "b"], dtype=object), type="string", faults={2: "not UTF-8"}
    )
    decoded = decode_texts(column)
    assert decoded.values.dtype == object
    assert decoded.values.tolist() == ["a", "b"]
    assert decoded.rows.tolist() == [0, 3]
    assert decoded.faults == {1: "empty text", 2: "not UTF-8"}
