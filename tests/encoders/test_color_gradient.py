import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_sample_images
from sklearn.metrics import adjusted_rand_score

from clusterby.encoders.color_gradient import ColorGradientEncoder

ENCODER = ColorGradientEncoder()
GRADIENTS = slice(0, 576)
LAYOUT = slice(576, 624)
HISTOGRAM = slice(624, 724)
RNG = np.random.default_rng(0)


def noise(count, side=64):
    return [Image.fromarray(p) for p in RNG.integers(0, 255, (count, side, side, 3), dtype=np.uint8)]


def stripes(angle, *, low=60, high=190, side=64):
    """Return a grating whose lightness changes in the direction of an angle, in degrees."""
    y, x = np.mgrid[:side, :side]
    wave = np.sin((x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))) * 0.5)
    return Image.fromarray((low + (high - low) * (wave + 1) / 2).astype(np.uint8)).convert("RGB")


def shape(kind, color):
    """Return a filled shape somewhere on a gray, noisy ground."""
    image = Image.fromarray(RNG.normal(128, 12, (72, 72, 3)).clip(0, 255).astype(np.uint8))
    x, y, size = *RNG.integers(4, 20, 2).tolist(), int(RNG.integers(36, 48))
    corners = {
        "square": [(x, y), (x + size, y), (x + size, y + size), (x, y + size)],
        "triangle": [(x, y + size), (x + size, y + size), (x + size // 2, y)],
    }
    ImageDraw.Draw(image).polygon(corners[kind], fill=color)
    return image


def clusters(vectors, k, *, seed=0):
    return KMeans(k, n_init=10, random_state=seed).fit_predict(vectors)


def cosine(first, second):
    one, other = ENCODER.encode([first, second])
    return float(one @ other)


def test_it_says_what_it_gives():
    vectors = ENCODER.encode(noise(3))
    assert (ENCODER.name, ENCODER.revision, ENCODER.dimension, ENCODER.shrink_to) == (
        "color-gradient",
        "1",
        724,
        128,
    )
    assert (vectors.shape, vectors.dtype) == ((3, 724), np.float32)


def test_no_images_give_no_vectors():
    assert ENCODER.encode([]).shape == (0, 724)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from(["RGB", "L", "1", "RGBA", "CMYK"]))
def test_every_image_gives_a_unit_vector(width, height, mode):
    pixels = np.random.default_rng(width * height).integers(0, 255, (height, width, 3), dtype=np.uint8)
    vector = ENCODER.encode([Image.fromarray(pixels).convert(mode)])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("color", ["black", "white", "gray", "red", "#00ff00"])
def test_a_blank_image_gives_a_unit_vector_without_gradients(color):
    vector = ENCODER.encode([Image.new("RGB", (50, 40), color)])[0]
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert not vector[GRADIENTS].any()


def test_the_batch_makes_no_difference():
    images = noise(21)
    whole = ENCODER.encode(images)
    for cut in (1, 8, 13):
        apart = np.concatenate([ENCODER.encode(images[:cut]), ENCODER.encode(images[cut:])])
        np.testing.assert_allclose(whole, apart, atol=1e-6)


def test_it_is_deterministic_and_leaves_the_images_alone():
    images = noise(3, side=40)
    before = [image.tobytes() for image in images]
    np.testing.assert_array_equal(ENCODER.encode(images), ColorGradientEncoder().encode(images))
    assert [image.tobytes() for image in images] == before


def test_a_gray_image_is_the_same_in_every_mode():
    gray = stripes(30).convert("L")
    np.testing.assert_array_equal(*ENCODER.encode([gray, gray.convert("RGB")]))


def test_a_gray_image_has_no_chroma():
    vector = ENCODER.encode([stripes(30)])[0]
    np.testing.assert_allclose(vector[LAYOUT].reshape(3, -1)[1:], 0, atol=1e-6)
    shares = vector[HISTOGRAM].reshape(4, 5, 5) ** 2
    np.testing.assert_allclose(shares.sum(axis=(0, 1, 2)), shares[:, 2, 2].sum(), atol=1e-5)


def test_it_sees_in_which_direction_edges_run():
    same, near, across = (cosine(stripes(0), stripes(angle)) for angle in (0, 15, 90))
    assert same == pytest.approx(1, abs=1e-6)
    assert same > near > across
    assert across < 0.7


def test_it_sees_which_side_of_an_edge_is_dark():
    half = np.zeros((64, 64, 3), np.uint8)
    half[:, 32:] = 255
    left, right = ENCODER.encode([Image.fromarray(half), Image.fromarray(255 - half)])
    assert left[GRADIENTS] @ right[GRADIENTS] == 0


def test_contrast_matters_little_to_edges():
    weak, strong = (ENCODER.encode([stripes(40, low=128 - c, high=128 + c)])[0, GRADIENTS] for c in (30, 90))
    assert weak @ strong / np.linalg.norm(weak) / np.linalg.norm(strong) > 0.99


def test_faint_noise_counts_for_less_than_edges():
    faint = Image.fromarray(RNG.normal(128, 1, (64, 64, 3)).round().astype(np.uint8))
    assert np.linalg.norm(ENCODER.encode([faint])[0, GRADIENTS]) < 0.7
    assert np.linalg.norm(ENCODER.encode([stripes(0)])[0, GRADIENTS]) > 0.7


def test_it_sees_edges_between_colors_of_one_lightness():
    halves = np.full((64, 64, 3), (200, 80, 80), np.uint8)
    halves[:, 32:] = (80, 80, 200)
    assert np.linalg.norm(ENCODER.encode([Image.fromarray(halves)])[0, GRADIENTS]) > 0.3


def test_it_sees_where_a_color_lies():
    red_left, red_right = (np.zeros((64, 64, 3), np.uint8) for _ in range(2))
    red_left[:, :32], red_left[:, 32:] = (200, 0, 0), (0, 0, 200)
    red_right[:, :32], red_right[:, 32:] = (0, 0, 200), (200, 0, 0)
    one, other = ENCODER.encode([Image.fromarray(red_left), Image.fromarray(red_right)])
    np.testing.assert_allclose(one[HISTOGRAM], other[HISTOGRAM], atol=1e-6)
    assert np.abs(one[LAYOUT] - other[LAYOUT]).max() > 0.01


def test_one_shape_in_three_colors_makes_three_clusters():
    colors = np.repeat(["red", "green", "blue"], 15)
    labels = clusters(ENCODER.encode([shape("square", color) for color in colors]), 3)
    assert adjusted_rand_score(colors, labels) == 1


def test_two_shapes_of_one_color_make_two_clusters():
    kinds = np.repeat(["square", "triangle"], 15)
    labels = clusters(ENCODER.encode([shape(kind, "red") for kind in kinds]), 2)
    assert adjusted_rand_score(kinds, labels) == 1


def test_photographs_are_told_from_their_mirror_image_by_less_than_from_each_other():
    china, flower = (Image.fromarray(p) for p in load_sample_images().images)
    mirrored = china.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert cosine(china, mirrored) > cosine(china, flower)


@pytest.fixture(scope="module")
def digits():
    pixels, truth = load_digits(return_X_y=True)
    images = [Image.fromarray((row.reshape(8, 8) * 255 / 16).round().astype(np.uint8)) for row in pixels]
    return ENCODER.encode(images), truth


@pytest.mark.parametrize("seed", range(5))
def test_handwritten_digits_fall_into_their_classes(digits, seed):
    vectors, truth = digits
    assert adjusted_rand_score(truth, clusters(vectors, 10, seed=seed)) > 0.77
