from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import clusterby as cb
from clusterby.core.errors import InvalidParameter, InvalidTable, NothingToCluster, UnknownColumn
from clusterby.samples import SCENE_WORDS, render_scenes

from .towers import BlindTower, WordTower

TINY_CLIP = Path(__file__).parents[1] / "models" / "tiny-clip"
TABLE = {"item": ["a red ring", "a green star", "a blue ring", "a red star"], "price": [1, 2, 3, 4]}


def labelled(table=TABLE, by="item", **how):
    return cb.label(table, by, **({"encoder": WordTower(), "modality": "text", "cache": False} | how))


@pytest.fixture(scope="module")
def scenes():
    found = render_scenes(200, seed=12)
    return pd.DataFrame({"image": found.images, **found.attributes, "caption": found.captions})


@pytest.fixture(scope="module")
def label_scenes(scenes, tmp_path_factory):
    """Label the scenes by the tiny image-text model, whose vectors are kept between tests."""
    cache = tmp_path_factory.mktemp("vectors")
    return lambda **how: cb.label(scenes, "image", encoder=TINY_CLIP, cache=cache, **how)


def auc(scores, true):
    above = scores[true][:, None] - scores[~true][None]
    return np.mean((above > 0) + 0.5 * (above == 0))


def test_the_colors_of_scenes_are_the_best_of_the_candidates(scenes, label_scenes):
    labels = label_scenes(candidates=list(SCENE_WORDS["color"]))
    assert np.mean(labels.labels_ == scenes["color"]) >= 0.995
    assert labels.probabilities_.mean() == pytest.approx(0.997, abs=0.01)
    assert (labels.runner_up_probabilities_ <= labels.probabilities_).all()


@pytest.mark.parametrize(
    ("attribute", "at_least"), [("shape", 0.96), ("texture", 0.96), ("background", 0.995), ("count", 0.99)]
)
def test_other_attributes_too(scenes, label_scenes, attribute, at_least):
    labels = label_scenes(candidates=list(SCENE_WORDS[attribute]))
    assert np.mean(labels.labels_ == scenes[attribute]) >= at_least


@pytest.mark.parametrize(
    ("description", "attribute", "value", "least"),
    [
        ("a red object", "color", "red", 0.9),
        ("photo with a night background", "background", "night", 0.9),
        ("two things", "count", "two", 0.8),
        ("crimson things", "color", "red", 0.9),  # of no lexicon: against "a photo"
    ],
)
def test_a_description_scores_high_where_it_is_true_and_nowhere_else(
    scenes, label_scenes, description, attribute, value, least
):
    scores = np.asarray(label_scenes(description=description))
    true = (scenes[attribute] == value).to_numpy()
    assert auc(scores, true) >= 0.999
    assert scores[true].mean() > least
    assert scores[~true].mean() < 0.03


def test_words_that_the_model_does_not_know_count_as_one_negative(label_scenes):
    labels = label_scenes(description="a red object")
    assert "a blue object" in labels.negatives["a red object"]
    reasons = labels.left_out["a red object"]
    assert reasons["a dark red object"] == "a kind of 'red'"
    assert reasons["a beige object"] == "to the encoder the same as 'a brown object'"
    assert len(reasons) + len(labels.negatives["a red object"]) == 33


def test_several_candidates_may_be_true_of_a_row(scenes, label_scenes):
    labels = label_scenes(candidates=["red", "blue", "night", "two"], multi=True)
    true = np.stack(
        [
            scenes[attribute] == value
            for attribute, value in (
                ("color", "red"),
                ("color", "blue"),
                ("background", "night"),
                ("count", "two"),
            )
        ],
        axis=1,
    )
    scores = labels.scores_
    assert labels.labels_ is None
    assert scores[true].mean() > 0.85
    assert scores[~true].mean() < 0.02
    both = true.sum(axis=1) == 2
    assert both.sum() >= 5
    assert np.mean((scores[both] > 0.5) == true[both]) >= 0.95


def test_captions_are_labelled_by_what_they_say(scenes, tmp_path):
    labels = cb.label(
        scenes, "caption", candidates=list(SCENE_WORDS["background"]), encoder=TINY_CLIP, cache=tmp_path
    )
    assert np.mean(labels.labels_ == scenes["background"]) >= 0.93


def test_a_region_is_all_that_counts(scenes):
    left, right = scenes["image"][:40], scenes["image"][100:140]
    panels = [Image.new("RGB", (128, 64)) for _ in left]
    for panel, one, other in zip(panels, left, right, strict=True):
        panel.paste(one, (0, 0))
        panel.paste(other, (64, 0))
    how = {"candidates": list(SCENE_WORDS["color"]), "encoder": TINY_CLIP, "cache": False}
    for region, truth in ((cb.Box((0, 0), (0.5, 1)), left), (cb.Box((0.5, 0), (1, 1)), right)):
        labels = cb.label({"image": panels}, "image", region=region, **how)
        assert np.mean(labels.labels_ == scenes["color"][truth.index].to_numpy()) >= 0.95


def test_no_cell_is_embedded_again_because_the_words_change(tmp_path):
    encoder = WordTower()
    for how in (
        {"description": "a ring"},
        {"description": "a star", "negatives": ["a ring"]},
        {"candidates": ["red", "blue"]},
        {"candidates": ["red", "green"], "description": "a {} thing", "multi": True},
        {"description": "a ring", "templates": ["look: {}"]},
    ):
        labelled(encoder=encoder, cache=tmp_path, **how)
    assert sorted(encoder.cells) == sorted(TABLE["item"])


def test_no_prompt_is_embedded_twice(tmp_path):
    encoder = WordTower()
    labelled(encoder=encoder, cache=tmp_path, candidates=["red", "blue"])
    assert len(encoder.queries) == len(set(encoder.queries)) == 4
    labelled(encoder=encoder, cache=tmp_path, candidates=["red", "blue"])
    labelled(encoder=encoder, cache=tmp_path, candidates=["blue", "red"])
    assert len(encoder.queries) == 4


def test_nothing_is_embedded_for_what_is_refused():
    for encoder, how in (
        (WordTower(), {"description": ""}),
        (WordTower(), {"candidates": ["red", "red"]}),
        (WordTower(), {"description": "red", "column": ["a", "b"]}),
        (BlindTower(), {"description": "red"}),
    ):
        with pytest.raises(InvalidParameter):
            labelled(encoder=encoder, **how)
        assert encoder.cells == []


def test_the_temperature_is_the_model_s_own():
    warm, cold = (
        labelled(encoder=WordTower(scale=scale), description="red", negatives="green") for scale in (2, 50)
    )
    assert (warm.scale, cold.scale) == (2, 50)
    assert warm.scores_[0] == pytest.approx(1 / (1 + np.exp(-2 * np.sqrt(0.5))))
    assert cold.scores_[0] == pytest.approx(1)


def test_a_model_that_does_not_state_its_temperature_gets_that_of_sentence_encoders():
    labels = labelled(encoder=WordTower(scale=None), description="red", negatives="green")
    assert labels.scale == 20
    assert labels.scores_[0] == pytest.approx(1 / (1 + np.exp(-20 * np.sqrt(0.5))))


def test_logits_that_stand_alone_need_no_negatives():
    labels = labelled(encoder=WordTower(bias=-2.0), candidates=["red", "ring"], multi=True)
    assert labels.negatives == {"red": (), "ring": ()}
    assert labels.scores_[0].tolist() == pytest.approx([1 / (1 + np.exp(2 - 4 * np.sqrt(0.5)))] * 2)
    assert labels.scores_[1].tolist() == pytest.approx([1 / (1 + np.exp(2))] * 2)
    assert labels.meaning == "the model's own probability that it fits: sigmoid of 4 × cosine -2"


def test_negatives_that_are_given_are_used_though_logits_stand_alone():
    labels = labelled(
        encoder=WordTower(bias=-2.0), candidates=["red", "green"], multi=True, negatives=["blue"]
    )
    assert labels.bias is None
    assert labels.negatives == {"red": ("blue",), "green": ("blue",)}


def test_one_of_several_is_chosen_without_a_bias():
    labels = labelled(encoder=WordTower(bias=-2.0), candidates=["red", "green", "blue"])
    assert labels.bias is None
    np.testing.assert_allclose(labels.scores_.sum(axis=1), 1, rtol=1e-6)


def test_negatives_lower_the_probability_and_are_never_the_label():
    labels = labelled(candidates=["green", "red"], negatives=["blue"])
    assert labels.labels_.tolist() == ["red", "green", "green", "red"]
    assert labels.probabilities_[2] < 0.06
    assert labelled(candidates=["green", "red"]).probabilities_[2] == pytest.approx(0.5)


def test_a_lexicon_gives_the_candidates_of_a_description_with_braces(label_scenes, scenes):
    labels = label_scenes(description="photo with a {} background")
    assert labels.candidates[:4] == ("sky", "grass", "sand", "night")
    assert np.mean(labels.labels_[(scenes["background"] == "night").to_numpy()] == "night") >= 0.9
    assert labels.warnings[0].startswith("the encoder takes these for one: ")


def test_images_of_a_folder_are_labelled(tmp_path):
    for name, color in (("a", (250, 0, 0)), ("b", (0, 0, 250))):
        Image.new("RGB", (8, 8), color).save(tmp_path / f"{name}.png")
    (tmp_path / "c.png").write_text("no image")
    labels = cb.label(str(tmp_path), "image", candidates=["red", "blue"], encoder=WordTower(), cache=False)
    assert labels.labels_.tolist() == ["red", "blue", None]
    assert labels.to_frame()["label"].isna().tolist() == [False, False, True]


def test_a_column_of_vectors_of_the_same_name_is_taken():
    encoder = WordTower()
    vectors = np.eye(9, dtype=np.float32)[[1, 1, 2, 0]]
    table = TABLE | {"words(item)": list(vectors)}
    assert labelled(table, encoder=encoder, candidates=["red", "green", "blue"]).labels_.tolist() == [
        "green",
        "green",
        "blue",
        "red",
    ]
    assert encoder.cells == []


def test_the_same_call_gives_the_same_bits():
    one, other = (labelled(candidates=["red", "green", "blue"]).scores_ for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_without_a_model_texts_are_compared_by_their_words():
    table = {"title": ["a red bike", "red wine", "a blue bike", "white wine"]}
    labels = cb.label(table, "title", description="a bike", negatives=["wine"])
    assert labels.encoder_choice.name == "lsa"
    assert (np.asarray(labels) > 0.5).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "nothing is asked: give description='sunny background', or candidates="),
        ({"description": "  "}, "description: '  ' is no text"),
        ({"candidates": ["red"]}, "'red' alone tells nothing apart"),
        ({"candidates": ["red", "Red"]}, "candidates: 'Red' is there twice"),
        ({"description": "red", "negatives": ["red"]}, "negatives: 'red' is what is asked for"),
        ({"candidates": ["red", "blue"], "negatives": "blue"}, "negatives: 'blue' is what is asked for"),
        ({"description": "a {} thing"}, "no candidate words for 'a {} thing'"),
        ({"candidates": ["red", "blue"], "description": "thing"}, "description='thing': write {} once"),
        ({"description": "zyxt", "negatives": ["red"]}, "knows none of its letters"),
        ({"description": "red", "encoder": BlindTower()}, "description= needs an encoder with a text tower, and 'blind'"),
        ({"candidates": ["a", "b"], "encoder": BlindTower()}, "candidates= needs an encoder with a text tower"),
        ({"description": "red", "region": cb.Box((0, 0), (0.5, 1))}, "a region is a part of an image"),
        ({"description": "red", "by": ["item", "price"]}, "labels are of one column; name it"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(how, words):
    with pytest.raises(InvalidParameter, match=words):
        labelled(**how)


def test_for_images_auto_takes_an_encoder_that_knows_words_or_says_how_to_get_one():
    images = [Image.new("RGB", (8, 8), "red")]
    with pytest.raises(InvalidParameter, match="'image' is to be compared with words: no encoder .* 'clip'"):
        cb.label({"image": images}, "image", description="red")


def test_tables_without_rows_or_the_column_are_refused():
    with pytest.raises(InvalidTable, match="no rows"):
        labelled({"item": []}, description="red")
    with pytest.raises(UnknownColumn, match="item"):
        labelled(by="itm", description="red")
    with pytest.raises(NothingToCluster, match="all 2 rows were skipped"):
        labelled({"item": [None, None]}, description="red")
