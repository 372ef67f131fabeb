"""What holds for every registered encoder; those of the Hub are tried with random weights in their architecture."""

import numpy as np
import pytest
from PIL import Image

from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, Encoder, FittableEncoder
from clusterby.encoders.base import PreparingEncoder, embeds_queries
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder
from tests.hub.cache import use_hub
from tests.hub.tiny_models import build_hub

RNG = np.random.default_rng(0)
SAMPLING_RATE = 48_000
ITEMS = {
    Modality.IMAGE: [
        Image.fromarray(RNG.integers(0, 255, (20 + i, 30, 3), dtype=np.uint8)) for i in range(6)
    ],
    Modality.TEXT: ["red apples", "green apples", "fast cars", "slow cars", "a fast red car", "pears"],
    Modality.AUDIO: [
        RNG.normal(scale=0.1, size=int(SAMPLING_RATE * seconds)).astype(np.float32)
        for seconds in (0.3, 1, 2.5, 9.99, 10, 12)
    ],
    Modality.NUMBER: np.arange(6.0),
    Modality.CATEGORY: np.array(list("aabbcc"), dtype=object),
    Modality.DATE: np.datetime64("2024-01-01", "us") + np.arange(6) * np.timedelta64(86_400_000_000, "us"),
    Modality.VECTOR: RNG.normal(size=(6, 4)).astype(np.float32),
}
CASES = [(spec, modality) for spec in ENCODERS for modality in sorted(spec.modalities)]
QUERIES = ["cars", "a fast red car", "apples"]


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Make the encoder of a row once; its model is put into a cache of the Hub before."""
    folder = tmp_path_factory.mktemp("hub")
    made = {}

    def once(spec):
        if spec.name not in made:
            build_hub(folder, [spec])
            assert spec.available
            made[spec.name] = spec.make()
        return made[spec.name]

    with pytest.MonkeyPatch.context() as patch:
        use_hub(patch, folder)
        yield once


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0].name}-{case[1]}")
def case(request, make):
    spec, modality = request.param
    encoder, items = make(spec), ITEMS[modality]
    encoder = encoder.fit(items) if spec.fitted else encoder
    return spec, encoder, items, encoder.encode(items)


def test_its_row_tells_the_truth(case):
    spec, encoder, _, vectors = case
    assert isinstance(encoder, Encoder)
    assert encoder.name == spec.name
    assert isinstance(encoder, FittableEncoder) == spec.fitted
    assert embeds_queries(encoder) == spec.aligned
    assert getattr(encoder, "modalities", spec.modalities) == spec.modalities
    if spec.dimension is not None:
        assert vectors.shape[1] == spec.dimension
    if Modality.AUDIO in spec.modalities:
        assert encoder.sampling_rate == SAMPLING_RATE
    assert spec.summary.startswith(("sees", "takes"))
    assert spec.weakness.startswith("sees")


def test_it_gives_one_finite_float32_vector_per_item(case):
    _, _, items, vectors = case
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(items)
    assert np.isfinite(vectors).all()


def test_the_batch_makes_no_difference(case):
    _, encoder, items, vectors = case
    apart = np.concatenate([encoder.encode(items[:1]), encoder.encode(items[1:][::-1])[::-1]])
    np.testing.assert_allclose(vectors, apart, atol=1e-6)


def test_chance_makes_no_difference(case):
    _, encoder, items, vectors = case
    in_steps = isinstance(encoder, PreparingEncoder)
    again = encoder.encode_prepared(encoder.prepare(items)) if in_steps else encoder.encode(items)
    np.testing.assert_array_equal(again, vectors)


def test_the_revision_names_the_corpus_if_it_is_fitted(case):
    spec, encoder, _, _ = case
    assert ("#" in encoder.revision) == spec.fitted


def test_the_revision_names_the_commit_if_the_row_does(case):
    spec, encoder, _, _ = case
    assert encoder.revision
    assert encoder.revision.startswith(spec.hub_revision or "")


def test_queries_are_comparable_with_items_and_independent_of_each_other(case):
    spec, encoder, _, vectors = case
    if spec.aligned:
        queries = encoder.encode_queries(QUERIES)
        assert queries.shape == (len(QUERIES), vectors.shape[1])
        assert queries.dtype == np.float32
        np.testing.assert_allclose(queries[:1], encoder.encode_queries(QUERIES[:1]), atol=1e-6)


@pytest.mark.parametrize("name", ["e5", "qwen3-embedding"])
def test_the_prompt_of_a_row_is_put_before_texts_or_queries(make, name):
    spec = ENCODERS.get(name)
    with_prompt = make(spec)
    bare = SentenceTransformerEncoder(spec.hub_id, revision=spec.hub_revision, prompt="", query_prompt="")
    before = {"text": spec.arguments.get("prompt", "")}
    before["query"] = spec.arguments.get("query_prompt", before["text"])
    assert before["query"]
    np.testing.assert_allclose(
        with_prompt.encode(ITEMS[Modality.TEXT]),
        bare.encode([before["text"] + text for text in ITEMS[Modality.TEXT]]),
        atol=1e-6,
    )
    np.testing.assert_allclose(
        with_prompt.encode_queries(QUERIES),
        bare.encode_queries([before["query"] + query for query in QUERIES]),
        atol=1e-6,
    )
