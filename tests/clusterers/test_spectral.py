import pickle
from contextlib import contextmanager

import numpy as np
import pytest
from sklearn import cluster
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from clusterby.clusterers.spectral import SpectralClustering
from clusterby.core.progress import report_progress

pytestmark = pytest.mark.filterwarnings("ignore:Graph is not fully connected")


def nearest(n_clusters: int = 2, **settings) -> SpectralClustering:
    return SpectralClustering(n_clusters, affinity="nearest_neighbors", **{"random_state": 0, **settings})


@parametrize_with_checks([SpectralClustering(), nearest(n_neighbors=3)])
@pytest.mark.filterwarnings("ignore:.*:sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:The spectral clustering API has changed")
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize("assign_labels", ["kmeans", "discretize", "cluster_qr"])
@pytest.mark.parametrize(
    ("rows", "k"),
    [
        (make_blobs(900, 3, centers=4, cluster_std=1.2, random_state=1)[0], 4),
        (make_moons(900, noise=0.08, random_state=0)[0], 2),
        (make_circles(900, noise=0.04, factor=0.5, random_state=0)[0], 2),
    ],
    ids=["blobs", "moons", "circles"],
)
def test_labels_are_those_of_scikit_learn(rows, k, assign_labels):
    settings = {"affinity": "nearest_neighbors", "random_state": 0, "assign_labels": assign_labels}
    theirs = cluster.SpectralClustering(k, n_neighbors=20, **settings).fit(rows).labels_
    ours = SpectralClustering(k, n_neighbors=20, **settings).fit(rows).labels_
    assert adjusted_rand_score(theirs, ours) >= 0.99


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_graph_is_that_of_scikit_learn(dtype):
    rows = np.random.default_rng(0).standard_normal((200, 5)).astype(dtype)
    theirs = cluster.SpectralClustering(3, affinity="nearest_neighbors", random_state=0).fit(rows)
    ours = nearest(3).fit(rows)
    assert (ours.affinity_matrix_.toarray() == theirs.affinity_matrix_.toarray()).all()


@pytest.mark.parametrize("n", [120, 1200])
@pytest.mark.parametrize("assign_labels", ["kmeans", "discretize", "cluster_qr"])
def test_as_many_clusters_as_components_are_the_components(n, assign_labels):
    rows, truth = make_blobs(n, 3, centers=100 * np.eye(3)[[0, 1, 2]], random_state=0)
    rows[truth == 2] *= 0.5
    labels = nearest(3, assign_labels=assign_labels, n_neighbors=12).fit(rows).labels_
    assert adjusted_rand_score(truth, labels) == 1.0


def test_small_components_do_not_eat_up_the_clusters():
    large, truth = make_blobs(1000, 2, centers=[[0, 0], [6, 0]], random_state=0)
    far = np.random.default_rng(0).standard_normal((8, 2)) * 1000
    rows = np.concatenate([large, np.repeat(far, 12, axis=0)])
    labels = nearest(2).fit(rows).labels_
    assert adjusted_rand_score(truth, labels[:1000]) >= 0.97
    for first in range(1000, 1096, 12):
        assert len(set(labels[first : first + 12])) == 1


def test_a_component_left_out_joins_the_rows_nearest_to_it():
    rows = np.concatenate([np.linspace(0, 1, 100), np.linspace(20, 21, 100), np.full(6, 18.0)])[:, None]
    labels = nearest(2, n_neighbors=5, smallest_component=20).fit(rows).labels_
    assert set(labels[:100]) != set(labels[100:200])
    assert set(labels[200:]) == set(labels[100:200])


def test_every_component_may_be_kept():
    rows = np.concatenate([np.linspace(0, 1, 100), np.linspace(20, 21, 100), np.full(6, 18.0)])[:, None]
    labels = nearest(3, n_neighbors=5, smallest_component=1).fit(rows).labels_
    assert [len(set(labels[part])) for part in (slice(100), slice(100, 200), slice(200, 206))] == [1, 1, 1]
    assert len(set(labels)) == 3


def test_a_graph_in_pieces_is_warned_of_with_what_becomes_of_them():
    rows = np.concatenate([np.linspace(0, 1, 20), np.linspace(9, 10, 20)])[:, None]
    with pytest.warns(UserWarning, match="not fully connected: it has 2 components.$"):
        nearest(2).fit(rows)


def test_pieces_far_apart_are_clusters_whatever_reads_the_embedding():
    rows, truth = make_blobs(20, random_state=0, centers=[[1, 1], [-1, -1]], cluster_std=0.01)
    assert adjusted_rand_score(nearest(2).fit(rows).labels_, truth) == 1.0
    by_distance = SpectralClustering(2, gamma=2, random_state=0)
    assert adjusted_rand_score(by_distance.fit(rows).labels_, truth) == 1.0


def test_threads_do_not_change_the_labels():
    rows, _ = make_blobs(1500, 8, centers=12, cluster_std=3, random_state=0)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(nearest(12).fit(rows.astype(np.float32)).labels_)
    assert (found[0] == found[1]).all()


@pytest.mark.parametrize("k", [1, 2, 5])
def test_few_rows_and_many_clusters_work(k):
    rows = np.arange(5.0)[:, None]
    labels = nearest(k, n_neighbors=2).fit(rows).labels_
    assert len(set(labels)) == k


def test_equal_rows_are_clustered_without_complaint():
    labels = nearest(2, n_neighbors=3, assign_labels="cluster_qr").fit(np.ones((30, 4))).labels_
    assert labels.shape == (30,)


def test_more_neighbors_than_rows_are_refused():
    with pytest.raises(ValueError, match="Expected n_neighbors <= n_samples_fit, but n_neighbors = 10"):
        nearest(2).fit(np.eye(5))


def test_more_clusters_than_rows_are_refused():
    with pytest.raises(ValueError, match="n_samples=5 should be >= n_clusters=6"):
        nearest(6, n_neighbors=2).fit(np.eye(5))


def test_components_of_the_embedding_may_be_fewer_than_clusters():
    rows, truth = make_blobs(600, 2, centers=[[0, 0], [7, 0], [0, 7]], random_state=0)
    settings = {"n_components": 2, "n_neighbors": 30}
    assert adjusted_rand_score(truth, nearest(3, **settings).fit(rows).labels_) >= 0.95


def test_stopping_it_leaves_it_unfitted():
    class Stop(Exception):
        pass

    @contextmanager
    def impatient(description, total):
        def advance(count):
            raise Stop

        yield advance

    estimator = nearest(2)
    with report_progress(impatient), pytest.raises(Stop):
        estimator.fit(np.random.default_rng(0).standard_normal((50, 2)))
    assert not [name for name in vars(estimator) if name.endswith("_")]


def test_the_rows_given_do_not_change_and_the_estimator_can_be_kept():
    rows, _ = make_blobs(100, 2, centers=2, random_state=0)
    before = rows.copy()
    pipe = make_pipeline(StandardScaler(), clone(nearest(2)))
    labels = pipe.fit_predict(rows)
    assert (rows == before).all()
    assert (pickle.loads(pickle.dumps(pipe))[-1].labels_ == labels).all()
