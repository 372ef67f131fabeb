from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.fiftyone.test_instructed import CLIP

import clusterby.fiftyone as cbf
from clusterby.core.errors import UnreadableCell
from clusterby.core.modality import Modality
from clusterby.fiftyone.seen import seen_of
from clusterby.fiftyone.source import Source
from clusterby.fiftyone.target import resolve_target
from clusterby.groups.shown import shown

pytestmark = pytest.mark.fiftyone

FIELD = Source(kind="field", name="emb")


def test_images_are_shown_small_and_known_by_no_encoder_where_a_field_has_the_vectors(dataset):
    seen = seen_of(resolve_target(dataset), FIELD)
    assert (seen.modality, seen.encoder, seen.vectors) == (Modality.IMAGE, None, None)
    mime, content = seen.show(3)
    assert mime in ("image/png", "image/jpeg")
    assert len(content) > 0


def test_patches_are_shown_alone(make_dataset):
    target = resolve_target(make_dataset(detections=True), patches_field="objects")
    seen = seen_of(target, FIELD)
    with Image.open(target.values("filepath")[0]) as image:
        whole = image.size
    width, height = target.values("objects.bounding_box")[0][2:]
    shown = Image.open(BytesIO(seen.show(0)[1])).size
    assert shown[0] / shown[1] == pytest.approx(width * whole[0] / (height * whole[1]), rel=0.2)


def test_an_image_that_is_gone_says_so(dataset, tmp_path):
    sample = dataset.first()
    sample.filepath = str(tmp_path / "gone.png")
    sample.save()
    with pytest.raises(UnreadableCell):
        seen_of(resolve_target(dataset), FIELD).show(0)


def seen_by(dataset, by, **facts):
    return seen_of(resolve_target(dataset), Source(kind="encoder", name="any", by=by, **facts))


def test_a_field_of_texts_is_text(dataset):
    dataset.set_values("caption", [f"a note on number {n}" for n in range(24)])
    dataset.set_values("word", [f"word{n}" for n in range(24)])
    for by in ("caption", "word"):
        assert (seen_by(dataset, by).modality, seen_by(dataset, by).show) == (Modality.TEXT, None)


def test_a_field_of_files_is_what_these_are(dataset):
    dataset.set_values("thumb", dataset.values("filepath"))
    dataset.set_values("sound", [f"/home/jane/{n}.wav" for n in range(24)])
    thumb = seen_by(dataset, "thumb")
    assert thumb.modality is Modality.IMAGE
    assert thumb.show(3) == seen_of(resolve_target(dataset), FIELD).show(3)
    assert (seen_by(dataset, "sound").modality, seen_by(dataset, "sound").show) == (Modality.AUDIO, None)
    assert seen_by(dataset, "thumb", modality="text").modality is Modality.TEXT


def test_a_field_that_is_gone_shows_nothing(dataset):
    seen = seen_by(dataset, "gone")
    assert (seen.modality, seen.show) == (Modality.VECTOR, None)


def shown_of(dataset, key):
    groups = cbf.load_clusters(dataset, key)
    return shown(groups._making, groups.partition, names={}).show


def test_of_media_without_a_picture_nothing_is_shown_not_even_their_paths(fo, tmp_path):
    vectors = np.repeat(np.eye(2), 3, axis=0)
    for suffix, media in (("pcd", "point-cloud"), ("mp4", "video")):
        dataset = fo.Dataset()
        dataset.add_samples(
            [fo.Sample(filepath=str(tmp_path / f"jane {n}.{suffix}"), emb=vectors[n]) for n in range(6)]
        )
        assert dataset.media_type == media
        cbf.compute_clusters(dataset, "run", embeddings="emb", n_clusters=2)
        assert shown_of(dataset, "run") is None
        groups = cbf.load_clusters(dataset, "run")
        seen = seen_of(resolve_target(dataset), Source(kind="model", name="any"))
        making = replace(groups._making, by={"filepath": 1.0}, seen=lambda s=seen: s)
        assert shown(making, groups.partition, names={}).show is None
        dataset.delete()


def test_patches_that_words_were_asked_of_are_shown_alone_at_once(make_dataset):
    dataset = make_dataset(detections=True)
    asked = {"description": "a {} thing", "candidates": ["red", "green", "blue"], "encoder": CLIP}
    made = cbf.compute_clusters(dataset, "words", patches_field="objects", n_clusters=2, **asked)
    clusters = shown(made._making, made.partition, names={})
    assert clusters.similarities is None
    assert clusters.show(0) == shown_of(dataset, "words")(0)


def test_an_encoder_that_knows_words_is_known_and_one_that_does_not_is_left_out(dataset):
    target = resolve_target(dataset)
    clip = seen_of(target, Source(kind="encoder", name="tiny", encoder=str(CLIP)))
    assert clip.encoder().encode_queries(["a red square"]).shape[0] == 1
    assert seen_of(target, Source(kind="encoder", name="color-gradient")).encoder is None
    assert seen_of(target, Source(kind="encoder", name="nobody/knows")).encoder is None
    assert seen_of(target, Source(kind="array", name="embeddings")).encoder is None


def test_a_run_by_an_encoder_that_knows_words_is_named_by_them(make_scenes):
    dataset = make_scenes(150)
    made = cbf.compute_clusters(dataset, "look", encoder=CLIP, n_clusters=7)
    loaded = cbf.name_clusters(dataset, "look")
    assert {name.by for name in loaded.naming_.names.values()} == {"zero_shot"}
    assert made.name().names_ == dict(loaded.names_)
    again = cbf.load_clusters(dataset, "look")
    assert (again.names_, again.naming_.names) == (loaded.names_, loaded.naming_.names)
    assert again.renamed({0: "mine"}).naming_.names[0].by == "you"


def test_a_run_of_words_is_named_by_the_vectors_before_them(make_scenes):
    dataset = make_scenes(150)
    cbf.compute_clusters(
        dataset, "place", encoder=CLIP, description="photo with a {} background", n_clusters=7
    )
    named = cbf.name_clusters(
        dataset,
        "place",
        namer="zero_shot",
        candidates=["snow", "grass", "brick", "night", "water", "sand", "sky"],
    )
    assert len(set(named.names_.values())) == 7
    truth = dataset.values("background")
    names = dataset.values("place_cluster_name")
    assert sum(a == b for a, b in zip(names, truth, strict=True)) > 0.9 * len(truth)
