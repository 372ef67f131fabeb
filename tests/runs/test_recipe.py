from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.encoders import FunctionEncoder, SentenceTransformerEncoder
from clusterby.instructions import Box, Boxes, Polygon
from clusterby.runs.recipe import _plain_region, again, recipes_of, region_of
from clusterby.runs.some_rows import SomeRows
from clusterby.tables import open_table

TEXTS = {"t": ["a red bike", "a blue bike", "red wine", "white wine of 1990", "a bike and a bell"] * 3}
NEW = open_table({"t": ["a red bell", "wine"]})


def lengths(texts):
    return [[len(text), text.count("i"), 1.0] for text in texts]


def embedder_of(table, by, **options):
    return cb.clusterby(table, by, n_clusters=2, cache=False, **options)._making.embedder


def test_an_encoder_that_is_fitted_is_fitted_again_to_the_same_rows():
    embedder = embedder_of(TEXTS, "t", modality="text", encoder="lsa")
    found = again(recipes_of(embedder), lambda: open_table(TEXTS))
    np.testing.assert_array_equal(found.embed(NEW).vectors, embedder.embed(NEW).vectors)
    assert found.parts[0].choice.reason == embedder.parts[0].choice.reason


def test_and_to_others_it_is_refused():
    recipes = recipes_of(embedder_of(TEXTS, "t", modality="text", encoder="lsa"))
    fewer = SomeRows(open_table(TEXTS), np.arange(5))
    with pytest.raises(
        InvalidVectors, match="'lsa' learns from all rows, and not all of those it learned from are here"
    ):
        again(recipes, lambda: fewer).embed(NEW)


def test_nothing_is_fitted_before_rows_come():
    recipes = recipes_of(embedder_of(TEXTS, "t", modality="text", encoder="lsa"))
    found = again(recipes, lambda: pytest.fail("too early"))
    assert found.parts[0].choice.name == "lsa"


def test_columns_stand_side_by_side_as_they_stood():
    table = {"v": np.eye(6).tolist(), "x": [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]}
    embedder = embedder_of(table, {"v": 1, "x": 3})
    found = again(recipes_of(embedder), lambda: open_table(table)).embed(open_table(table))
    np.testing.assert_array_equal(found.vectors, embedder.embed(open_table(table)).vectors)
    assert found.space == embedder.space


def test_a_function_is_given_again_or_its_vectors_are():
    function = FunctionEncoder(lengths, name="lengths", revision="1")
    recipes = recipes_of(embedder_of(TEXTS, "t", modality="text", encoder=function))
    assert recipes[0].encoder is None
    with pytest.raises(
        InvalidParameter, match="made by 'lengths', .* with encoder=, or the rows' vectors with embeddings="
    ):
        again(recipes, lambda: NEW)
    for encoder in (function, {"t": function}):
        assert again(recipes, lambda: NEW, encoder=encoder).embed(NEW).vectors.tolist() == [
            [10, 0, 1],
            [4, 1, 1],
        ]
    other = FunctionEncoder(lengths, name="lengths", revision="2")
    with pytest.raises(InvalidVectors, match=r"is not what it was when they were made \(revision '1'\)"):
        again(recipes, lambda: NEW, encoder=other).embed(NEW)


class Told:
    """Reads a task before each text, and puts it into its vectors."""

    name, instruct = "told", "Task: {}.\nText: "

    def __init__(self, prompt=None):
        self.prompt = prompt
        self.revision = f"1+{prompt}"

    def instructed(self, task):
        return Told(self.instruct.replace("{}", task))

    def encode(self, items):
        return np.array([[len(text), len(self.prompt or "")] for text in items], dtype=np.float32)

    def encode_queries(self, queries):
        raise AssertionError


def test_an_encoder_that_was_told_something_is_told_it_again():
    embedder = embedder_of(TEXTS, "t", modality="text", encoder=Told(), instruction="by mood: {odd}")
    recipes = recipes_of(embedder)
    assert recipes[0].prompt == "Task: by mood: {odd}.\nText: "
    found = again(recipes, lambda: NEW, encoder=Told(), followed=[embedder.parts[0].followed])
    assert found.embed(NEW).vectors.tolist() == [[10, 28], [4, 28]]
    assert found.parts[0].followed == embedder.parts[0].followed


@pytest.mark.parametrize(
    "region",
    [
        Box((0, 0), (0.5, 1)), Box((0.1, 0), (0.5, 1), invert=True), Polygon([(0, 0), (1, 0), (0.5, 1)]), Boxes("boxes"),
        Boxes("boxes", unit="pixels", invert=True),
    ],
)  # fmt: skip
def test_regions_come_back_from_plain_values(region):
    plain = _plain_region(region)
    assert region_of({name: list(v) if isinstance(v, tuple) else v for name, v in plain.items()}) == region


def test_vectors_that_were_given_have_no_recipe():
    assert recipes_of(None) == ()


def test_a_registered_encoder_of_another_revision_is_refused():
    recipes = recipes_of(embedder_of({"v": [[0.0], [1.0]]}, "v"))
    with pytest.raises(InvalidVectors, match="'identity' is not what it was"):
        again([replace(recipes[0], revision="0")], lambda: NEW).embed(open_table({"v": [[0.0]]}))


def test_a_model_in_a_folder_is_asked_for_by_its_path():
    model = Path(__file__).parents[1] / "models" / "tiny-clip"
    embedder = embedder_of(TEXTS, "t", modality="text", encoder=str(model))
    recipes = recipes_of(embedder)
    assert recipes[0].encoder == str(model)
    found = again(recipes, lambda: NEW)
    np.testing.assert_allclose(found.embed(NEW).vectors, embedder.embed(NEW).vectors, atol=1e-5)


def test_a_model_of_one_s_own_that_bears_a_registered_name_is_asked_for_by_its_path():
    model = Path(__file__).parents[1] / "models" / "tiny-clip"
    encoder = SentenceTransformerEncoder(model, name="clip")
    recipe = recipes_of(embedder_of(TEXTS, "t", modality="text", encoder=encoder))[0]
    assert (recipe.name, recipe.encoder) == ("clip", str(model))
