"""What holds for every registered encoder."""

import numpy as np
import pytest
from PIL import Image

from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, Encoder, FittableEncoder, QueryEncoder

RNG = np.random.default_rng(0)
ITEMS = {
    Modality.IMAGE: [
        Image.fromarray(RNG.integers(0, 255, (20 + i, 30, 3), dtype=np.uint8)) for i in range(6)
    ],
    Modality.TEXT: ["red apples", "green apples", "fast cars", "slow cars", "a fast red car", "pears"],
    Modality.NUMBER: np.arange(6.0),
    Modality.CATEGORY: np.array(list("aabbcc"), dtype=object),
    Modality.DATE: np.datetime64("2024-01-01", "us") + np.arange(6) * np.timedelta64(86_400_000_000, "us"),
    Modality.VECTOR: RNG.normal(size=(6, 4)).astype(np.float32),
}
CASES = [(spec, modality) for spec in ENCODERS for modality in sorted(spec.modalities)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].name}-{case[1]}")
def case(request):
    spec, modality = request.param
    encoder, items = ENCODERS.load(spec.name)(), ITEMS[modality]
    return spec, encoder.fit(items) if spec.fitted else encoder, items


def test_its_row_tells_the_truth(case):
    spec, encoder, items = case
    assert isinstance(encoder, Encoder)
    assert encoder.name == spec.name
    assert isinstance(encoder, FittableEncoder) == spec.fitted
    assert isinstance(encoder, QueryEncoder) == spec.aligned
    if spec.dimension is not None:
        assert encoder.encode(items).shape[1] == spec.dimension
    assert spec.summary.startswith(("sees", "takes"))
    assert spec.weakness.startswith("sees")


def test_it_gives_one_finite_float32_vector_per_item(case):
    _, encoder, items = case
    vectors = encoder.encode(items)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(items)
    assert np.isfinite(vectors).all()


def test_the_batch_makes_no_difference(case):
    _, encoder, items = case
    apart = np.concatenate([encoder.encode(items[:1]), encoder.encode(items[1:])])
    np.testing.assert_allclose(encoder.encode(items), apart, atol=1e-6)


def test_the_revision_names_the_corpus_if_it_is_fitted(case):
    spec, encoder, _ = case
    assert ("#" in encoder.revision) == spec.fitted


def test_queries_are_comparable_with_items(case):
    spec, encoder, items = case
    if spec.aligned:
        queries = encoder.encode_queries(["cars", "apples"])
        assert queries.shape == (2, encoder.encode(items).shape[1])
        assert queries.dtype == np.float32
