from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from clusterby.clusterers import HDBSCAN, AgglomerativeClustering, GaussianMixture, KMeans, SpectralClustering
from clusterby.core.progress import report_progress

from .conftest import make_blobs

ESTIMATORS = [
    KMeans(3, random_state=0),
    AgglomerativeClustering(3),
    HDBSCAN(),
    GaussianMixture(3, covariance_type="diag", random_state=0),
    SpectralClustering(3, affinity="nearest_neighbors", random_state=0),
]


pytestmark = pytest.mark.filterwarnings("ignore:Graph is not fully connected")


@contextmanager
def interrupt(description, total):
    def advance(count):
        raise KeyboardInterrupt

    yield advance


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_an_interrupted_first_fit_leaves_nothing(estimator):
    before = dict(vars(estimator))
    with report_progress(interrupt), pytest.raises(KeyboardInterrupt):
        estimator.fit(make_blobs(3, 16, n=200).vectors)
    assert vars(estimator) == before


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_an_interrupted_second_fit_leaves_the_first(estimator):
    vectors = make_blobs(3, 16, n=200).vectors
    labels = estimator.fit_predict(vectors)
    before = dict(vars(estimator))
    with report_progress(interrupt), pytest.raises(KeyboardInterrupt):
        estimator.fit(vectors[:150])
    after = vars(estimator)
    assert after.keys() == before.keys()
    assert all(after[name] is before[name] for name in before)
    assert np.array_equal(getattr(estimator, "labels_", labels), labels)
