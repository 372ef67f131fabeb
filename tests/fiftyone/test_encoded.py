import numpy as np
import pytest
from tests.ops.counting import CountingEncoder

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, UnknownColumn

pytestmark = pytest.mark.usefixtures("fo")


class Mean(CountingEncoder):
    """Embeds images by their mean color, and counts."""

    modalities = None

    def encode(self, items):
        self.calls.append(list(items))
        return np.stack([np.asarray(i)[..., :3].reshape(-1, 3).mean(axis=0) for i in items]).astype(
            np.float32
        )


Mean.modalities = frozenset({__import__("clusterby.core.modality", fromlist=["Modality"]).Modality.IMAGE})


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
