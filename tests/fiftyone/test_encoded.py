import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.fiftyone_database import CLIP
from tests.ops.counting import CountingEncoder

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, InvalidVectors, UnknownColumn
from clusterby.core.modality import Modality

pytestmark = pytest.mark.usefixtures("fo")


class Mean(CountingEncoder):
    """Embeds images by their mean color, and counts."""

    modalities = None

    def encode(self, items):
        self.calls.append(list(items))
        return np.stack([np.asarray(i)[..., :3].reshape(-1, 3).mean(axis=0) for i in items]).astype(
            np.float32
        )


Mean.modalities = frozenset({Modality.IMAGE})


def test_what_was_embedded_once_is_not_embedded_again(dataset, tmp_path):
    first, again = Mean(), Mean()
    cbf.compute_clusters(dataset, "a", encoder=first, n_clusters=3, cache=tmp_path)
    assert len(first.encoded) == 24
    cbf.compute_clusters(dataset, "b", encoder=again, n_clusters=3, cache=tmp_path)
    assert again.encoded == []
    assert dataset.values("a_cluster") == dataset.values("b_cluster")
    assert len(set(zip(dataset.values("color"), dataset.values("a_cluster"), strict=True))) == 3


def test_patches_are_cropped_embedded_once_and_kept(make_dataset, tmp_path):
    dataset = make_dataset(9, detections=True)
    first, again = Mean(), Mean()
    cbf.compute_clusters(dataset, "a", patches_field="objects", encoder=first, n_clusters=3, cache=tmp_path)
    assert {np.asarray(i).shape for i in first.encoded} == {(26, 19, 3)}
    pairs = dataset.values("objects.detections.a_cluster")
    assert all(left == right for left, right in pairs)
    cbf.compute_clusters(dataset, "b", patches_field="objects", encoder=again, n_clusters=3, cache=tmp_path)
    assert again.encoded == []


def test_a_file_that_cannot_be_read_is_skipped_with_its_reason(dataset, tmp_path):
    sample = dataset.skip(4).first()
    (tmp_path / "broken.png").write_bytes(b"nothing")
    sample.filepath = str(tmp_path / "broken.png")
    sample.save()
    groups = cbf.compute_clusters(dataset, "a", encoder=Mean(), n_clusters=3, cache=False)
    assert [i for i, label in enumerate(dataset.values("a_cluster")) if label is None] == [4]
    assert groups.skipped[0].reason == "not an image (starts with 'nothing')"


def test_a_box_outside_of_its_image_is_skipped_with_its_reason(patches, fo):
    sample = patches.first()
    sample.objects.detections[0].bounding_box = [2, 2, 0.1, 0.1]
    sample.save()
    groups = cbf.compute_clusters(
        patches, "a", patches_field="objects", encoder=Mean(), n_clusters=3, cache=False
    )
    assert patches.values("objects.detections.a_cluster", unwind=True).count(None) == 1
    assert groups.skipped[0].reason.startswith("the box [2.0, 2.0, 0.1, 0.1] holds no pixel")


def test_the_vectors_of_an_encoder_by_name_are_read_again(dataset):
    cbf.compute_clusters(dataset, "a", encoder="color-gradient", n_clusters=3)
    made = cbf.load_clusters(dataset, "a")
    assert len(made.embeddings.vectors) == 24
    info = cbf.clustering_info(dataset, "a")
    assert dict(info["source"])["kind"] == "encoder"
    assert info["encoder"][0]["name"] == "color-gradient"
    assert info["encoder"][0]["revision"]


def test_a_field_that_is_not_there_and_media_without_an_encoder_are_refused(dataset, video):
    with pytest.raises(UnknownColumn, match="no column 'colr'. Did you mean 'color'"):
        cbf.compute_clusters(dataset, "a", by="colr")
    with pytest.raises(InvalidParameter, match="media of type 'video' have no encoder here"):
        cbf.compute_clusters(video, "a")


def test_the_vectors_of_patches_are_read_again_of_patches(make_dataset):
    dataset = make_dataset(9, detections=True)
    made = cbf.compute_clusters(dataset, "a", patches_field="objects", encoder="color-gradient", n_clusters=3)
    loaded = cbf.load_clusters(dataset, "a")
    assert loaded.embeddings.vectors.tolist() == made.embeddings.vectors.tolist()


def test_a_folder_that_holds_a_model_is_found_again_from_another_one(make_scenes, monkeypatch, tmp_path):
    dataset, folder = make_scenes(8), Path(CLIP)
    monkeypatch.chdir(folder.parent)
    made = cbf.compute_clusters(dataset, "a", encoder=Path(folder.name), n_clusters=2)
    assert cbf.clustering_info(dataset, "a")["source"]["encoder"] == CLIP
    monkeypatch.chdir(tmp_path)
    assert cbf.load_clusters(dataset, "a").embeddings.vectors.tolist() == made.embeddings.vectors.tolist()


def test_an_encoder_that_is_another_one_now_is_an_error_where_vectors_are_needed(make_scenes, tmp_path):
    dataset, folder = make_scenes(8), tmp_path / "clip"
    shutil.copytree(CLIP, folder)
    cbf.compute_clusters(dataset, "a", encoder=folder, n_clusters=2)
    (folder / "notes.txt").write_text("another")
    loaded = cbf.load_clusters(dataset, "a")
    assert loaded.n_clusters_ == 2
    with pytest.raises(
        InvalidVectors, match="encoder 'clip' is of revision .* now and was of .*: cluster again"
    ):
        _ = loaded.embeddings.vectors
    shutil.rmtree(folder)
    with pytest.raises(InvalidVectors, match="the vectors of the run are gone: no model folder"):
        _ = cbf.load_clusters(dataset, "a").embeddings.vectors


def test_the_unit_of_regions_is_kept_though_few_of_them_are_read_again(make_scenes):
    dataset = make_scenes(8, panels=True)
    boxes = [[0.0, 0.0, 64.0, 64.0]] * 7 + [[0.0, 0.0, 1.0, 1.0]]
    dataset.set_values("box", boxes)
    made = cbf.compute_clusters(dataset, "a", encoder=CLIP, region="box", n_clusters=2)
    assert cbf.clustering_info(dataset, "a")["source"]["region"] == {"column": "box", "unit": "pixels"}
    dataset.delete_samples(dataset.limit(7))
    assert cbf.load_clusters(dataset, "a").embeddings.vectors.tolist() == made.embeddings.vectors[7:].tolist()


class Loudness(CountingEncoder):
    """Embeds sound by how loud it is."""

    modalities = frozenset({Modality.AUDIO})
    sampling_rate = 8000

    def encode(self, items):
        self.calls.append(list(items))
        return np.array([[np.abs(i).mean(), np.abs(i).max()] for i in items], dtype=np.float32)


def test_media_that_fiftyone_cannot_see_are_what_they_are_said_to_be(fo, tmp_path):
    import soundfile

    for i in range(6):
        soundfile.write(tmp_path / f"{i}.wav", np.full(800, 0.1 + 0.4 * (i % 2)), 8000)
    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(filepath=str(tmp_path / f"{i}.wav")) for i in range(6)])
    with pytest.raises(
        InvalidParameter, match="media of type 'unknown' have no encoder here: .*modality='audio'"
    ):
        cbf.compute_clusters(dataset, "a", encoder=Loudness(), n_clusters=2)
    cbf.compute_clusters(dataset, "a", encoder=Loudness(), modality="audio", n_clusters=2, cache=False)
    assert dataset.values("a_cluster") == [dataset.first().a_cluster, dataset.last().a_cluster] * 3
    dataset.delete()


def test_patches_are_images_whatever_is_said(patches):
    with pytest.raises(InvalidParameter, match="modality='text': patches are images"):
        cbf.compute_clusters(patches, "a", patches_field="objects", modality="text")


def test_a_field_is_what_it_is_said_to_be(dataset):
    dataset.set_values("path", dataset.values("filepath"))
    made = cbf.compute_clusters(dataset, "a", by="path", modality="text", encoder="lsa", n_clusters=2)
    assert cbf.clustering_info(dataset, "a")["encoder"][0]["modality"] == "text"
    assert len(cbf.load_clusters(dataset, "a").embeddings.vectors) == len(made.embeddings.vectors)
