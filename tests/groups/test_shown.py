import numpy as np
import pandas as pd
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnknownColumn, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.groups.shown import shown
from clusterby.namers.base import Name
from tests.groups.sample import scenes_by_color
from tests.ops.aligned_encoders import COLORS, AlignedEncoder, scenes

TITLES = ["red bike", "blue bike", "old bike", "red wine", "old wine", "new wine"]
NOTES = [f"a longer note on item number {n} of all" for n in range(6)]
VECTORS = [[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]]


def clusters_of(groups, **options):
    return shown(groups._making, groups.partition, names=groups.names_, **options)


def texts_of(groups, **options):
    found = clusters_of(groups, **options).texts
    return None if found is None else found()


@pytest.fixture
def by_image():
    return cb.clusterby(scenes(), "image", encoder=AlignedEncoder(), n_clusters=3, cache=False)


def test_a_namer_is_shown_the_clusters_without_the_noise(noisy):
    clusters = clusters_of(noisy)
    assert clusters.ids == (0, 1)
    assert clusters.labels.tolist().count(-1) == 3
    assert len(clusters.labels) == len(clusters.vectors()) == 19  # the skipped row is left out
    assert clusters.centers.shape == (2, 2)
    assert (clusters.column, clusters.modality) == ("v", Modality.VECTOR)


def test_names_parts_and_seed_go_with_them(groups):
    made = groups.renamed({0: "cats"})
    parts = {1: (Name(name="x", by="y"),)}
    clusters = clusters_of(made, parts=parts)
    assert dict(clusters.names) == {0: "cats"}
    assert clusters.parts == parts
    assert clusters.random_state == 0
    seeded = cb.clusterby({"v": VECTORS}, "v", n_clusters=2, random_state=5)
    assert clusters_of(seeded).random_state == 5


def test_texts_that_were_clustered_are_read_however_short_and_equal():
    groups = cb.clusterby(
        {"note": NOTES, "title": TITLES}, "title", encoder="lsa", modality="text", n_clusters=2
    )
    assert texts_of(groups) == TITLES
    same = cb.clusterby({"title": ["red bike"] * 6}, "title", encoder="lsa", modality="text", n_clusters=1)
    assert texts_of(same) == ["red bike"] * 6


def test_of_other_columns_the_first_of_sentences_is_read():
    table = {
        "v": VECTORS,
        "kind": ["a", "b"] * 3,
        "title": TITLES,
        "same": ["the very same words"] * 6,
        "note": NOTES,
    }
    assert texts_of(cb.clusterby(table, "v", n_clusters=2)) == NOTES
    assert texts_of(cb.clusterby({"v": VECTORS, "title": TITLES}, "v", n_clusters=2)) is None


def test_a_column_that_is_named_is_read_whatever_it_holds():
    table = {"v": VECTORS, "title": TITLES, "note": NOTES}
    assert texts_of(cb.clusterby(table, "v", n_clusters=2), column="title") == TITLES
    frame = pd.DataFrame(table).astype({"title": "category"})
    assert texts_of(cb.clusterby(frame, "v", n_clusters=2), column="title") == TITLES


def test_a_column_that_is_not_there_or_holds_no_texts_is_refused():
    groups = cb.clusterby({"v": VECTORS, "price": range(6)}, "v", n_clusters=2)
    with pytest.raises(UnknownColumn, match=r"^no column 'prize'\. Did you mean 'price'\?$"):
        clusters_of(groups, column="prize")
    with pytest.raises(
        InvalidParameter, match=r"^column='price' holds no texts: name one that does, or leave it out$"
    ):
        clusters_of(groups, column="price")


def test_texts_that_are_missing_are_none_and_stay_with_their_rows():
    table = {"v": [*VECTORS[:3], None, *VECTORS[3:]], "note": [*NOTES[:2], None, *NOTES[2:]]}
    groups = cb.clusterby(table, "v", n_clusters=2)
    assert [s.row for s in groups.skipped] == [3]
    assert texts_of(groups) == [*NOTES[:2], None, *NOTES[3:]]


def test_texts_of_given_vectors_are_read_too():
    groups = cb.clusterby(
        {"title": TITLES, "note": NOTES}, "title", embeddings=np.array(VECTORS), n_clusters=2
    )
    assert texts_of(groups) == TITLES


def test_columns_of_mixed_cells_are_passed_over():
    cells = np.array([b"x", 3, None, {}, "text", [1]], dtype=object)
    groups = cb.clusterby(pd.DataFrame({"v": VECTORS, "any": cells, "note": NOTES}), "v", n_clusters=2)
    assert texts_of(groups) == NOTES


def test_images_are_shown_as_small_images(by_image):
    clusters = clusters_of(by_image)
    assert clusters.modality is Modality.IMAGE
    kind, encoded = clusters.show(0)
    assert kind in ("image/png", "image/jpeg")
    assert isinstance(encoded, bytes)


def test_texts_are_shown_as_they_are_and_missing_ones_are_refused():
    table = {"v": VECTORS, "note": [*NOTES[:5], None]}
    clusters = clusters_of(cb.clusterby(table, "v", n_clusters=2), column="note")
    assert clusters.show(1) == NOTES[1]
    with pytest.raises(UnreadableCell):
        clusters.show(5)


def test_texts_that_were_not_clustered_are_read_and_not_shown():
    clusters = clusters_of(cb.clusterby({"v": VECTORS, "note": NOTES}, "v", n_clusters=2))
    assert clusters.texts() == NOTES
    assert clusters.show is None


def test_a_column_of_files_is_no_column_of_texts():
    table = {"v": VECTORS, "file": [f"{n}.png" for n in range(6)]}
    with pytest.raises(
        InvalidParameter,
        match=r"^column='file' holds image files and no texts: name one that does, or leave it out$",
    ):
        clusters_of(cb.clusterby(table, "v", n_clusters=2), column="file")


def test_what_the_cells_are_is_told_of_given_vectors_too():
    def modality(table, by):
        return clusters_of(cb.clusterby(table, by, embeddings=np.array(VECTORS), n_clusters=2)).modality

    table = {"title": TITLES, "file": [f"{n}.png" for n in range(6)], "odd": list("abcdef")}
    assert modality(table, "title") is Modality.TEXT
    assert modality(table, ["title", "file"]) is Modality.IMAGE
    assert modality(table, "odd") is Modality.VECTOR


def test_what_is_compared_is_told_beside_what_the_cells_are(by_image):
    class Plain:
        name, revision, dimension = "plain", "1", 3

        def encode(self, items):
            return np.stack([np.asarray(item)[0, 0] for item in items]).astype(np.float32)

    assert clusters_of(by_image).compared is Modality.IMAGE
    encoders = {"caption": AlignedEncoder(), "image": Plain()}
    both = cb.clusterby(scenes(), ["caption", "image"], encoder=encoders, n_clusters=3, cache=False)
    clusters = clusters_of(both)
    assert (clusters.modality, clusters.compared) == (Modality.IMAGE, Modality.TEXT)
    assert {name.by for name in both.name().naming_.names.values()} == {"keywords"}


def test_words_are_compared_with_rows_where_the_encoder_is_aligned(by_image):
    clusters = clusters_of(by_image)
    fit = clusters.similarities([0, 1, 2], COLORS)
    assert fit.argmax(axis=1).tolist() == [0, 1, 2]
    assert len(clusters.vocabulary()) > 1000
    assert clusters_of(cb.clusterby({"v": VECTORS}, "v", n_clusters=2)).similarities is None


def test_rows_are_compared_by_the_encoders_own_vectors_and_not_by_what_was_made_of_them():
    plain = cb.clusterby(scenes(), "image", encoder=AlignedEncoder(), n_clusters=3, cache=False)
    asked = scenes_by_color()
    both = cb.clusterby(scenes(), ["caption", "image"], encoder=AlignedEncoder(), n_clusters=3, cache=False)
    rows = [5, 0, 23]
    expected = clusters_of(plain).similarities(rows, ["beach", "forest"])
    for groups in (asked, both):
        np.testing.assert_allclose(
            clusters_of(groups).similarities(rows, ["beach", "forest"]), expected, atol=1e-6
        )


def test_of_a_caption_and_an_image_the_image_is_compared_and_shown():
    class Captions(AlignedEncoder):
        name = "captions"

    encoders = {"caption": Captions(), "image": AlignedEncoder()}
    both = cb.clusterby(scenes(), ["caption", "image"], encoder=encoders, n_clusters=3, cache=False)
    clusters = clusters_of(both)
    clusters.similarities([0], COLORS)
    assert (encoders["caption"].queries, len(encoders["image"].queries) > 0) == ([], True)
    assert clusters.modality is Modality.IMAGE


def test_marks_leave_out_what_was_clustered_by(groups):
    assert {mark.column for marks in clusters_of(groups).marks().values() for mark in marks} <= {
        "price",
        "count",
        "kind",
        "flag",
    }
