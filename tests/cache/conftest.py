import numpy as np
import pytest

from clusterby.cache import Cache


def rows(n, dimension=4, seed=0):
    """Return n keys and their vectors."""
    rng = np.random.default_rng(seed)
    keys = rng.integers(1, 2**63, (n, 2)).astype(np.uint64)
    return keys, rng.normal(size=(n, dimension)).astype(np.float32)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def space(cache):
    return cache.space({"encoder": "clip", "revision": "1"})


@pytest.fixture
def make_rows():
    return rows
