import numpy as np
import pytest
from PIL import Image
from transformers import (
    BitImageProcessor,
    CLIPImageProcessor,
    ConvNextImageProcessor,
    DonutImageProcessor,
    SiglipImageProcessor,
    ViTImageProcessor,
)

from clusterby.encoders.image_steps import ImageSteps

RNG = np.random.default_rng(0)
IMAGES = [
    Image.fromarray(RNG.integers(0, 255, (height, width, 3), dtype=np.uint8))
    for height, width in [(64, 64), (40, 90), (91, 37), (33, 33), (65, 64), (300, 200)]
]
STOCK = {
    "clip": CLIPImageProcessor(size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64}),
    "clip, crop smaller": CLIPImageProcessor(
        size={"shortest_edge": 70}, crop_size={"height": 56, "width": 48}
    ),
    "siglip": SiglipImageProcessor(size={"height": 48, "width": 64}),
    "dinov2": BitImageProcessor(
        size={"shortest_edge": 60}, crop_size={"height": 56, "width": 56}, resample=3
    ),
    "vit": ViTImageProcessor(size={"height": 32, "width": 32}, resample=2),
    "no normalization": CLIPImageProcessor(
        size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64}, do_normalize=False
    ),
    "no rescaling": CLIPImageProcessor(
        size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64}, do_rescale=False
    ),
}


@pytest.mark.parametrize("name", STOCK)
def test_the_result_is_that_of_transformers(name):
    steps = ImageSteps.of(STOCK[name])
    theirs = np.stack(STOCK[name](IMAGES, return_tensors="np")["pixel_values"])
    ours = steps(IMAGES)
    assert (ours.shape, ours.dtype) == (theirs.shape, np.float32)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(
    "processor",
    [
        ConvNextImageProcessor(size={"shortest_edge": 64}),
        DonutImageProcessor(size={"height": 32, "width": 32}),
        CLIPImageProcessor(size={"shortest_edge": 64}, crop_size={"height": 80, "width": 80}),
        CLIPImageProcessor(size={"shortest_edge": 64}, do_center_crop=False),
        CLIPImageProcessor(do_resize=False),
        object(),
        None,
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_processor_with_other_steps_is_left_to_itself(processor):
    assert ImageSteps.of(processor) is None


def test_an_image_of_another_mode_is_converted():
    gray = Image.new("L", (64, 64), 7)
    steps = ImageSteps.of(STOCK["clip"])
    np.testing.assert_array_equal(steps([gray]), steps([gray.convert("RGB")]))


def test_an_image_does_not_depend_on_its_batch():
    steps = ImageSteps.of(STOCK["dinov2"])
    np.testing.assert_array_equal(steps(IMAGES)[3:4], steps(IMAGES[3:4]))
