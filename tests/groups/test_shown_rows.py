from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import UnreadableCell
from clusterby.core.modality import Modality
from clusterby.encoders.function import FunctionEncoder
from clusterby.groups.making import Seen
from clusterby.groups.shown import shown
from clusterby.groups.shown_rows import kinds_of, show_rows
from clusterby.instructions import Box
from tests.ops.aligned_encoders import AlignedEncoder, scenes

VECTORS = [[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]]
DIARY = [f"page {n} of my diary is for nobody" for n in range(6)]


def given(table, by, **options):
    return cb.clusterby(table, by, embeddings=np.array(VECTORS), n_clusters=2, cache=False, **options)


def show_of(groups, **options):
    return shown(groups._making, groups.partition, names={}, **options).show


@pytest.fixture
def pictures(tmp_path):
    """Paths of six images, three red and three blue, each with a white stroke of another length at the left."""
    paths = []
    for n in range(6):
        path = tmp_path / f"holiday {n}.png"
        image = Image.new("RGB", (40, 30), "red" if n < 3 else "blue")
        image.paste("white", (0, 20, 8, 24 + n))
        image.save(path)
        paths.append(str(path))
    return paths


@pytest.fixture
def sounds(tmp_path):
    """Paths of six sounds."""
    paths = []
    for n in range(6):
        path = tmp_path / f"patient_{n}.wav"
        samples = np.zeros(400 * (n + 1), dtype="<i2").tobytes()
        header = (
            b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
        )
        header += b"\1\0\1\0" + (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little") + b"\2\0\x10\0"
        path.write_bytes(header + b"data" + len(samples).to_bytes(4, "little") + samples)
        paths.append(str(path))
    return paths


def pixel(part):
    return Image.open(BytesIO(part[1])).convert("RGB").getpixel((5, 5))


def test_images_of_which_vectors_were_given_are_shown(pictures):
    groups = given({"img": pictures}, "img")
    assert kinds_of(groups._making, None) == {"img": Modality.IMAGE}
    assert [pixel(show_of(groups)(n)) for n in (0, 5)] == [(255, 0, 0), (0, 0, 255)]


def test_images_of_a_run_that_was_loaded_are_shown(pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path))
    given({"img": pictures}, "img").save("look")
    loaded = runs.load("look", {"img": pictures}, embeddings=np.array(VECTORS), cache=False)
    assert pixel(show_of(loaded)(5)) == (0, 0, 255)


def test_rows_are_those_that_were_clustered(pictures):
    table = {"v": [None, *VECTORS[1:]], "img": pictures}
    groups = cb.clusterby(table, ["v", "img"], encoder={"img": "color-gradient"}, n_clusters=2, cache=False)
    assert groups.embeddings.rows.tolist() == [1, 2, 3, 4, 5]
    assert [pixel(show_of(groups)(n))[2] for n in range(5)] == [0, 0, 255, 255, 255]


def test_an_image_that_is_not_there_is_refused():
    groups = given({"img": [f"/home/jane/holiday/{n}.jpg" for n in range(6)]}, "img")
    with pytest.raises(UnreadableCell, match="no such file"):
        show_of(groups)(0)


def test_the_part_of_an_image_that_was_clustered_is_shown(pictures):
    left = cb.clusterby(
        {"img": pictures},
        "img",
        encoder="color-gradient",
        region=Box((0, 0), (0.5, 0.5)),
        n_clusters=2,
        cache=False,
    )
    whole = cb.clusterby({"img": pictures}, "img", encoder="color-gradient", n_clusters=2, cache=False)

    def has_white(groups):
        pixels = np.asarray(Image.open(BytesIO(show_of(groups)(0)[1])).convert("RGB"))
        return bool((pixels.min(axis=2) > 240).any())

    assert [has_white(left), has_white(whole)] == [False, True]


def test_sounds_are_not_shown_and_neither_are_their_paths(sounds):
    encoder = FunctionEncoder(
        lambda xs: np.array([[np.size(x)] for x in xs], dtype=np.float32),
        sampling_rate=8000,
    )
    by_sound = cb.clusterby(
        {"clip": sounds}, "clip", encoder=encoder, modality="audio", n_clusters=2, cache=False
    )
    assert show_of(by_sound) is None
    groups = given({"clip": sounds}, "clip")
    assert kinds_of(groups._making, None) == {"clip": Modality.AUDIO}
    assert show_of(groups) is None


def test_beside_sounds_other_columns_that_were_clustered_are_shown(sounds):
    table = {"clip": sounds, "n": [1, 2, 3, 4, 5, 6], "note": DIARY}
    assert show_of(given(table, ["clip", "n"]))(2) == "n: 3"
    assert show_of(given(table, ["clip", "note"]))(2) == DIARY[2]


def test_of_columns_that_were_not_clustered_nothing_is_shown():
    table = {"n": [1.0, 2.0, 1.0, 9.0, 8.0, 9.0], "v": VECTORS, "diary": DIARY}
    by_number = cb.clusterby(table, "n", n_clusters=2)
    assert show_of(by_number)(1) == "n: 2"
    assert show_of(cb.clusterby(table, "v", n_clusters=2)) is None
    assert show_of(by_number, column="diary")(1) == DIARY[1]


def test_a_column_that_is_named_goes_before_images(pictures):
    groups = given({"img": pictures, "note": DIARY}, "img")
    assert show_of(groups, column="note")(3) == DIARY[3]


def test_of_an_image_and_a_text_the_image_is_shown(pictures):
    groups = given({"note": DIARY, "img": pictures}, ["note", "img"])
    assert pixel(show_of(groups)(0)) == (255, 0, 0)


@pytest.mark.parametrize(
    "path",
    [
        "/data/scans/{}.pcd",
        "/home/jane doe/scans/my scan {}.pcd",
        "C:\\scans\\{}.ply",
        "~/scans/{}",
        "file:///a/{}",
    ],
)
def test_paths_of_other_files_are_not_shown_either(path):
    groups = given({"scan": [path.format(n) for n in range(6)]}, "scan")
    with pytest.raises(UnreadableCell, match=r"path|none of its columns"):
        show_of(groups)(0)


def test_paths_among_the_values_of_a_row_are_left_out():
    table = {"scan": ["red", "red", "red", "blue", "blue", "/data/blue"], "n": range(6)}
    groups = given(table, ["scan", "n"])
    assert [show_of(groups)(n) for n in (0, 5)] == ["scan: red; n: 0", "n: 5"]
    mixed = given({"scan": ["a.png", "b.png", *["red"] * 4]}, "scan")
    assert [kinds_of(mixed._making, None)["scan"], show_of(mixed)(2)] == [None, "scan: red"]
    with pytest.raises(UnreadableCell, match=r"^none of its columns has a value that can be shown$"):
        show_of(mixed)(1)


def test_what_was_said_to_be_text_is_shown_as_it_is():
    paths = [f"/data/scans/{n}.pcd" for n in range(6)]
    groups = cb.clusterby({"scan": paths}, "scan", encoder="lsa", modality="text", n_clusters=2)
    assert show_of(groups)(2) == paths[2]


def test_a_sentence_that_names_a_file_is_a_text():
    notes = [f"the cat is in and/or on photo {n}.jpg now" for n in range(6)]
    assert show_of(given({"note": notes}, "note"))(0) == notes[0]


def test_what_is_said_of_rows_decides_how_they_are_shown(pictures):
    making = given({"img": pictures}, "img")._making
    for modality in (Modality.VECTOR, Modality.VIDEO, Modality.AUDIO, Modality.IMAGE):
        seen = Seen(modality=modality)
        assert kinds_of(making, seen) == {"img": modality}
        assert show_rows(making, kinds_of(making, seen), seen=seen) is None
    seen = Seen(modality=Modality.IMAGE, show=str)
    assert show_rows(making, kinds_of(making, seen), seen=seen)(4) == "4"


def test_images_that_are_no_paths_are_shown():
    groups = cb.clusterby(scenes(6), "image", encoder=AlignedEncoder(), n_clusters=2, cache=False)
    assert show_of(groups)(0)[0] == "image/png"
    assert show_of(given(scenes(6), "image"))(0) == show_of(groups)(0)
