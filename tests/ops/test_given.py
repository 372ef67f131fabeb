import numpy as np
import pytest

from clusterby.core.errors import InvalidParameter, InvalidVectors, UnknownEncoder
from clusterby.core.modality import Modality
from clusterby.encoders.lsa import LsaEncoder
from clusterby.instructions import Instruction
from clusterby.ops.condition import condition
from clusterby.ops.given import condition_given, given_embeddings

from .aligned_encoders import COLORS, GROUNDS, AlignedEncoder, scenes
from .counting import CountingEncoder


def test_an_array_becomes_embeddings():
    found = given_embeddings(np.eye(3), n_rows=3)
    assert (len(found), found.dimension, found.column) == (3, 3, "identity(embeddings)")


def test_embeddings_stay_what_they_are():
    found = given_embeddings(np.eye(3))
    assert given_embeddings(found, n_rows=3, dimension=3) is found


def test_rows_that_are_missing_or_not_finite_are_skipped():
    found = given_embeddings([[1.0, 2.0], None, [np.inf, 1.0], [3.0, 4.0]])
    assert found.rows.tolist() == [0, 3]
    assert [s.row for s in found.skipped] == [1, 2]


def test_too_many_rows_or_dimensions_are_refused():
    with pytest.raises(
        InvalidVectors, match="embeddings for 3 rows, but the table has 4: give one vector per row"
    ):
        given_embeddings(np.eye(3), n_rows=4)
    with pytest.raises(InvalidVectors, match="vectors of 3 dimensions, but the clusters were made in 2"):
        given_embeddings(np.eye(3), dimension=2)


# what they should be about

VECTORS = given_embeddings(AlignedEncoder().encode(scenes()["image"]))


def conditioned(encoder=None, columns=("image",), vectors=VECTORS, **asked):
    return condition_given(vectors, columns, AlignedEncoder() if encoder is None else encoder, **asked)


def test_nothing_asked_does_nothing_whatever_made_them():
    assert conditioned("auto") is None
    assert conditioned("auto", instruction=None, candidates=None) is None


@pytest.mark.parametrize("encoder", [AlignedEncoder(), {"image": AlignedEncoder()}])
def test_they_are_compared_with_words_by_the_text_tower_of_what_made_them(encoder):
    found = conditioned(encoder, candidates=COLORS)
    expected = condition(
        VECTORS, AlignedEncoder(), Modality.VECTOR, Instruction(candidates=COLORS), column="image"
    )
    np.testing.assert_array_equal(found.apply(VECTORS).vectors, expected.apply(VECTORS).vectors)
    assert found.followed == expected.followed
    assert found.apply(VECTORS).column == "identity(embeddings | red, green, blue)"


def test_no_cell_is_encoded():
    encoder = AlignedEncoder()
    conditioned(encoder, candidates=COLORS)
    assert encoder.images == encoder.texts == []


def test_of_several_columns_one_may_say_what_their_vectors_are_about():
    found = conditioned(columns=["image", "caption"], candidates={"caption": COLORS})
    assert found.followed.column == "caption"


def test_a_fitted_encoder_itself_knows_the_words_of_its_corpus():
    encoder = LsaEncoder().fit(scenes()["caption"])
    found = conditioned(
        encoder, vectors=given_embeddings(encoder.encode(scenes()["caption"])), candidates=COLORS
    )
    assert found.followed.words == tuple(COLORS)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"encoder": "auto"}, "an instruction with vectors that are given: say with encoder= what made them, and the words get "
         "vectors of the same space"),
        ({"encoder": {"caption": AlignedEncoder()}}, "an instruction with vectors that are given: say with encoder= what made "
         "them, and the words get vectors of the same space"),
        ({"region": "boxes"}, "region= with vectors that are given: they are of whole cells; leave one out"),
        ({"encoder": "lsa"}, "encoder 'lsa' makes another space of every corpus: give the fitted encoder itself, or leave "
         "embeddings out"),
        ({"encoder": CountingEncoder()}, "candidates= needs an encoder with a text tower, and 'counting' has none: pass "
         "encoder= one that is aligned with language (clusterby encoders)"),
        ({"encoder": lambda cells: cells}, "candidates= needs an encoder with a text tower, and 'lambda' has none: pass "
         "encoder= one that is aligned with language (clusterby encoders)"),
        ({"encoder": "color-gradient"}, "candidates= needs an encoder with a text tower, and 'color-gradient' has none: pass "
         "encoder= one that is aligned with language (clusterby encoders)"),
        ({"encoder": 3}, "encoder=3: give a registered name, 'auto', an Encoder or a function of a list of cells"),
        ({"vectors": given_embeddings(np.eye(3))}, "encoder 'aligned' makes vectors of 40 dimensions, and those of column "
         "'image' have 3: it did not make them"),
        ({"columns": ["image", "caption"], "candidates": {"image": COLORS, "caption": GROUNDS}}, "instructions for 2 columns "
         "with vectors that are given: these are of all columns together; give one instruction, or leave embeddings out"),
        ({"instruction": Instruction("by color", method="prefix"), "candidates": None}, "method='prefix' is for texts that are "
         "still to be encoded: leave method out"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_with_them_is_refused(how, message):
    with pytest.raises(InvalidParameter) as error:
        conditioned(**{"candidates": COLORS, **how})
    assert str(error.value) == message


def test_an_encoder_that_nobody_knows_is_an_error_with_the_nearest():
    with pytest.raises(UnknownEncoder, match="no encoder 'clp'. Did you mean 'clip'"):
        conditioned("clp", candidates=COLORS)
