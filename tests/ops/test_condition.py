import logging

import numpy as np
import pytest

from clusterby.core.embeddings import Embeddings, LateEmbeddings
from clusterby.core.errors import InvalidParameter, NothingToCluster
from clusterby.core.modality import Modality
from clusterby.encoders.lsa import LsaEncoder
from clusterby.instructions import Instruction, fit_subspace
from clusterby.instructions.lexicons import lexicons
from clusterby.instructions.prompts import fill_templates, mean_directions
from clusterby.ops.condition import check_condition, condition, told_encoder

from .aligned_encoders import COLORS, DIMENSION, GROUNDS, AlignedEncoder, FollowingEncoder, scenes
from .counting import CountingEncoder

IMAGES = scenes()["image"]
VECTORS = AlignedEncoder().encode(IMAGES)
BY_COLOR = Instruction(description="a {} thing", candidates=COLORS)


def embeddings(vectors=VECTORS, column="aligned(image)"):
    return Embeddings(
        vectors=vectors,
        rows=np.arange(len(vectors)) * 2,
        n_rows=2 * len(vectors),
        column=column,
        space="aligned@1",
    )


def conditioned(instruction=BY_COLOR, encoder=None, vectors=None, modality=Modality.IMAGE, **options):
    return condition(
        embeddings() if vectors is None else vectors,
        encoder or AlignedEncoder(), modality, instruction, column="image", **options,
    )  # fmt: skip


def directions(words, *templates):
    return mean_directions(AlignedEncoder().encode_queries(fill_templates(words, templates)), len(templates))


# how an instruction is carried out


def test_vectors_are_compared_with_the_words_in_their_templates():
    found = conditioned()
    expected = fit_subspace(VECTORS, directions(COLORS, "a {} thing"))
    np.testing.assert_array_equal(found.apply(embeddings()).vectors, expected.transform(VECTORS))
    np.testing.assert_array_equal(found.words, expected.transform_queries(directions(COLORS, "a {} thing")))


def test_it_is_told_how_it_was_carried_out():
    followed = conditioned().followed
    assert (followed.column, followed.method, followed.about) == ("image", "scores", "a {} thing")
    assert (followed.words, followed.templates, followed.source) == (tuple(COLORS), ("a {} thing",), "given")
    assert (followed.ignored, followed.prompt, followed.region, followed.warnings) == ((), None, None, ())
    assert followed.chance == 2 / DIMENSION
    assert 0.1 < followed.explained < 0.5


@pytest.mark.parametrize(
    ("instruction", "about"),
    [
        (Instruction("group by color", candidates=COLORS), "color"),
        (Instruction("group by zorp", candidates=COLORS), "group by zorp"),
        (
            Instruction("group by " + "zorp " * 20, candidates=COLORS),
            "group by zorp zorp zorp zorp zorp zorp…",
        ),
        (Instruction(candidates=COLORS), "red, green, blue"),
        (Instruction(ignore="color"), "without color"),
        (Instruction(ignore=["beach", "forest"]), "without beach, forest"),
    ],
)
def test_what_vectors_are_about_is_said_in_few_words(instruction, about):
    assert conditioned(instruction).followed.about == about


def test_the_words_of_a_lexicon_are_put_into_its_templates():
    found = conditioned(Instruction("group by color")).followed
    color = lexicons()["color"]
    assert (found.words, found.templates, found.source) == (color.words, color.templates, "lexicon 'color'")


def test_rows_and_skipped_rows_stay_what_they_are_and_the_space_has_a_name_of_its_own():
    before = embeddings()
    after = conditioned().apply(before)
    assert after.rows.tolist() == before.rows.tolist()
    assert (after.n_rows, after.skipped) == (before.n_rows, before.skipped)
    assert after.column == "aligned(image | a {} thing)"
    assert after.space.startswith("aligned@1|")


@pytest.mark.parametrize(
    ("column", "name"),
    [("clip(image)", "clip(image | a {} thing)"), ("vectors", "vectors | a {} thing"), ("", " | a {} thing")],
)
def test_the_hidden_column_is_named_after_what_it_is_about(column, name):
    assert conditioned().apply(embeddings(column=column)).column == name


def test_the_space_differs_by_words_method_and_temperature_and_by_nothing_else():
    spaces = [
        conditioned(Instruction(description="a {} thing", candidates=words, method=method), AlignedEncoder(logit_scale=scale))
        .apply(embeddings())
        .space
        for words, method, scale in [
            (COLORS, "scores", 5.0), (COLORS, None, 6.0), (COLORS, "softmax", 5.0), (COLORS, "softmax", 6.0),
            (GROUNDS, "scores", 5.0), (COLORS, "mask", 5.0),
        ]
    ]  # fmt: skip
    assert spaces[0] == spaces[1]
    assert len(set(spaces)) == 5


def test_it_knows_its_own_vectors_from_others():
    how, other = conditioned(), conditioned(Instruction(candidates=GROUNDS))
    assert how.did(how.apply(embeddings()))
    assert not how.did(embeddings())
    assert not how.did(other.apply(embeddings()))


def test_the_model_says_what_cosines_are_multiplied_with():
    softmax = Instruction(description="{}", candidates=COLORS, method="softmax")
    assert conditioned(softmax, AlignedEncoder(logit_scale=57.0)).subspace.scale == 57
    assert conditioned(softmax, AlignedEncoder(logit_scale=None)).subspace.scale == 20
    assert conditioned(softmax, AlignedEncoder()).subspace.scale == 20


def test_the_gradient_is_that_of_the_instruction_itself():
    encoder = AlignedEncoder()
    found = conditioned(Instruction("by hue", candidates=COLORS, method="gradient"), encoder)
    assert encoder.queries[-1] == "by hue"
    expected = fit_subspace(
        VECTORS, directions(COLORS, "a photo of something {}", "a photo of {} objects", "a mostly {} picture"),
        method="gradient", asked=encoder._vector("by hue"),
    )  # fmt: skip
    np.testing.assert_array_equal(found.subspace.directions, expected.directions)


def test_vectors_that_are_read_late_can_be_conditioned():
    late = LateEmbeddings(
        lambda: VECTORS,
        dimension=DIMENSION,
        rows=np.arange(24),
        n_rows=24,
        column="aligned(image)",
        space="s",
    )
    how = conditioned(vectors=late)
    np.testing.assert_array_equal(how.apply(late).vectors, how.apply(embeddings()).vectors)


def test_texts_are_embedded_by_the_text_tower_and_no_image_is():
    encoder = AlignedEncoder()
    conditioned(encoder=encoder)
    assert encoder.queries == ["a red thing", "a green thing", "a blue thing"]
    assert encoder.images == encoder.texts == []


def test_a_function_for_words_is_called_once():
    calls = []

    def name(criterion):
        calls.append(criterion)
        return COLORS

    assert conditioned(Instruction("by zorp", candidates=name)).followed.source == "returned by name"
    assert calls == ["by zorp"]


def test_words_may_be_proposed():
    found = conditioned(Instruction("by zorp", candidates="auto"), propose=lambda criterion: COLORS).followed
    assert (found.words, found.source) == (tuple(COLORS), "proposed by a language model")


def test_a_fitted_encoder_embeds_words_in_the_space_of_its_corpus():
    captions = scenes()["caption"]
    encoder = LsaEncoder().fit(captions)
    vectors = Embeddings(
        vectors=encoder.encode(captions), rows=np.arange(24), n_rows=24, column="lsa(caption)", space="s"
    )
    found = conditioned(Instruction(candidates=COLORS), encoder, vectors, Modality.TEXT)
    best = found.subspace.transform(vectors.vectors).argmax(axis=1)
    assert [COLORS[place] for place in best] == scenes()["color"]


# what is ignored


def test_a_criterion_that_is_ignored_is_gone_and_said():
    found = conditioned(Instruction(candidates=COLORS, ignore=["beach", "forest"]))
    assert found.followed.ignored == ("beach", "forest")
    moved = VECTORS + np.eye(DIMENSION, dtype=np.float32)[3] - np.eye(DIMENSION, dtype=np.float32)[4]
    np.testing.assert_allclose(found.subspace.transform(moved), found.subspace.transform(VECTORS), atol=1e-5)


def test_one_word_to_ignore_is_compared_with_none():
    encoder = AlignedEncoder()
    found = conditioned(Instruction(candidates=COLORS, ignore="beach"), encoder)
    assert found.followed.ignored == ("beach",)
    assert encoder.queries[-3:] == ["a photo of", "a picture of", "something"]


def test_what_is_ignored_may_be_all_that_is_said():
    found = conditioned(Instruction(ignore=GROUNDS))
    followed = found.followed
    assert (followed.method, followed.words, followed.ignored) == ("ignore", (), ("beach", "forest"))
    assert (found.words.shape, followed.chance) == ((0, DIMENSION - 1), (DIMENSION - 1) / DIMENSION)
    assert followed.explained < 0.5
    after = found.apply(embeddings()).vectors
    assert after.shape == (24, DIMENSION - 1)
    for row in range(6):  # all rows of a color are now near each other, whatever their ground
        nearest = np.linalg.norm(after - after[row], axis=1).argsort()[:4]
        assert set(nearest % 3) == {row % 3}


# what to know before it is believed


def test_words_that_are_one_to_the_encoder_are_told(caplog):
    words = ["red", "Red", "RED", "green", "blue"]
    with caplog.at_level(logging.WARNING):
        followed = conditioned(Instruction(description="{}", candidates=words)).followed
    assert followed.warnings == (
        "words that mean the same to the encoder: 'red' and 'Red', 'red' and 'RED', 'Red' and 'RED'",
    )
    assert [record.message for record in caplog.records] == [f"image: {followed.warnings[0]}"]


@pytest.mark.parametrize(("more", "shown"), [(0, "3 more pairs"), (1, "7 more pairs")])
def test_of_many_such_words_three_pairs_are_shown(more, shown):
    words = ["red", "Red", "RED", "rEd", "reD"][: 4 + more]
    warning = conditioned(Instruction(description="{}", candidates=[*words, "green"])).followed.warnings[0]
    assert warning.endswith(f"'red' and 'Red', 'red' and 'RED', 'red' and 'rEd' and {shown}")


def test_words_that_hold_no_more_than_chance_are_told():
    followed = conditioned(Instruction(description="{}", candidates=["zorp", "blip", "wug"])).followed
    share = f"{followed.explained:.1%}"
    assert followed.warnings == (
        f"the words hold {share} of the vectors' variance, and as many random directions {followed.chance:.1%}: the encoder "
        "hardly sees what they are about",
    )


def test_words_that_span_all_there_is_are_not_suspected():
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)

    class Plane(AlignedEncoder):
        def encode_queries(self, queries):
            return np.stack([[1, 0] if "red" in q else [0, 1] if "green" in q else [-1, 0] for q in queries])

    found = conditioned(
        Instruction(description="{}", candidates=COLORS), Plane(), embeddings(vectors)
    ).followed
    assert (found.chance, found.warnings) == (1, ())


# refusals


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["Red", "red"], "'Red', 'red'"),
        (["Red", "red", "RED"], "'Red', 'red', 'RED'"),
        (["Red", "red", "RED", "reD"], "'Red', 'red', 'RED', …"),
    ],
)
def test_words_that_the_encoder_does_not_tell_apart_are_refused(words, shown):
    with pytest.raises(InvalidParameter) as error:
        conditioned(Instruction(description="{}", candidates=words))
    assert str(error.value) == (
        f"the encoder tells none of the {len(words)} words apart ({shown}): it does not know them; choose other words or "
        "another encoder"
    )


def test_words_that_differ_only_in_what_is_ignored_are_refused():
    with pytest.raises(InvalidParameter, match="the words differ in nothing but what is to be ignored"):
        conditioned(Instruction(candidates=GROUNDS, ignore=GROUNDS))


def test_a_word_that_the_encoder_knows_nothing_of_is_refused():
    encoder = LsaEncoder().fit(scenes()["caption"])
    vectors = embeddings(encoder.encode(scenes()["caption"]))
    with pytest.raises(InvalidParameter, match="the encoder gives 1 of 2 words a vector of zeros"):
        conditioned(Instruction(description="{}", candidates=["red", "ξψω"]), encoder, vectors, Modality.TEXT)


def test_an_encoder_that_did_not_make_the_vectors_is_refused():
    with pytest.raises(InvalidParameter) as error:
        conditioned(vectors=embeddings(np.eye(7, dtype=np.float32)))
    assert str(error.value) == (
        f"encoder 'aligned' makes vectors of {DIMENSION} dimensions, and those of column 'image' have 7: it did not make them"
    )


def test_without_vectors_there_is_nothing_to_compare():
    nothing = Embeddings(
        vectors=np.empty((0, 1), np.float32), rows=np.empty(0, np.int64), n_rows=3, column="v", space="s"
    )
    with pytest.raises(NothingToCluster) as error:
        conditioned(vectors=nothing)
    assert str(error.value) == "column 'image' has no vectors to compare with words: give at least one row"


@pytest.mark.parametrize(
    ("said", "purpose"),
    [
        ({"description": "a {} thing", "candidates": COLORS, "text": "by color"}, "description="),
        ({"text": "by color"}, "instruction="),
        ({"candidates": COLORS}, "candidates="),
        ({"ignore": "color"}, "ignore="),
    ],
)
def test_an_encoder_without_a_text_tower_is_refused_under_the_name_of_what_was_asked(said, purpose):
    for refused in (
        lambda: conditioned(Instruction(**said), CountingEncoder()),
        lambda: check_condition(CountingEncoder(), Modality.IMAGE, Instruction(**said)),
    ):
        with pytest.raises(InvalidParameter) as error:
            refused()
        assert str(error.value).startswith(
            f"{purpose} needs an encoder with a text tower, and 'counting' has none"
        )


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        (Instruction("by zorp"), "no candidate words for 'by zorp'"),
        (Instruction("by color", candidates=["red"]), "'red' alone tells nothing apart"),
        (Instruction("by color", candidates="auto"), "no language model is at hand"),
        (Instruction(candidates=COLORS, method="gradient"), "give instruction= or description="),
        (
            Instruction("by color", method="prefix"),
            "method='prefix' is for texts that are still to be encoded",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_refused_before_any_text_is_embedded(instruction, message):
    encoder = AlignedEncoder()
    with pytest.raises(InvalidParameter, match=message):
        check_condition(encoder, Modality.IMAGE, instruction)
    with pytest.raises(InvalidParameter, match=message):
        conditioned(instruction, encoder)
    assert encoder.queries == []


def test_a_check_calls_no_function_for_words():
    def never(criterion):
        raise AssertionError("called")

    check_condition(AlignedEncoder(), Modality.IMAGE, Instruction("by zorp", candidates=never))
    check_condition(
        AlignedEncoder(), Modality.IMAGE, Instruction("by zorp", candidates="auto"), propose=never
    )
    check_condition(AlignedEncoder(), Modality.IMAGE, Instruction(ignore="zorp"))


# encoders that are told


def told(instruction, encoder=None, modality=Modality.TEXT):
    return told_encoder(encoder or FollowingEncoder(), modality, instruction, "caption")


def test_an_encoder_that_follows_instructions_is_told_a_sentence():
    encoder, followed = told(Instruction("group by color"))
    assert (encoder.prompt, encoder.revision) == ("Task: group by color\n", "1+group by color")
    assert (followed.column, followed.method, followed.about) == ("caption", "prefix", "group by color")
    assert (followed.prompt, followed.words) == ("Task: group by color\n", ())
    assert told(Instruction("group by color", method="prefix"))[1] == followed
    assert told(Instruction("group by color", region="boxes"))[1] == followed


def test_a_long_sentence_is_told_whole_and_named_in_short():
    encoder, followed = told(Instruction("group by " + "what it says " * 9))
    assert len(encoder.prompt) > 100
    assert len(followed.about) == 40


@pytest.mark.parametrize(
    "said",
    [{"candidates": COLORS}, {"description": "a {} thing"}, {"ignore": "color"}, {"method": "scores"}],
)
def test_where_there_is_more_to_do_than_telling_words_do_it(said):
    assert told(Instruction("group by color", **said)) is None


@pytest.mark.parametrize(
    ("instruction", "encoder", "modality"),
    [
        (Instruction("group by color"), AlignedEncoder(), Modality.TEXT),
        (Instruction("group by color"), FollowingEncoder(instructed=lambda task: None), Modality.TEXT),
        (Instruction("group by color"), FollowingEncoder(), Modality.IMAGE),
        (Instruction(description="a {} color"), FollowingEncoder(), Modality.TEXT),
    ],
)
def test_where_it_cannot_be_told_words_do_it(instruction, encoder, modality):
    assert told(instruction, encoder, modality) is None


@pytest.mark.parametrize(
    ("said", "modality"),
    [
        ({"text": "by color"}, Modality.IMAGE),
        ({"description": "a {} color"}, Modality.TEXT),
        ({"text": "by color", "candidates": COLORS}, Modality.TEXT),
        ({"text": "by color", "description": "a {} color"}, Modality.TEXT),
        ({"text": "by color", "ignore": "shape"}, Modality.TEXT),
    ],
)
def test_telling_that_was_asked_for_and_does_not_fit_is_refused(said, modality):
    with pytest.raises(InvalidParameter) as error:
        told(Instruction(**said, method="prefix"), modality=modality)
    assert str(error.value) == (
        "method='prefix' on column 'caption': it is for texts and an instruction in words alone, without description, "
        "candidates or ignore; leave method out"
    )


@pytest.mark.parametrize("encoder", [AlignedEncoder(), FollowingEncoder(instructed=lambda task: None)])
def test_telling_an_encoder_that_does_not_listen_is_refused(encoder):
    with pytest.raises(InvalidParameter) as error:
        told(Instruction("by color", method="prefix"), encoder)
    assert str(error.value) == (
        "method='prefix': encoder 'aligned' was not trained to follow instructions; choose one that was, such as "
        "'qwen3-embedding', or leave method out"
    )
