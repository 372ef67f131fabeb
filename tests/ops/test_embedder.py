import numpy as np
import pytest

from clusterby.core.errors import UnknownColumn
from clusterby.ops.embed import fit_embedder
from clusterby.tables import open_table

from .aligned_encoders import COLORS, GROUNDS, AlignedEncoder, FollowingEncoder, scenes

TITLES = ["a red bike", "red wine", "a blue bike", "white wine", "a bike for two", "wine of the year"]
TABLE = {"t": TITLES, "n": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "v": np.eye(6)}


def fitted(*names):
    table = open_table(TABLE)
    return fit_embedder({n: table.column(n) for n in names}, {n: 1 / len(names) for n in names})


@pytest.mark.parametrize("names", [("t",), ("n",), ("v",), ("t", "n"), ("n", "v", "t")])
def test_the_rows_it_was_fitted_to_get_the_same_vectors_again(names):
    embedder, embeddings = fitted(*names)
    again = embedder.embed(open_table(TABLE))
    np.testing.assert_allclose(again.vectors, embeddings.vectors, atol=1e-6)
    assert (again.space, again.column) == (embeddings.space, embeddings.column)


@pytest.mark.parametrize("names", [("t",), ("n",), ("t", "n")])
def test_a_row_gets_the_same_vector_in_another_table(names):
    embedder, embeddings = fitted(*names)
    part = {name: [TABLE[name][4], TABLE[name][1]] for name in names}
    np.testing.assert_allclose(
        embedder.embed(open_table(part)).vectors, embeddings.vectors[[4, 1]], atol=1e-6
    )


def test_the_space_names_the_corpus_where_the_encoder_learned_from_it():
    table = open_table({"t": TITLES[:4]})
    other = fit_embedder({"t": table.column("t")}, {"t": 1.0})[1]
    assert fitted("t")[1].space.startswith("lsa@1#")
    assert fitted("t")[1].space != other.space


def test_a_table_without_the_column_is_an_error():
    with pytest.raises(UnknownColumn, match="no column 't'"):
        fitted("t")[0].embed(open_table({"x": [1]}))


# what vectors should be about


def asked(*names, encoder=None, **asked):
    table = open_table(scenes())
    columns = {name: table.column(name) for name in names}
    return fit_embedder(
        columns,
        dict.fromkeys(names, 1 / len(names)),
        encoder=encoder or AlignedEncoder(),
        table=table,
        **asked,
    )


ASKED = [
    (["image"], {"candidates": COLORS}),
    (["image"], {"candidates": COLORS, "ignore": GROUNDS}),
    (["caption"], {"instruction": "group by color"}),
    (["image", "caption"], {"candidates": {"image": COLORS, "caption": GROUNDS}}),
    (["image", "caption"], {"instruction": {"caption": "group by color"}, "candidates": {"image": GROUNDS}}),
]


@pytest.mark.parametrize(("names", "how"), ASKED)
def test_rows_get_the_same_conditioned_vectors_again_to_the_last_bit_and_in_another_table(names, how):
    embedder, embeddings = asked(*names, encoder=FollowingEncoder(), **how)
    again = embedder.embed(open_table(scenes()))
    np.testing.assert_array_equal(again.vectors, embeddings.vectors)
    assert (again.space, again.column) == (embeddings.space, embeddings.column)
    assert (embedder.space, embedder.column) == (embeddings.space, embeddings.column)
    part = {name: [scenes()[name][row] for row in (7, 2, 19)] for name in names}
    np.testing.assert_array_equal(embedder.embed(open_table(part)).vectors, embeddings.vectors[[7, 2, 19]])


def test_new_rows_are_compared_with_the_words_and_the_mean_of_the_first_table():
    embedder, _ = asked("image", candidates=COLORS)
    only_red = {
        "image": [
            image for image, color in zip(scenes()["image"], scenes()["color"], strict=True) if color == "red"
        ]
    }
    assert (embedder.embed(open_table(only_red)).vectors.argmax(axis=1) == COLORS.index("red")).all()


def test_vectors_that_another_table_has_already_are_conditioned_too():
    encoder = AlignedEncoder()
    embedder, embeddings = asked("image", encoder=encoder, candidates=COLORS)
    encoder.images.clear()
    table = {"image": ["gone.png"] * 24, "aligned(image)": list(AlignedEncoder().encode(scenes()["image"]))}
    np.testing.assert_array_equal(embedder.embed(open_table(table)).vectors, embeddings.vectors)
    assert encoder.images == []


def test_new_rows_ask_for_no_words_again():
    encoder = AlignedEncoder()
    embedder, _ = asked("image", encoder=encoder, candidates=COLORS)
    encoder.queries.clear()
    embedder.embed(open_table(scenes()))
    assert encoder.queries == []


def test_joined_vectors_can_be_taken_apart_again():
    embedder, embeddings = asked("image", "caption", candidates={"image": COLORS})
    left, right = embedder.split(embeddings.vectors)
    np.testing.assert_allclose(left, asked("image", candidates=COLORS)[1].vectors, atol=1e-6)
    np.testing.assert_allclose(right, asked("caption")[1].vectors, atol=1e-6)
    alone, vectors = asked("image", candidates=COLORS)
    assert alone.split(vectors.vectors)[0] is vectors.vectors


def test_each_part_says_how_its_instruction_was_carried_out():
    embedder, _ = asked(
        "image", "caption", "color", encoder={"image": AlignedEncoder(), "caption": FollowingEncoder()},
        modality={"color": "category"}, instruction={"image": "group by color", "caption": "group by color"},
    )  # fmt: skip
    image, caption, color = embedder.parts
    assert (image.followed.column, image.followed.method, image.followed.source) == (
        "image",
        "scores",
        "lexicon 'color'",
    )
    assert (caption.followed.method, caption.followed.prompt) == ("prefix", "Task: group by color\n")
    assert (color.followed, color.conditioned, caption.conditioned) == (None, None, None)
    assert embedder.column == "aligned(image | color) + aligned(caption | group by color) + tabular(color)"
