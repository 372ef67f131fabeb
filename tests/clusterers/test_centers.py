from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.clusterers import centers
from clusterby.clusterers.centers import mean_centers


@settings(deadline=None, max_examples=50)
@given(labels=st.lists(st.integers(-1, 5), min_size=1, max_size=40), d=st.integers(1, 4))
def test_centers_are_the_means_in_order_of_the_labels(labels, d):
    labels = np.array(labels, dtype=np.int64)
    vectors = np.random.default_rng(len(labels)).normal(size=(len(labels), d)).astype(np.float32)
    expected = [vectors[labels == k].mean(axis=0, dtype=np.float64) for k in np.unique(labels[labels >= 0])]
    found = mean_centers(vectors, labels)
    assert found.dtype == np.float32
    assert found.shape == (len(expected), d)
    np.testing.assert_allclose(found, np.reshape(expected, (-1, d)), rtol=1e-5, atol=1e-6)


def test_blocks_add_up(monkeypatch):
    vectors = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    labels = np.arange(50, dtype=np.int64) % 4
    whole = mean_centers(vectors, labels)
    monkeypatch.setattr(centers, "_BLOCK", 7 * 8 * 3)
    np.testing.assert_allclose(mean_centers(vectors, labels), whole, rtol=1e-6)


def test_noise_alone_has_no_centers():
    assert mean_centers(np.zeros((2, 3), dtype=np.float32), np.array([-1, -1])).shape == (0, 3)
