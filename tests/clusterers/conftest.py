"""Vectors that the clusterer tests share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from clusterby.core.column import FloatArray, IntArray


class Blobs(NamedTuple):
    vectors: FloatArray
    truth: IntArray


def make_blobs(k: int, d: int, *, n: int, spread: float = 0.2, seed: int = 0) -> Blobs:
    """Well-separated round groups of unequal sizes, as unit rows."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(k, d))
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    shares = np.maximum(rng.dirichlet(np.full(k, 3.0)), 0.3 / k)
    truth = rng.choice(k, size=n, p=shares / shares.sum())
    vectors = centers[truth] + rng.normal(size=(n, d)) * (spread / np.sqrt(d))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Blobs(vectors.astype(np.float32), truth.astype(np.int64))


@pytest.fixture(scope="session")
def blobs() -> Blobs:
    """Four blobs of 30 to 60 unit rows in 64 dimensions."""
    return make_blobs(4, 64, n=180)


@pytest.fixture
def global_random_seed() -> int:
    """The seed of scikit-learn's own tests."""
    return 42


@pytest.fixture(params=[np.float32, np.float64])
def global_dtype(request):
    """The precisions that scikit-learn's own tests run in."""
    return request.param
