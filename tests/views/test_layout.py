import subprocess
import sys

import numpy as np
import pytest

from clusterby.core.errors import InvalidParameter
from clusterby.views.layout import layout


def blobs(m, d=16, k=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(m) % k
    vectors = rng.normal(size=(k, d))[labels] * 6 + rng.normal(size=(m, d))
    return vectors.astype(np.float32), labels


def nearest_agree(places, labels):
    """Return the share of places whose nearest neighbour has the same label."""
    distances = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return (labels[distances.argmin(axis=1)] == labels).mean()


@pytest.mark.parametrize("method", ["tsne", "pca"])
def test_blobs_stay_together(method):
    vectors, labels = blobs(90)
    places = layout(vectors, method=method).places
    assert places.shape == (90, 2)
    assert places.dtype == np.float32
    assert nearest_agree(places, labels) == 1


def test_the_same_seed_gives_the_same_places():
    vectors, _ = blobs(60)
    assert np.array_equal(layout(vectors, random_state=3).places, layout(vectors, random_state=3).places)


def test_another_process_gives_the_same_places():
    code = (
        "import numpy as np; from clusterby.views.layout import layout;"
        "v = np.random.default_rng(0).normal(size=(40, 8)).astype('float32');"
        "print(layout(v).places.tobytes().hex())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    here = layout(np.random.default_rng(0).normal(size=(40, 8)).astype("float32")).places
    assert there.strip() == here.tobytes().hex()


def test_rows_beyond_the_landmarks_lie_among_their_nearest(monkeypatch):
    monkeypatch.setattr("clusterby.views.layout._LANDMARKS", 60)
    vectors, labels = blobs(400)
    found = layout(vectors)
    assert found.method == "A t-SNE of 60 rows drawn by chance; every other row lies among its nearest."
    assert nearest_agree(found.places, labels) == 1


def test_a_row_equal_to_another_lies_on_it(monkeypatch):
    monkeypatch.setattr("clusterby.views.layout._LANDMARKS", 50)
    vectors, _ = blobs(80)
    places = layout(np.concatenate([vectors, vectors])).places
    assert np.allclose(places[:80], places[80:], atol=1e-3)


@pytest.mark.parametrize("m", [0, 1, 2, 3, 7])
def test_a_few_rows_are_projected(m):
    found = layout(np.eye(8, 5, dtype="float32")[:m])
    assert found.places.shape == (m, 2)
    assert np.isfinite(found.places).all()
    assert "PCA" in found.method


def test_equal_rows_lie_on_one_place():
    assert layout(np.ones((100, 4), dtype="float32")).places.tolist() == [[0.0, 0.0]] * 100


def test_one_dimension_is_a_line():
    places = layout(np.arange(50, dtype="float32")[:, None]).places
    assert np.array_equal(places[:, 1], np.zeros(50))
    assert np.allclose(np.abs(np.diff(places[:, 0])), 1)


def test_places_are_centered():
    vectors, _ = blobs(40)
    places = layout(vectors + 100, method="pca").places
    assert np.allclose(places.min(axis=0), -places.max(axis=0), atol=1e-4)


def test_the_vectors_are_not_changed():
    vectors, _ = blobs(40)
    before = vectors.copy()
    layout(vectors)
    assert np.array_equal(vectors, before)


def test_tsne_of_too_few_rows_is_refused():
    with pytest.raises(InvalidParameter, match="t-SNE needs 30 different rows, not 5: use method='pca'"):
        layout(np.eye(5, dtype="float32"), method="tsne")


def test_an_unknown_method_is_refused():
    with pytest.raises(InvalidParameter, match="method must be 'auto', 'pca' or 'tsne', not 'umap'"):
        layout(np.eye(5, dtype="float32"), method="umap")
