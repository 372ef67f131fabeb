import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from clusterby.clusterers.evoc import EVoC

from .conftest import make_blobs


@pytest.mark.filterwarnings("default")
@parametrize_with_checks([EVoC()])
def test_it_keeps_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_many_rows_in_clear_groups_are_mostly_found():
    blobs = make_blobs(5, 32, n=3_000, spread=0.6)
    labels = EVoC(random_state=0, base_min_cluster_size=50).fit_predict(blobs.vectors)
    assert adjusted_rand_score(blobs.truth[labels >= 0], labels[labels >= 0]) > 0.8


def test_equal_rows_share_their_label_and_strength():
    blobs = make_blobs(4, 16, n=200)
    model = EVoC(random_state=0).fit(np.repeat(blobs.vectors, 3, axis=0))
    assert (model.labels_[::3] == model.labels_[2::3]).all()
    assert (model.probabilities_[::3] == model.probabilities_[1::3]).all()


def test_noise_has_no_strength_and_every_layer_labels_every_row():
    blobs = make_blobs(4, 16, n=300)
    model = EVoC(random_state=0).fit(blobs.vectors)
    assert (model.probabilities_[model.labels_ == -1] == 0).all()
    assert all(layer.shape == (300,) for layer in model.cluster_layers_)


@pytest.mark.parametrize("n", [1, 2, 9])
def test_too_few_rows_for_two_clusters_are_noise(n):
    assert EVoC().fit_predict(np.eye(n, 12, dtype=np.float32)).tolist() == [-1] * n


def test_many_equal_rows_are_one_cluster():
    assert EVoC().fit_predict(np.ones((8, 3), dtype=np.float32)).tolist() == [0] * 8
