import datetime
import decimal
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clusterby.core.column import Column
from clusterby.core.errors import AmbiguousModality
from clusterby.core.modality import Modality
from clusterby.media.infer import infer_modality, likely_modality

PNG = io.BytesIO()
Image.new("L", (2, 2)).save(PNG, "PNG")
PNG = PNG.getvalue()
WAV = b"RIFF\0\0\0\0WAVEfmt "


def objects(*cells, kind="object", name="x"):
    array = np.empty(len(cells), dtype=object)
    for row, cell in enumerate(cells):
        array[row] = cell
    return Column(name=name, cells=array, type=kind)


def refusal(column):
    with pytest.raises(AmbiguousModality) as caught:
        infer_modality(column)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cells", "kind", "modality"),
    [
        (np.array([1.0, np.nan]), "number", Modality.NUMBER),
        (np.array([True, None], dtype=object), "boolean", Modality.CATEGORY),
        (np.array(["a", "b"], dtype=object), "category", Modality.CATEGORY),
        (np.array(["2024-01-01"], dtype="datetime64[us]"), "date", Modality.DATE),
        (np.ones((2, 3)), "vector", Modality.VECTOR),
        (np.ones((2, 3)), "object", Modality.VECTOR),
        (np.array([1.0, 2.0]), "object", Modality.NUMBER),
    ],
)
def test_the_columns_type_decides_where_it_says_something(cells, kind, modality):
    assert infer_modality(Column(name="image", cells=cells, type=kind)) is modality


@pytest.mark.parametrize(
    ("cells", "modality"),
    [
        ((Image.new("L", (2, 2)), Image.new("RGB", (2, 2))), Modality.IMAGE),
        ((PNG, PNG), Modality.IMAGE),
        ((WAV,), Modality.AUDIO),
        (({"bytes": PNG, "path": None}, {"bytes": None, "path": "a.png"}), Modality.IMAGE),
        (({"array": np.zeros(9), "sampling_rate": 8000, "path": "a.wav"},), Modality.AUDIO),
        (({"array": [0.0, 0.5], "sampling_rate": 8000}, {"bytes": WAV, "path": None}), Modality.AUDIO),
        (
            ({"array": np.zeros((2, 9)), "sampling_rate": 8000}, {"array": [], "sampling_rate": 1}),
            Modality.AUDIO,
        ),
        (({"array": None, "sampling_rate": None, "path": "a.flac"},), Modality.AUDIO),
        ((Path("a.wav"), "b.mp3", "c/d e.OGG"), Modality.AUDIO),
        ((b"fLaC" + bytes(30), b"OggS" + bytes(30), b"FORM\0\0\0\0AIFF"), Modality.AUDIO),
        ((np.zeros((4, 4), np.uint8), np.zeros((5, 4, 3), np.uint8)), Modality.IMAGE),
        ((np.zeros((4, 4, 1), np.uint8), PNG, Image.new("L", (1, 1))), Modality.IMAGE),
        ((np.zeros(16000, np.float32), np.zeros(16000, np.float32)), Modality.VECTOR),
        (([0.1, 0.2], (1, 2)), Modality.VECTOR),
        ((Path("a.png"), "b.jpg"), Modality.IMAGE),
        ((1, 2.5, decimal.Decimal(3), np.int8(4)), Modality.NUMBER),
        ((True, np.False_), Modality.CATEGORY),
        (
            (datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1), np.datetime64("2024-01-01")),
            Modality.DATE,
        ),
        (("a red car", "two blue cars", "   ", None), Modality.TEXT),
        ((None, float("nan"), 3), Modality.NUMBER),
    ],
)
def test_objects_are_told_by_their_types(cells, modality):
    assert infer_modality(objects(*cells)) is modality


@pytest.mark.parametrize(
    "cell",
    [
        {"array": np.array(["a.wav", "b.wav"]), "sampling_rate": 8000},
        {"array": ["a", "b"], "sampling_rate": 8000},
        {"array": "a.wav", "sampling_rate": 8000},
        {"array": 3.0, "sampling_rate": 8000},
        {"array": np.zeros(9), "sampling_rate": None},
        {"array": np.zeros(9)},
        np.array(["one word", "two words"]),
        ["one word", "two words"],
    ],
)
def test_what_has_no_samples_or_no_rate_is_no_sound(cell):
    assert "holds cells of type" in refusal(objects(cell, cell))


def test_texts_are_no_sounds():
    cells = np.array(["the song of a bird", "the hum of an engine.", "she plays a.wav and leaves"])
    assert infer_modality(Column(name="audio", cells=cells, type="string")) is Modality.TEXT


def test_the_name_of_a_column_says_nothing():
    assert (
        infer_modality(objects("red", "blue", "red", "blue", name="image", kind="string"))
        is Modality.CATEGORY
    )


def test_a_column_without_values_is_refused():
    message = refusal(objects(None, "  ", float("nan")))
    assert message.startswith("column 'x' has no values to tell its modality from")
    assert refusal(objects()) == message


def test_mixed_types_are_counted():
    assert refusal(objects("a", "b", 3)) == (
        "column 'x' mixes types (2 str, 1 int): give it one type, or pass modality= to say what its cells are; "
        "those that are not will be skipped"
    )


def test_booleans_are_no_numbers():
    assert "mixes types (2 bool, 1 int)" in refusal(objects(True, False, 2))


def test_images_among_bytes_of_another_kind_are_mixed():
    assert "mixes types (1 image in bytes, 1 bytes)" in refusal(objects(PNG, b"plain text"))
    assert "mixes types (1 image in bytes, 1 audio in bytes)" in refusal(objects(PNG, WAV))


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        (b"plain text", "holds bytes of no known image or audio format (they start with b'plain text')"),
        (np.zeros((4, 4)), "holds arrays of float64 (4, 4): images are uint8 of shape (height, width)"),
        (np.zeros((3, 8, 9), np.uint8), "holds arrays of uint8 (3, 8, 9): images are uint8"),
        (np.array(["a", "b"]), "holds cells of type"),
        (["a", "b"], "holds cells of type list"),
        ({"a": 1}, "holds cells of type dict"),
        (object(), "holds cells of type object"),
        ([1, [2]], "holds cells of type list"),
    ],
)
def test_cells_of_no_known_kind_are_refused(cell, part):
    assert part in refusal(objects(cell, cell))


def test_only_a_sample_is_looked_at():
    class Counted(str):
        looked_at = 0

        def strip(self, *args):
            Counted.looked_at += 1
            return super().strip(*args)

    cells = [Counted(f"{word} {row}") for row, word in enumerate(["a red", "the blue"] * 5000)]
    assert infer_modality(objects(*cells, kind="string")) is Modality.TEXT
    assert Counted.looked_at < 2000


def test_the_sample_is_the_same_each_time():
    cells = ["cat"] * 990 + ["dog"] * 10
    column = objects(*cells, kind="string")
    assert {infer_modality(column) for _ in range(3)} == {Modality.CATEGORY}


def test_what_is_open_is_likely_nothing():
    mixed = Column(name="c", cells=np.array([object(), object()], dtype=object), type="object")
    with pytest.raises(AmbiguousModality):
        infer_modality(mixed)
    assert likely_modality(mixed) is None
    assert likely_modality(Column(name="n", cells=np.array([1.0, 2.0]), type="number")) is Modality.NUMBER
