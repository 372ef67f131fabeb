import logging

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import clusterby as cb
from clusterby.cache import Cache
from clusterby.core.errors import (
    AmbiguousModality,
    InvalidParameter,
    InvalidVectors,
    NothingToCluster,
    UnknownColumn,
)
from clusterby.core.progress import report_progress
from clusterby.instructions import Box, Instruction
from clusterby.instructions.lexicons import lexicons

from .aligned_encoders import COLORS, GROUNDS, AlignedEncoder, FollowingEncoder, scenes

TITLES = ["a red bike", "red wine", "a blue bike", "white wine", "a bike for two", "wine of the year"]


def test_vectors_come_with_their_rows_and_the_name_of_their_column():
    found = cb.embed({"v": [[1.0, 2.0], None, [3.0, 4.0]]}, "v")
    assert found.vectors.tolist() == [[1, 2], [3, 4]]
    assert (found.rows.tolist(), found.n_rows, found.column) == ([0, 2], 3, "identity(v)")
    assert [(s.row, s.column, s.reason) for s in found.skipped] == [(1, "v", "missing value")]


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, lambda d: pl.DataFrame(d).to_arrow()])
def test_every_kind_of_table_gives_the_same_vectors(make):
    expected = cb.embed({"t": TITLES}, "t", modality="text").vectors
    np.testing.assert_array_equal(cb.embed(make({"t": TITLES}), "t", modality="text").vectors, expected)


def test_a_column_alone_can_be_embedded():
    expected = cb.embed({"t": TITLES}, "t").vectors
    np.testing.assert_array_equal(cb.embed(pd.Series(TITLES)).vectors, expected)


def test_images_that_cannot_be_decoded_are_skipped_each_with_its_reason(tmp_path, caplog):
    paths = []
    for i in range(150):
        paths.append(str(tmp_path / f"{i}.png"))
        Image.new("RGB", (20, 20), (i, 0, 255 - i)).save(paths[-1])
    (tmp_path / "3.png").write_bytes(b"")
    (tmp_path / "70.png").write_text("hello world")
    paths[149] = str(tmp_path / "gone.png")
    with caplog.at_level(logging.WARNING):
        found = cb.embed({"image": paths}, "image")
    assert found.rows.tolist() == [i for i in range(150) if i not in (3, 70, 149)]
    assert [s.row for s in found.skipped] == [3, 70, 149]
    assert [s.reason for s in found.skipped][0::2] == ["empty file", "no such file"]
    assert "skipped 3 of 150 rows; the first is row 3, column 'image': empty file" in caplog.text


def test_progress_counts_every_image(tmp_path):
    image = Image.new("RGB", (8, 8))
    seen = []

    class Bar:
        def __init__(self, description, total):
            self.what = (description, total)

        def __enter__(self):
            return lambda count: seen.append((*self.what, count))

        def __exit__(self, *error):
            return None

    with report_progress(Bar):
        cb.embed({"image": [image] * 100}, "image")
    assert sum(count for _, _, count in seen) == 100
    assert {(d, t) for d, t, _ in seen} == {("encode color-gradient(image)", 100)}


def test_all_rows_failing_is_an_error_with_the_first_reason(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(NothingToCluster) as error:
        cb.embed({"image": [str(tmp_path / "a.png")] * 2}, "image", modality="image")
    assert str(error.value) == "all 2 rows were skipped; row 0, column 'image': empty file"


def test_all_texts_missing_is_an_error_too():
    with pytest.raises(NothingToCluster, match="all 2 rows were skipped; row 0, column 't': missing value"):
        cb.embed({"t": [None, None]}, "t", modality="text")


def test_columns_side_by_side_count_by_their_weights():
    table = {"v": np.random.default_rng(0).normal(size=(500, 8)) * 100, "x": np.arange(500.0)}
    found = cb.embed(table, {"v": 3, "x": 1})
    left, right = found.vectors[:, :8], found.vectors[:, 8:]
    assert found.column == "identity(v) + tabular(x)"
    assert (left**2).sum(axis=1).mean() == pytest.approx(0.75, rel=1e-4)
    assert (right**2).sum(axis=1).mean() == pytest.approx(0.25, rel=1e-4)


def test_a_row_is_skipped_if_any_of_its_columns_is():
    found = cb.embed({"v": [[1.0], [2.0], None, [4.0]], "x": [1.0, None, 3.0, 4.0]}, ["v", "x"])
    assert found.rows.tolist() == [0, 3]
    assert [(s.row, s.column) for s in found.skipped] == [(1, "x"), (2, "v")]


def test_no_row_with_all_columns_is_an_error():
    with pytest.raises(NothingToCluster, match="all 2 rows were skipped; row 0, column 'x': missing value"):
        cb.embed({"v": [[1.0], None], "x": [None, 1.0]}, ["v", "x"])


def test_a_constant_column_does_no_harm():
    found = cb.embed({"v": [[1.0], [2.0]], "x": [5.0, 5.0]}, ["v", "x"])
    assert not found.vectors[:, 1].any()


def test_an_encoder_may_be_given_for_each_column():
    found = cb.embed(
        {"t": TITLES, "n": list(range(6))}, ["t", "n"], encoder={"t": lambda ts: [[len(t)] for t in ts]}
    )
    assert found.column == "lambda(t) + tabular(n)"


def test_a_modality_may_be_given_for_each_column():
    found = cb.embed({"a": [1, 2, 1], "b": [1, 2, 3]}, ["a", "b"], modality={"a": "category"})
    assert found.dimension == 3


@pytest.mark.parametrize("option", ["encoder", "modality"])
def test_an_option_for_a_column_that_is_not_embedded_is_an_error(option):
    with pytest.raises(UnknownColumn, match="no column 'tt'. Did you mean 't'"):
        cb.embed({"t": TITLES}, "t", **{option: {"tt": "text"}})


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ([[1.0]] * 5, "gave an array of shape \\(5, 1\\) for 6 cells"),
        ([1.0] * 6, "gave an array of shape \\(6,\\) for 6 cells"),
        (np.empty((6, 0)), "gave an array of shape \\(6, 0\\) for 6 cells"),
    ],
)
def test_an_encoder_that_gives_the_wrong_shape_is_told_so(result, message):
    with pytest.raises(InvalidVectors, match=message):
        cb.embed({"t": TITLES}, "t", encoder=lambda cells: result)


def test_a_vector_that_is_not_finite_skips_its_row():
    found = cb.embed({"t": TITLES}, "t", encoder=lambda cells: [[1.0], [np.nan]] + [[np.inf]] + [[2.0]] * 3)
    assert found.rows.tolist() == [0, 3, 4, 5]
    assert found.skipped[0].reason == "the encoder gave a vector that is not finite"


def test_unknown_columns_and_modalities_are_errors_before_any_work():
    with pytest.raises(UnknownColumn, match="no column 'titel'. Did you mean 'title'"):
        cb.embed({"title": TITLES}, "titel")
    with pytest.raises(InvalidParameter, match="no modality 'txt'. Did you mean 'text'"):
        cb.embed({"title": TITLES}, "title", modality="txt")


def test_cells_of_several_kinds_ask_for_a_modality():
    with pytest.raises(AmbiguousModality, match="modality="):
        cb.embed({"x": ["a red bike", 3, b"\x00\x01", None]}, "x")


# what vectors should be about

BY_COLOR = {"description": "a {} thing", "candidates": COLORS}


def embed(by="image", table=None, *, encoder=None, cache=False, **asked):
    return cb.embed(table or scenes(), by, encoder=encoder or AlignedEncoder(), cache=cache, **asked)


def best(embeddings, words):
    return [words[place] for place in embeddings.vectors.argmax(axis=1)]


def test_a_description_gives_vectors_about_its_words_under_a_name_and_space_of_their_own():
    plain, found = embed(), embed(**BY_COLOR)
    assert (plain.column, plain.space) == ("aligned(image)", "aligned@1")
    assert found.column == "aligned(image | a {} thing)"
    assert found.space.startswith("aligned@1|")
    assert (found.dimension, found.n_rows, len(found)) == (3, 24, 24)
    assert best(found, COLORS) == scenes()["color"]


@pytest.mark.parametrize(
    ("asked", "column", "dimension"),
    [
        ({"instruction": "group by color"}, "aligned(image | color)", len(lexicons()["color"].words)),
        ({"instruction": Instruction("by zorp", candidates=GROUNDS)}, "aligned(image | by zorp)", 2),
        (
            {"instruction": {"image": "group by color"}, "candidates": {"image": COLORS}},
            "aligned(image | color)",
            3,
        ),
        ({"candidates": lambda criterion: COLORS, "description": "{}"}, "aligned(image | {})", 3),
        ({"ignore": GROUNDS}, "aligned(image | without beach, forest)", 39),
    ],
)
def test_every_way_to_ask_is_taken(asked, column, dimension):
    found = embed(**asked)
    assert (found.column, found.dimension) == (column, dimension)


def test_a_column_alone_may_be_conditioned():
    found = cb.embed(scenes()["image"], encoder=AlignedEncoder(), cache=False, **BY_COLOR)
    np.testing.assert_array_equal(found.vectors, embed(**BY_COLOR).vectors)


def test_rows_that_cannot_be_embedded_are_skipped_as_ever():
    table = scenes()
    table["image"][4] = None
    found = embed(table=table, **BY_COLOR)
    assert [s.row for s in found.skipped] == [4]
    assert best(found, COLORS) == [c for row, c in enumerate(scenes()["color"]) if row != 4]


def test_where_no_row_can_be_embedded_the_first_reason_is_told():
    with pytest.raises(
        NothingToCluster, match="all 2 rows were skipped; row 0, column 'image': missing value"
    ):
        embed(table={"image": [None, None]}, modality="image", **BY_COLOR)


def test_other_words_encode_no_image_again(tmp_path):
    cache = Cache(tmp_path)
    first = AlignedEncoder()
    embed(encoder=first, cache=cache)
    assert len(first.images) == 24
    again = AlignedEncoder()
    embed(encoder=again, cache=cache, **BY_COLOR)
    embed(encoder=again, cache=cache, instruction="group by background")
    embed(encoder=again, cache=cache, candidates=GROUNDS, ignore=COLORS)
    assert again.images == []
    words = len(again.queries)
    embed(encoder=again, cache=cache, **BY_COLOR)
    assert (again.images, len(again.queries)) == ([], words)


def test_vectors_that_the_table_has_already_are_taken_under_a_description_too():
    encoder = AlignedEncoder()
    table = {"image": ["gone.png"] * 24, "aligned(image)": list(AlignedEncoder().encode(scenes()["image"]))}
    found = embed(table=table, encoder=encoder, modality="image", **BY_COLOR)
    np.testing.assert_array_equal(found.vectors, embed(**BY_COLOR).vectors)
    assert (encoder.images, found.column) == ([], "aligned(image | a {} thing)")


def test_vectors_of_another_encoder_under_its_name_are_refused():
    table = {"image": scenes()["image"], "aligned(image)": [[1.0, 2.0]] * 24}
    with pytest.raises(
        InvalidParameter, match="makes vectors of 40 dimensions, and those of column 'image' have 2"
    ):
        embed(table=table, **BY_COLOR)


def test_conditioned_vectors_in_the_table_are_not_taken_for_plain_ones():
    encoder = AlignedEncoder()
    table = {**scenes(), "aligned(image | a {} thing)": [[1.0, 2.0, 3.0]] * 24}
    assert embed(table=table, encoder=encoder).dimension == 40
    assert embed(table=table, encoder=encoder, **BY_COLOR).dimension == 3
    assert len(encoder.images) == 48


class Center(AlignedEncoder):
    """Sees the color in the middle of an image."""

    name = "center"

    def encode(self, items):
        self.images += items
        middles = [image.getpixel((image.width // 2, image.height // 2)) for image in items]
        return np.stack([self._vector(COLORS[int(np.argmax(middle))]) for middle in middles])


def halves():
    """Images whose left and right halves have a color each."""
    pure = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    images = []
    for row in range(9):
        image = Image.new("RGB", (16, 16), pure[row % 3])
        image.paste(pure[row // 3], (8, 0, 16, 16))
        images.append(image)
    return {"image": images}


def test_a_region_and_a_description_act_together(tmp_path):
    asked = {"description": "{}", "candidates": COLORS, "cache": Cache(tmp_path)}
    encoder = Center()
    left = embed(table=halves(), encoder=encoder, region=Box((0, 0), (0.5, 1)), **asked)
    right = embed(table=halves(), encoder=encoder, region={"image": Box((0.5, 0), (1, 1))}, **asked)
    assert left.column == "center(image in box 0,0,0.5,1 | {})"
    assert best(left, COLORS) == [COLORS[row % 3] for row in range(9)]
    assert best(right, COLORS) == [COLORS[row // 3] for row in range(9)]
    assert len(encoder.images) == 18
    embed(
        table=halves(), encoder=encoder, region=Box((0, 0), (0.5, 1)), **{**asked, "description": "a {} car"}
    )
    assert len(encoder.images) == 18


def test_a_region_alone_gives_vectors_of_the_encoders_own_dimensions():
    found = embed(table=halves(), encoder=Center(), region=Box((0, 0), (0.5, 1)))
    assert (found.column, found.dimension, found.space) == ("center(image in box 0,0,0.5,1)", 40, "center@1")


def test_whole_images_in_the_table_are_not_taken_for_regions():
    table = {**halves(), "center(image)": [[1.0] * 40] * 9}
    encoder = Center()
    embed(table=table, encoder=encoder, region=Box((0, 0), (0.5, 1)))
    assert len(encoder.images) == 9


# several columns


def test_each_column_has_an_instruction_of_its_own():
    found = embed(
        ["image", "caption"], encoder={"image": AlignedEncoder(), "caption": AlignedEncoder()},
        instruction={"image": "group by color"}, candidates={"image": COLORS, "caption": GROUNDS},
    )  # fmt: skip
    assert found.column == "aligned(image | color) + aligned(caption | beach, forest)"
    assert found.dimension == 5
    left, right = found.vectors[:, :3], found.vectors[:, 3:]
    assert [COLORS[place] for place in left.argmax(axis=1)] == scenes()["color"]
    assert [GROUNDS[place] for place in right.argmax(axis=1)] == scenes()["ground"]
    assert (left**2).sum(axis=1).mean() == pytest.approx(0.5, rel=1e-4)
    assert (right**2).sum(axis=1).mean() == pytest.approx(0.5, rel=1e-4)


def test_a_column_may_be_left_as_it_is_beside_one_that_is_conditioned():
    found = embed(
        {"image": 3, "caption": 1},
        encoder=AlignedEncoder(),
        description={"image": "{}"},
        candidates={"image": COLORS},
    )
    assert (found.column, found.dimension) == ("aligned(image | {}) + aligned(caption)", 43)
    assert (found.vectors[:, :3] ** 2).sum(axis=1).mean() == pytest.approx(0.75, rel=1e-4)


def test_other_words_are_another_space_also_beside_other_columns():
    spaces = {
        embed(["image", "caption"], candidates=words).space
        for words in (None, {"image": COLORS}, {"caption": COLORS}, {"image": GROUNDS})
    }
    assert len(spaces) == 4


def test_an_instruction_for_no_column_in_particular_is_refused_among_several():
    with pytest.raises(
        InvalidParameter, match=r"for 2 columns: say which it is for, as in description=\{'image': …\}"
    ):
        embed(["image", "caption"], description="a {} thing")


@pytest.mark.parametrize("option", ["instruction", "description", "candidates", "ignore", "region"])
def test_what_is_asked_of_a_column_that_is_not_embedded_is_an_error(option):
    with pytest.raises(UnknownColumn, match="no column 'imag'. Did you mean 'image'"):
        embed(**{option: {"imag": "a {} thing"}})


# which encoder


def test_an_encoder_that_is_chosen_is_aligned_with_language():
    with pytest.raises(InvalidParameter) as error:
        cb.embed(scenes(), "image", **BY_COLOR)
    assert str(error.value).startswith(
        "column 'image' is to be compared with words: no encoder for image cells that is here is aligned with language; "
    )
    assert "would be" in str(error.value)


def test_for_texts_there_is_one_that_learns_from_them():
    found = cb.embed(scenes(), "caption", candidates=COLORS)
    assert found.column == "lsa(caption | red, green, blue)"
    assert best(found, COLORS) == scenes()["color"]


@pytest.mark.parametrize(("cells", "name"), [([1.0, 2.0], "tabular"), ([[1.0, 2.0], [3.0, 4.0]], "identity")])
def test_cells_that_no_word_can_be_compared_with_are_refused(cells, name):
    with pytest.raises(InvalidParameter) as error:
        cb.embed({"x": cells}, "x", **BY_COLOR)
    assert str(error.value).startswith(
        f"description= needs an encoder with a text tower, and {name!r} has none: pass encoder= one that is aligned"
    )


def test_a_region_alone_needs_no_text_tower():
    found = cb.embed(halves(), "image", region=Box((0, 0), (0.5, 1)), cache=False)
    assert found.column == "color-gradient(image in box 0,0,0.5,1)"


@pytest.mark.parametrize(
    "asked",
    [
        {"instruction": "group by zorp"}, {"candidates": ["red"]}, {"description": "no place"}, {"candidates": "auto"},
        {"instruction": "by color", "encoder": AlignedEncoder(aligned=False)},
        {"instruction": Instruction("by color", method="prefix")},
        {"instruction": Instruction(candidates=COLORS, method="gradient")},
    ],
)  # fmt: skip
def test_a_mistake_about_words_costs_no_encoding(asked, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    encoder = asked.pop("encoder", AlignedEncoder())
    with pytest.raises(InvalidParameter):
        embed(encoder=encoder, **asked)
    assert encoder.images == encoder.queries == []


# texts


def test_an_encoder_that_follows_instructions_reads_a_sentence_before_each_text():
    encoder = FollowingEncoder()
    found = embed("caption", encoder=encoder, instruction="group by color")
    told = FollowingEncoder().instructed("group by color")
    np.testing.assert_array_equal(found.vectors, told.encode(scenes()["caption"]))
    assert set(encoder.texts) == {f"Task: group by color\n{caption}" for caption in scenes()["caption"]}
    assert encoder.queries == []
    assert (found.column, found.space) == ("aligned(caption | group by color)", "aligned@1+group by color")


def test_texts_are_kept_for_each_instruction_apart(tmp_path):
    cache, captions = Cache(tmp_path), len(set(scenes()["caption"]))

    def encoded(**asked):
        encoder = FollowingEncoder()
        embed("caption", encoder=encoder, cache=cache, **asked)
        return len(encoder.texts)

    assert [encoded(), encoded(instruction="by color"), encoded(instruction="by ground")] == 3 * [captions]
    assert [encoded(), encoded(instruction="by color"), encoded(instruction="by ground")] == [0, 0, 0]


def test_vectors_in_the_table_are_not_taken_for_those_of_an_instruction_nor_the_other_way_round():
    table = {"caption": scenes()["caption"], "aligned(caption)": [[1.0] * 40] * 24}
    told = embed("caption", table, encoder=FollowingEncoder(), instruction="by color")
    assert len(np.unique(told.vectors, axis=0)) > 1
    table = {"caption": scenes()["caption"], told.column: [[1.0] * 40] * 24}
    assert len(np.unique(embed("caption", table, encoder=FollowingEncoder()).vectors, axis=0)) > 1


@pytest.mark.parametrize(
    "asked",
    [
        {"instruction": "group by color", "candidates": COLORS},
        {"instruction": "group by color", "candidates": COLORS, "description": "a {} thing"},
        BY_COLOR,
        {"instruction": Instruction("group by color", candidates=COLORS, method="scores")},
    ],
)
def test_with_words_texts_are_compared_with_them_also_by_such_an_encoder(asked):
    encoder = FollowingEncoder()
    found = embed("caption", encoder=encoder, **asked)
    assert set(encoder.texts) == set(scenes()["caption"])
    assert (found.dimension, best(found, COLORS)) == (3, scenes()["color"])


@pytest.mark.parametrize(("by", "encoder"), [("caption", AlignedEncoder), ("image", FollowingEncoder)])
def test_a_prefix_is_refused_where_nobody_reads_it(by, encoder):
    with pytest.raises(InvalidParameter, match="method='prefix'"):
        embed(by, encoder=encoder(), instruction=Instruction("group by color", method="prefix"))
