import numpy as np
import pytest
from scipy import ndimage

from clusterby.samples.scene_captions import SCENE_WORDS
from clusterby.samples.scene_pixels import BACKGROUNDS, COLORS, COUNTS, SHAPES, TEXTURES, draw_scene

SCENE = {"shape": "circle", "color": "red", "texture": "solid", "background": "snow", "count": "three"}


def draw(seed=0, **changed):
    return draw_scene(SCENE | changed, np.random.default_rng(seed)).astype(int)


def redness(pixels):
    return pixels[..., 0] - pixels[..., 1]


def test_every_value_with_words_can_be_drawn():
    drawn = {
        "shape": SHAPES,
        "color": COLORS,
        "texture": TEXTURES,
        "background": BACKGROUNDS,
        "count": COUNTS,
    }
    assert {name: list(values) for name, values in drawn.items()} == {
        name: list(values) for name, values in SCENE_WORDS.items()
    }


def test_a_scene_is_64_by_64_pixels_of_three_bytes():
    pixels = draw_scene(SCENE, np.random.default_rng(0))
    assert (pixels.shape, pixels.dtype) == ((64, 64, 3), np.uint8)


def test_the_same_chance_draws_the_same_scene():
    assert (draw(5) == draw(5)).all()
    assert (draw(5) != draw(6)).any()


@pytest.mark.parametrize("count", COUNTS)
def test_objects_are_as_many_as_said_and_stand_apart(count):
    for seed in range(20):
        _, found = ndimage.label(redness(draw(seed, count=count)) > 60)
        assert found == COUNTS[count]


def test_each_object_has_a_cell_of_nine_to_itself():
    for seed in range(20):
        labels, found = ndimage.label(redness(draw(seed, count="five")) > 60)
        centers = np.array(ndimage.center_of_mass(labels > 0, labels, range(1, found + 1)))
        assert len({tuple(cell) for cell in (centers // (64 / 3)).tolist()}) == 5


@pytest.mark.parametrize("shape", SHAPES)
def test_only_a_ring_has_a_hole(shape):
    for seed in range(20):
        red = redness(draw(seed, shape=shape, count="one")) > 60
        assert (ndimage.binary_fill_holes(red).sum() - red.sum() > 9) == (shape == "ring")


@pytest.mark.parametrize(
    ("attribute", "value"), [(name, value) for name in SCENE_WORDS for value in SCENE_WORDS[name]]
)
def test_each_value_changes_the_picture(attribute, value):
    others = [other for other in SCENE_WORDS[attribute] if other != value]
    assert all((draw(3, **{attribute: value}) != draw(3, **{attribute: other})).any() for other in others)


def test_only_a_solid_object_is_of_one_tone():
    spread = {}
    for texture in TEXTURES:
        pixels = draw(1, texture=texture, count="one", shape="square")
        red = redness(pixels) > 25
        y, x = (int(axis.mean()) for axis in np.nonzero(red))
        spread[texture] = pixels[y - 5 : y + 6, x - 5 : x + 6].std(axis=(0, 1)).max()
    assert spread["solid"] < 15
    assert min(value for texture, value in spread.items() if texture != "solid") > 20
