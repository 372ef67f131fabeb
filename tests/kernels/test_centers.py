import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterby.kernels import centers as centers_module
from clusterby.kernels.centers import mean_centers, nearest_center

FLOATS = st.floats(-100, 100, width=32)


@given(st.data())
def test_centers_are_the_means_of_their_members(data):
    n, d = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 4))
    vectors = data.draw(arrays(np.float32, (n, d), elements=FLOATS))
    labels = data.draw(arrays(np.int64, n, elements=st.integers(-1, 3)))
    expected = [vectors[labels == c].astype(float).mean(axis=0) for c in np.unique(labels) if c != -1]
    found = mean_centers(vectors, labels)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.reshape(expected, (len(expected), d)), atol=1e-4)


def test_blocks_add_up(monkeypatch):
    vectors = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    labels = np.arange(50, dtype=np.int64) % 4
    whole = mean_centers(vectors, labels)
    monkeypatch.setattr(centers_module, "_BLOCK_BYTES", 7 * 8 * 3)
    np.testing.assert_allclose(mean_centers(vectors, labels), whole, rtol=1e-6)


def test_all_noise_has_no_center():
    assert mean_centers(np.ones((2, 3), "float32"), np.array([-1, -1])).shape == (0, 3)


def test_the_nearest_center_is_found_across_blocks(monkeypatch):
    rng = np.random.default_rng(0)
    vectors, centers = rng.normal(size=(50, 3)).astype("float32"), rng.normal(size=(7, 3)).astype("float32")
    distances = np.linalg.norm(vectors[:, None] - centers[None], axis=2)
    monkeypatch.setattr(centers_module, "_BLOCK_BYTES", 4 * 7 * 8)
    nearest, margin = nearest_center(vectors, centers)
    two = np.sort(distances, axis=1)[:, :2]
    assert nearest.tolist() == distances.argmin(axis=1).tolist()
    np.testing.assert_allclose(margin, 1 - two[:, 0] / two[:, 1], atol=1e-4)


def test_a_single_center_is_nearest_without_doubt():
    nearest, margin = nearest_center(np.zeros((2, 1), "float32"), np.ones((1, 1), "float32"))
    assert (nearest.tolist(), margin.tolist()) == ([0, 0], [1.0, 1.0])
