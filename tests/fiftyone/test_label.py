import numpy as np
import pytest
from tests.fiftyone_database import CLIP, dataset_of_scenes, vectors_of

import clusterby as cb
import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError, InvalidParameter
from clusterby.samples import SCENE_WORDS

pytestmark = pytest.mark.usefixtures("fo")

BACKGROUNDS = list(SCENE_WORDS["background"])
COLORS = list(SCENE_WORDS["color"])


@pytest.fixture(scope="module")
def shared(fo, scenes):
    """Return a dataset that refused calls leave as it is."""
    made = dataset_of_scenes(fo, scenes, 12, panels=True)
    made.set_values("emb", vectors_of(12))
    yield made
    made.delete()


def test_the_best_word_is_written_with_its_probability(make_scenes):
    dataset = make_scenes()
    found = cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    assert isinstance(found, cb.Labels)
    values = dataset.values("place")
    assert [value.label for value in values] == found.labels_.tolist()
    assert [value.confidence for value in values] == pytest.approx(found.probabilities_.tolist())
    assert np.mean([v.label == b for v, b in zip(values, dataset.values("background"), strict=True)]) >= 0.95
    assert "place.label" in dataset.list_indexes()
    assert dataset.get_field("place").description.startswith("Best of sky, grass")


def test_a_score_is_a_number(make_scenes):
    dataset = make_scenes()
    found = cbf.label_samples(
        dataset, "snowy", description="snow background", negatives=[f"{b} background" for b in BACKGROUNDS if b != "snow"],
        encoder=CLIP,
    )  # fmt: skip
    scores = dataset.values("snowy")
    assert scores == pytest.approx(found.scores_.tolist())
    for score, background in zip(scores, dataset.values("background"), strict=True):
        assert (score > 0.5) == (background == "snow")
    said = dataset.get_field("snowy").info
    assert said["clusterby"]["state"] == "done"
    assert said["labels"]["descriptions"] == ["snow background"]
    assert "grass background" in said["labels"]["negatives"]
    assert said["labels"]["meaning"] == found.meaning


def test_it_is_what_any_other_table_gives(make_scenes):
    dataset = make_scenes(20)
    found = cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    other = cb.label({"image": dataset.values("filepath")}, "image", candidates=BACKGROUNDS, encoder=CLIP)
    assert found.labels_.tolist() == other.labels_.tolist()
    assert found.probabilities_.tolist() == other.probabilities_.tolist()


def test_only_a_view_is_labelled(make_scenes):
    dataset = make_scenes(12)
    cbf.label_samples(dataset.skip(4).limit(5), "place", candidates=BACKGROUNDS, encoder=CLIP)
    assert [i for i, value in enumerate(dataset.values("place")) if value is not None] == [4, 5, 6, 7, 8]


def test_patches_are_labelled_by_what_is_inside_of_them(make_scenes):
    dataset = make_scenes(40, panels=True)
    cbf.label_samples(dataset, "hue", patches_field="sides", candidates=COLORS, encoder=CLIP)
    found = [[value.label for value in pair] for pair in dataset.values("sides.detections.hue")]
    wanted = [list(pair) for pair in zip(*dataset.values(["color", "other_color"]), strict=True)]
    assert np.mean(np.array(found) == np.array(wanted)) >= 0.95


def test_a_region_of_each_image_is_looked_at(make_scenes):
    dataset = make_scenes(40, panels=True)
    cbf.label_samples(dataset, "hue", region="half", candidates=COLORS, encoder=CLIP)
    pairs = zip(dataset.values("hue"), dataset.values("seen"), strict=True)
    assert np.mean([value.label == seen for value, seen in pairs]) >= 0.95


def test_a_field_of_text_is_read(make_scenes):
    dataset = make_scenes(40)
    cbf.label_samples(dataset, "place", by="caption", candidates=BACKGROUNDS, encoder=CLIP)
    pairs = zip(dataset.values("place"), dataset.values("background"), strict=True)
    assert np.mean([value.label == place for value, place in pairs]) >= 0.85


def test_frames_get_their_labels_on_the_source_dataset(video):
    cbf.label_samples(video.to_frames(), "hue", candidates=["red", "blue"], encoder=CLIP)
    assert {value.label for value in video.values("frames.hue", unwind=True)} <= {"red", "blue"}
    assert video.count("frames.hue") == 12


def test_other_words_embed_no_image_again(make_scenes, images_seen):
    dataset = make_scenes(12)
    cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    del images_seen[:]
    cbf.label_samples(dataset, "hue", candidates=COLORS, encoder=CLIP)
    cbf.compute_clusters(dataset, "r", encoder=CLIP, candidates=COLORS, n_clusters=3)
    assert images_seen == []


def test_a_file_that_cannot_be_read_has_no_label(make_scenes, tmp_path):
    dataset = make_scenes(6)
    (tmp_path / "broken.png").write_bytes(b"nothing")
    sample = dataset.skip(2).first()
    sample.filepath = str(tmp_path / "broken.png")
    sample.save()
    found = cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    assert [i for i, value in enumerate(dataset.values("place")) if value is None] == [2]
    assert found.skipped[0].reason.startswith("not an image")
    assert dataset.get_field("place").info["labels"]["skipped"] == 1


REFUSED = {
    "a field that is there": ({"field": "color"}, "field='color': the dataset has a field 'color' already"),
    "a reserved one": ({"field": "filepath"}, "field='filepath' is reserved by FiftyOne"),
    "a dot": ({"field": "a.b"}, "field='a.b': give a word"),
    "no word": ({"field": 3}, "field=3: give a word"),
    "nothing asked": ({"candidates": None}, "nothing is asked: give description="),
    "two scores": ({"candidates": None, "description": ["a", "b"]}, "a field holds one score; give one description"),
    "one word": ({"candidates": ["red"]}, "red"),
    "no text tower": ({"encoder": "color-gradient"}, "an encoder with a text tower, and 'color-gradient' has none"),
    "regions of patches": ({"patches_field": "sides", "region": "half"}, "the patches are the regions"),
    "an unknown field of regions": ({"region": "halff"}, "no column 'halff'. Did you mean 'half'"),
    "an unknown field of text": ({"by": "capton"}, "no column 'capton'. Did you mean 'caption'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_a_line_and_leaves_the_dataset_as_it_was(shared, state_of, case):
    options, said = REFUSED[case]
    before = state_of(shared)
    options = {"field": "new", "candidates": COLORS, "encoder": CLIP} | options
    with pytest.raises(ClusterbyError) as raised:
        cbf.label_samples(shared, options.pop("field"), **options)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert state_of(shared) == before


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), KeyboardInterrupt()], ids=["an exception", "an interrupt"]
)
@pytest.mark.parametrize("stage", ["add_sample_field", "set_values", "create_index"])
def test_what_fails_leaves_no_field(make_scenes, state_of, monkeypatch, stage, error):
    dataset = make_scenes(6)
    before = state_of(dataset)

    def broken(*args, **kwargs):
        raise error

    monkeypatch.setattr(type(dataset), stage, broken)
    with pytest.raises(type(error)):
        cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    monkeypatch.undo()
    assert state_of(dataset) == before


def test_a_field_of_labels_stays_whatever_becomes_of_runs(make_scenes, state_of):
    dataset = make_scenes(12)
    cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    places = [value.label for value in dataset.values("place")]
    with pytest.raises(InvalidParameter, match="field='place': the dataset has a field 'place' already"):
        cbf.label_samples(dataset, "place", candidates=COLORS, encoder=CLIP)
    with pytest.raises(
        InvalidParameter, match="cluster_field='place': the dataset has a field 'place' already"
    ):
        cbf.compute_clusters(dataset, "r", encoder=CLIP, n_clusters=3, cluster_field="place")
    cbf.compute_clusters(dataset, "r", encoder=CLIP, n_clusters=3)
    cbf.rename_clusters(dataset, "r", "s")
    cbf.delete_clusters(dataset, "s")
    before = state_of(dataset)
    assert cbf.clean_up(dataset) == []
    assert state_of(dataset) == before
    assert [value.label for value in dataset.values("place")] == places


def test_a_copy_or_a_renamed_field_is_its_owners(make_scenes):
    dataset = make_scenes(6)
    cbf.label_samples(dataset, "place", candidates=BACKGROUNDS, encoder=CLIP)
    dataset.clone_sample_field("place", "mine")
    dataset.rename_sample_field("place", "where")
    cbf.clean_up(dataset)
    for name in ("mine", "where"):
        assert "clusterby" not in (dataset.get_field(name).info or {})
        assert dataset.count(name) == 6
