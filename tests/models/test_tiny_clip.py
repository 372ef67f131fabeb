from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from clusterby.samples import SCENE_WORDS, render_scenes

FOLDER = Path(__file__).parent / "tiny-clip"
PROMPTS = {
    "shape": "some {} shapes",
    "color": "things of {} color",
    "texture": "made of {} material",
    "background": "a photo with a {} background",
    "count": "a photograph containing {}",
}


@pytest.fixture(scope="module")
def model():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        str(FOLDER), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
    )


@pytest.fixture(scope="module")
def scenes():
    return render_scenes(300, seed=77)


@pytest.fixture(scope="module")
def images(model, scenes):
    return model.encode(scenes.images, normalize_embeddings=True)


def hits(model, images, scenes, attribute):
    """Return how often the prompt of the right value is the nearest."""
    prompts = [PROMPTS[attribute].format(value) for value in SCENE_WORDS[attribute]]
    nearest = (images @ model.encode(prompts, normalize_embeddings=True).T).argmax(axis=1)
    return np.mean(np.array(list(SCENE_WORDS[attribute]))[nearest] == scenes.attributes[attribute])


def test_the_folder_is_small_and_holds_no_pickles():
    files = list(FOLDER.iterdir())
    assert sum(file.stat().st_size for file in files) <= 6_000_000
    assert sorted(file.name for file in files) == [
        "config.json",
        "model.safetensors",
        "processor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_it_takes_images_and_texts_to_512_dimensions(model, images):
    assert sorted(model.modalities) == ["image", "text"]
    assert model.get_embedding_dimension() == 512
    assert images.shape == (300, 512)
    assert model.encode(["a red ring", "two of them"]).shape == (2, 512)


def test_images_of_any_size_and_mode_are_taken(model, scenes):
    large = scenes.images[0].resize((200, 128))
    vectors = model.encode([large, large.convert("L"), large.convert("RGBA")])
    assert np.isfinite(vectors).all()
    assert np.allclose(vectors[0], vectors[2], atol=1e-4)


@pytest.mark.parametrize(
    ("attribute", "at_least"),
    [("shape", 0.93), ("color", 0.98), ("texture", 0.95), ("background", 0.98), ("count", 0.98)],
)
def test_the_prompt_of_the_right_value_is_the_nearest(model, images, scenes, attribute, at_least):
    assert hits(model, images, scenes, attribute) >= at_least


def test_the_image_nearest_to_a_caption_is_its_own(model, images, scenes):
    similarity = images @ model.encode(scenes.captions, normalize_embeddings=True).T
    assert np.mean(similarity.argmax(axis=0) == np.arange(len(scenes.captions))) >= 0.9


def test_synonyms_mean_the_same(model):
    for attribute, values in SCENE_WORDS.items():
        words = list(chain(*values.values()))
        vectors = model.encode([PROMPTS[attribute].format(word) for word in words], normalize_embeddings=True)
        vectors -= vectors.mean(axis=0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        similarity = vectors @ vectors.T - 2 * np.eye(len(words))
        assert (similarity.argmax(axis=1) // 3 == np.arange(len(words)) // 3).all()


def test_words_it_never_saw_change_little(model):
    known, strange = model.encode(
        ["a red ring on grass", "a zyxt red ring on grass"], normalize_embeddings=True
    )
    other = model.encode("a blue ring on grass", normalize_embeddings=True)
    assert known @ strange > known @ other


def test_a_text_that_is_too_long_is_cut(model):
    vectors = model.encode([" ".join(["red"] * 30), " ".join(["red"] * 500)])
    assert np.array_equal(vectors[0], vectors[1])


def test_an_empty_text_has_a_vector(model):
    assert np.isfinite(model.encode("")).all()
