"""A torch device finds what the processor finds; torch on the processor stands for a GPU here."""

import numpy as np
import pytest

from clusterby.clusterers import HDBSCAN, KMeans, SpectralClustering
from clusterby.core.errors import InvalidParameter

from .conftest import make_blobs

pytestmark = pytest.mark.filterwarnings("ignore:Graph is not fully connected")

BLOBS = make_blobs(6, 32, n=900, spread=0.9)
ESTIMATORS = [
    KMeans(6, random_state=0, tol=0),
    KMeans(6, random_state=0, metric="cosine"),
    HDBSCAN(min_cluster_size=20),
    HDBSCAN(metric="cosine"),
    SpectralClustering(6, affinity="nearest_neighbors", random_state=0),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_labels_are_the_same(estimator, dtype):
    vectors = BLOBS.vectors.astype(dtype)
    here = estimator.set_params(device="cpu").fit(vectors).labels_
    there = estimator.set_params(device="cpu:0").fit(vectors).labels_
    assert here.tolist() == there.tolist()


def test_weighted_rows_have_the_same_centers():
    weights = np.random.default_rng(0).random(len(BLOBS.vectors))
    here, there = (
        KMeans(6, random_state=0, tol=0, device=device).fit(BLOBS.vectors, sample_weight=weights)
        for device in ("cpu", "cpu:0")
    )
    np.testing.assert_allclose(here.cluster_centers_, there.cluster_centers_, atol=1e-6)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_a_device_that_is_not_there_is_refused_before_the_fit(estimator):
    with pytest.raises(InvalidParameter, match="device='none' cannot be used"):
        estimator.set_params(device="none").fit(BLOBS.vectors)
