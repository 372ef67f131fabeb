import csv
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from clusterby import samples
from clusterby.core.errors import InvalidParameter, UnreadableSource


def pixels(scenes):
    return [np.asarray(image) for image in scenes.images]


def test_scenes_are_rows_of_images_attributes_and_captions():
    found = samples.render_scenes(7)
    assert [(image.size, image.mode) for image in found.images] == [((64, 64), "RGB")] * 7
    assert list(found.attributes) == ["shape", "color", "texture", "background", "count"]
    assert {len(values) for values in found.attributes.values()} == {len(found.captions)} == {7}


def test_a_row_does_not_depend_on_how_many_there_are():
    few, many = samples.render_scenes(3, seed=4), samples.render_scenes(6, seed=4)
    rest = samples.render_scenes(3, seed=4, first=3)
    assert few.captions + rest.captions == many.captions
    assert all((a == b).all() for a, b in zip(pixels(few) + pixels(rest), pixels(many), strict=True))
    assert {name: few.attributes[name] + rest.attributes[name] for name in few.attributes} == many.attributes


def test_another_seed_gives_other_scenes():
    assert samples.render_scenes(5, seed=1).captions != samples.render_scenes(5, seed=2).captions


def test_no_scenes_are_scenes_too():
    found = samples.render_scenes(0)
    assert (found.images, found.captions, found.attributes["shape"]) == ([], [], [])


def test_values_come_equally_often_and_independently():
    found = samples.render_scenes(1500, seed=3).attributes
    for name, values in found.items():
        shares = np.array(list(Counter(values).values())) / 1500
        assert len(shares) == len(samples.SCENE_WORDS[name])
        assert abs(shares * len(shares) - 1).max() < 0.25
    red = [texture for texture, color in zip(found["texture"], found["color"], strict=True) if color == "red"]
    assert abs(np.array(list(Counter(red).values())) / len(red) - 1 / 5).max() < 0.08


def test_skewed_values_come_by_a_power_law():
    found = samples.render_scenes(1500, seed=3, skew=1.0).attributes
    for name, values in found.items():
        counts = Counter(values)
        harmonic = sum(1 / rank for rank in range(1, len(samples.SCENE_WORDS[name]) + 1))
        for rank, value in enumerate(samples.SCENE_WORDS[name], 1):
            assert counts[value] / 1500 == pytest.approx(1 / rank / harmonic, abs=0.04)


@pytest.mark.parametrize("wrong", [{"n": -1}, {"seed": -2}, {"first": -3}, {"skew": -0.5}])
def test_a_negative_number_is_an_error_that_names_it(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(InvalidParameter, match=rf"{name} must be 0 or more, not {value}"):
        samples.render_scenes(**({"n": 1} | wrong))


def test_the_folder_holds_the_images_and_a_table_of_them(tmp_path):
    folder = samples.scenes(tmp_path / "new" / "scenes", 4, seed=9)
    found = samples.render_scenes(4, seed=9)
    with (folder / "scenes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["caption"] for row in rows] == found.captions
    assert {name: [row[name] for row in rows] for name in found.attributes} == found.attributes
    for row, image in zip(rows, pixels(found), strict=True):
        with Image.open(folder / row["image"]) as stored:
            assert (np.asarray(stored) == image).all()


def test_a_second_call_writes_nothing(tmp_path):
    before = (samples.scenes(tmp_path, 2) / "scenes.csv").stat().st_mtime_ns
    assert samples.scenes(tmp_path, 2) == tmp_path
    assert (tmp_path / "scenes.csv").stat().st_mtime_ns == before


def test_a_folder_of_other_scenes_is_left_alone(tmp_path):
    samples.scenes(tmp_path, 2)
    with pytest.raises(UnreadableSource, match=r'holds scenes of \{"n": 2.*not \{"n": 3.*name a new'):
        samples.scenes(tmp_path, 3)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(UnreadableSource, match="not a folder of scenes: name a new or empty one"):
        samples.scenes(tmp_path, 2)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_writing_cut_short_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(self, path):
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(KeyboardInterrupt):
        samples.scenes(tmp_path / "scenes", 2)
    assert list(tmp_path.iterdir()) == []
