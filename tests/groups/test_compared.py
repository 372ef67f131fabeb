import numpy as np

import clusterby as cb
from clusterby.core.modality import Modality
from clusterby.groups.compared import compared
from clusterby.groups.making import Seen
from tests.ops.aligned_encoders import COLORS, AlignedEncoder, scenes


class Plain:
    """Sees the color of a scene, and knows no words."""

    name, revision, dimension = "plain", "1", 3

    def encode(self, items):
        return np.stack([np.asarray(item)[0, 0] for item in items]).astype(np.float32)


def clusters_by(by, encoder):
    return cb.clusterby(scenes(), by, encoder=encoder, n_clusters=3, cache=False)


def test_what_is_compared_is_told_with_its_modality():
    of_images = compared(clusters_by("image", AlignedEncoder())._making, None)
    assert of_images.modality is Modality.IMAGE
    assert of_images.similarities([0, 1, 2], COLORS).argmax(axis=1).tolist() == [0, 1, 2]
    assert compared(clusters_by("caption", AlignedEncoder())._making, None).modality is Modality.TEXT


def test_of_several_columns_images_are_compared_and_texts_where_no_words_are_known_of_these():
    both = ["caption", "image"]
    assert compared(clusters_by(both, AlignedEncoder())._making, None).modality is Modality.IMAGE
    beside = clusters_by(both, {"caption": AlignedEncoder(), "image": Plain()})
    assert compared(beside._making, None).modality is Modality.TEXT


def test_what_knows_no_words_is_not_compared():
    assert compared(clusters_by("image", Plain())._making, None) is None
    given = cb.clusterby({"v": [[0.0], [9.0]]}, "v", embeddings=np.eye(2), n_clusters=2)
    assert compared(given._making, None) is None
    assert compared(given._making, Seen(modality=Modality.IMAGE)) is None


def test_what_is_known_of_given_vectors_is_compared():
    encoder = AlignedEncoder()
    vectors = encoder.encode(scenes(6)["image"])
    given = cb.clusterby({"n": list(range(6))}, "n", embeddings=vectors, n_clusters=2)
    seen = Seen(modality=Modality.IMAGE, encoder=lambda: encoder)
    found = compared(given._making, seen)
    assert found.modality is Modality.IMAGE
    assert found.similarities([0, 1, 2], COLORS).argmax(axis=1).tolist() == [0, 1, 2]
    own = compared(
        given._making, Seen(modality=Modality.IMAGE, encoder=lambda: encoder, vectors=lambda: vectors[::-1])
    )
    assert own.similarities([5, 4, 3], COLORS).argmax(axis=1).tolist() == [0, 1, 2]
