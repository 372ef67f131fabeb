import pickle
import warnings

import numpy as np
import pytest
import sklearn.cluster
from scipy.cluster.hierarchy import is_valid_linkage
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from tests.clusterers.conftest import make_blobs
from threadpoolctl import threadpool_limits

from clusterby.clusterers.hdbscan import HDBSCAN
from clusterby.core.progress import report_progress


@parametrize_with_checks([HDBSCAN(), HDBSCAN(metric="cosine", min_samples=1)])
def test_scikit_learn_accepts_the_estimator(estimator, check):
    check(estimator)


def reference(vectors, **parameters):
    settings = {"algorithm": "brute", **parameters}
    return sklearn.cluster.HDBSCAN(copy=True, **settings).fit(vectors.astype(np.float64))


def scattered(seed, n=400, d=6, k=6):
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(k, d)) * 3
    return centers[rng.integers(0, k, n)] + rng.normal(size=(n, d)) * rng.uniform(0.3, 1.2, (n, 1))


PARAMETERS = [
    {},
    {"min_cluster_size": 15},
    {"min_cluster_size": 10, "min_samples": 3},
    {"cluster_selection_method": "leaf"},
    {"max_cluster_size": 60},
    {"allow_single_cluster": True},
    {"alpha": 1.7},
    {"metric": "cosine"},
    {"metric": "l2", "min_samples": 30},
]


@pytest.mark.parametrize("parameters", [p for p in PARAMETERS if "max_cluster_size" not in p], ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_labels_are_those_of_scikit_learn_but_where_ties_leave_a_choice(parameters, seed):
    vectors = scattered(seed)
    ours, theirs = HDBSCAN(**parameters).fit(vectors), reference(vectors, **parameters)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.97
    np.testing.assert_allclose(
        ours._single_linkage_tree_["value"], theirs._single_linkage_tree_["value"], rtol=1e-7
    )


@pytest.mark.parametrize("parameters", [p for p in PARAMETERS if "min_samples" not in p], ids=str)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("d", [2, 6, 300])
def test_without_ties_labels_numbers_and_probabilities_are_those_of_scikit_learn(parameters, seed, d):
    vectors = scattered(seed, n=250, d=d)
    ours = HDBSCAN(min_samples=1, **parameters).fit(vectors)
    theirs = reference(vectors, min_samples=1, **parameters)
    assert (ours.labels_ == theirs.labels_).all()
    np.testing.assert_allclose(ours.probabilities_, theirs.probabilities_, rtol=1e-6)


@pytest.mark.parametrize("algorithm", ["auto", "brute", "kd_tree", "ball_tree"])
def test_every_algorithm_gives_the_same_labels(algorithm):
    vectors = scattered(0)
    assert (HDBSCAN(algorithm=algorithm).fit_predict(vectors) == HDBSCAN().fit_predict(vectors)).all()


def test_single_precision_stays_and_gives_the_same_clusters(blobs):
    single, double = HDBSCAN().fit(blobs.vectors), HDBSCAN().fit(blobs.vectors.astype(np.float64))
    assert (single.labels_ == double.labels_).all()
    assert adjusted_rand_score(single.labels_, blobs.truth) == 1
    np.testing.assert_array_equal(single.minimum_spanning_tree_, double.minimum_spanning_tree_)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_clusters_of_many_rows_are_those_of_scikit_learn(metric):
    vectors = make_blobs(12, 64, n=4500, spread=0.9).vectors
    ours = HDBSCAN(min_cluster_size=20, metric=metric).fit(vectors)
    theirs = reference(vectors, min_cluster_size=20, metric=metric)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.999
    assert len(set(ours.labels_)) > 3


def test_two_threads_give_the_bits_of_one():
    vectors = scattered(1, n=1500).astype(np.float32)
    with threadpool_limits(1):
        alone = HDBSCAN().fit(vectors)
    with threadpool_limits(2):
        together = HDBSCAN().fit(vectors)
    assert (alone.labels_ == together.labels_).all()
    assert (alone.single_linkage_tree_ == together.single_linkage_tree_).all()
    assert (alone.probabilities_ == together.probabilities_).all()


def test_the_trees_describe_one_hierarchy():
    vectors = scattered(2)
    vectors[:5] *= 20
    model = HDBSCAN(min_cluster_size=8).fit(vectors)
    assert is_valid_linkage(model.single_linkage_tree_)
    assert (model.minimum_spanning_tree_[:, 2] == model.single_linkage_tree_[:, 2]).all()
    assert model.condensed_tree_.dtype.names == ("parent", "child", "lambda_val", "child_size")
    assert set(np.argsort(model.outlier_scores_)[-5:]) == set(range(5))


def test_rows_that_are_not_finite_stand_apart():
    vectors = scattered(3)
    spoiled = vectors.copy()
    spoiled[[0, 7, 90]] = np.inf
    spoiled[[5, 90], 0] = np.nan
    model, clean = HDBSCAN().fit(spoiled), HDBSCAN().fit(np.delete(vectors, [0, 5, 7, 90], axis=0))
    others = np.setdiff1d(np.arange(400), [0, 5, 7, 90])
    assert model.labels_[[0, 5, 7, 90]].tolist() == [-2, -3, -2, -3]
    assert (model.labels_[others] == clean.labels_).all()
    np.testing.assert_array_equal(model.probabilities_[[0, 5, 7, 90]], [0, np.nan, 0, np.nan])
    np.testing.assert_array_equal(model.outlier_scores_[[0, 5, 7, 90]], [1, np.nan, 1, np.nan])
    assert is_valid_linkage(model.single_linkage_tree_)
    assert model.single_linkage_tree_[-4:, 2].tolist() == [np.inf] * 4
    assert sorted(model.condensed_tree_["child"][model.condensed_tree_["child"] < 400]) == list(range(400))
    assert set(model.minimum_spanning_tree_[:, :2].ravel().astype(int)) == set(others.tolist())
    cut = model.dbscan_clustering(1.0)
    assert cut[[0, 5, 7, 90]].tolist() == [-2, -3, -2, -3]
    assert (cut[others] == clean.dbscan_clustering(1.0)).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_centers_are_those_of_scikit_learn(metric):
    vectors = scattered(4, n=200)
    ours = HDBSCAN(min_samples=1, store_centers="both", metric=metric).fit(vectors)
    theirs = reference(vectors, min_samples=1, store_centers="both", metric=metric)
    np.testing.assert_allclose(ours.centroids_, theirs.centroids_)
    np.testing.assert_allclose(ours.medoids_, theirs.medoids_)


def test_centers_leave_rows_out_that_are_not_finite():
    vectors = scattered(4, n=200)
    spoiled = np.vstack([vectors, np.full((1, 6), np.nan)])
    clean = HDBSCAN(store_centers="centroid").fit(vectors)
    np.testing.assert_array_equal(HDBSCAN(store_centers="centroid").fit(spoiled).centroids_, clean.centroids_)


@pytest.mark.parametrize("metric", ["manhattan", "chebyshev"])
def test_other_metrics_are_left_to_scikit_learn(metric):
    vectors = scattered(5, n=100)
    ours = HDBSCAN(metric=metric, copy=True).fit(vectors)
    assert (ours.labels_ == sklearn.cluster.HDBSCAN(metric=metric, copy=True).fit_predict(vectors)).all()
    assert ours.outlier_scores_.shape == (100,)
    assert not hasattr(ours, "minimum_spanning_tree_")


def test_the_rows_are_left_as_they_were():
    vectors = scattered(6)
    before = vectors.copy()
    HDBSCAN(metric="cosine").fit(vectors)
    assert (vectors == before).all()


@pytest.mark.parametrize(
    ("parameters", "n", "message"),
    [
        ({}, 1, "n_samples=1 while HDBSCAN requires more than one sample"),
        ({}, 3, r"min_samples \(5\) must be at most the number of samples in X \(3\)"),
        ({"min_cluster_size": 1}, 9, "'min_cluster_size' parameter"),
        ({"metric": "cosine", "algorithm": "kd_tree", "copy": True}, 9, "cosine is not a valid metric"),
    ],
)
def test_what_cannot_be_is_refused_in_scikit_learns_words(parameters, n, message):
    with pytest.raises(ValueError, match=message):
        HDBSCAN(**parameters).fit(np.ones((n, 2)))


def test_no_warning_is_given():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        HDBSCAN(min_samples=1).fit(np.repeat(scattered(7, n=40), 3, axis=0))


def test_it_is_cloned_pickled_and_searched_over():
    vectors = scattered(8)
    model = HDBSCAN(min_cluster_size=7).fit(vectors)
    assert (pickle.loads(pickle.dumps(model)).labels_ == model.labels_).all()
    assert (clone(model).fit(vectors).labels_ == model.labels_).all()
    assert make_pipeline(StandardScaler(), HDBSCAN()).fit_predict(vectors).shape == (400,)

    def found(estimator, X, y=None):
        return len(set(estimator.labels_))

    search = GridSearchCV(HDBSCAN(), {"min_cluster_size": [5, 50]}, scoring=found, cv=2).fit(vectors)
    assert search.best_params_ == {"min_cluster_size": 5}


def test_progress_counts_every_row_twice():
    seen = []

    class Report:
        def __init__(self, description, total):
            seen.append((description, total))

        def __enter__(self):
            return seen.append

        def __exit__(self, *error):
            return None

    with report_progress(Report):
        HDBSCAN().fit(scattered(9))
    assert seen[0] == ("cluster 400 rows by hdbscan", 800)
    assert sum(seen[1:]) == 800


def test_a_cancelled_fit_leaves_no_labels():
    class Stop:
        def __init__(self, description, total):
            pass

        def __enter__(self):
            def stop(count):
                raise KeyboardInterrupt

            return stop

        def __exit__(self, *error):
            return None

    model = HDBSCAN()
    with report_progress(Stop), pytest.raises(KeyboardInterrupt):
        model.fit(scattered(9))
    assert not hasattr(model, "labels_")
