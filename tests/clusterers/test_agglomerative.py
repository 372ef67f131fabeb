import pickle

import numpy as np
import pytest
import sklearn.cluster
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from clusterby.clusterers.agglomerative import AgglomerativeClustering
from clusterby.core.progress import report_progress

from .conftest import make_blobs

OURS = [
    (linkage, metric)
    for linkage in ("ward", "average", "complete", "single")
    for metric in ("euclidean", "l2", "cosine")
    if (linkage, metric) != ("ward", "cosine")
]


@pytest.mark.filterwarnings("default")
@parametrize_with_checks(
    [AgglomerativeClustering()]
    + [AgglomerativeClustering(linkage=linkage) for linkage in ("average", "complete", "single")]
)
def test_it_keeps_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("cut", [{"n_clusters": 7}, {"n_clusters": None, "distance_threshold": 0.4}])
@pytest.mark.parametrize(("linkage", "metric"), OURS)
def test_every_attribute_equals_that_of_scikit_learn(linkage, metric, cut):
    x = make_blobs(5, 16, n=200, spread=0.8).vectors.astype(np.float64)
    settings = {"linkage": linkage, "metric": metric, "compute_distances": True, **cut}
    ours = AgglomerativeClustering(**settings).fit(x)
    theirs = sklearn.cluster.AgglomerativeClustering(**settings).fit(x)
    assert set(vars(ours)) == set(vars(theirs))
    assert ours.n_clusters_ == theirs.n_clusters_
    assert (ours.n_leaves_, ours.n_connected_components_) == (200, 1)
    assert (np.sort(ours.children_, axis=1) == np.sort(theirs.children_, axis=1)).all()
    np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-6, atol=1e-12)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1
    if linkage != "single":  # its children stand in another order
        assert (ours.labels_ == theirs.labels_).all()


def test_float32_is_clustered_as_float64(blobs):
    one = AgglomerativeClustering(4).fit_predict(blobs.vectors)
    assert (one == AgglomerativeClustering(4).fit_predict(blobs.vectors.astype(np.float64))).all()
    assert adjusted_rand_score(one, blobs.truth) == 1


@pytest.mark.parametrize("settings", [{"metric": "manhattan", "linkage": "average"}, {"connectivity": "knn"}])
def test_what_kernels_do_not_cover_is_computed_by_scikit_learn(blobs, settings):
    if "connectivity" in settings:
        from sklearn.neighbors import kneighbors_graph

        settings = {"connectivity": kneighbors_graph(blobs.vectors, 60)}
    ours = AgglomerativeClustering(4, **settings).fit(blobs.vectors)
    theirs = sklearn.cluster.AgglomerativeClustering(4, **settings).fit(blobs.vectors)
    assert (ours.labels_ == theirs.labels_).all()


def test_a_tree_is_cached_where_memory_is_given(blobs, tmp_path):
    plain = AgglomerativeClustering(4).fit(blobs.vectors)
    for _ in range(2):
        cached = AgglomerativeClustering(4, memory=str(tmp_path)).fit(blobs.vectors)
        assert (cached.labels_ == plain.labels_).all()
    assert any(tmp_path.rglob("output.pkl"))


def test_it_survives_cloning_and_pickling_and_works_in_a_pipeline(blobs):
    model = clone(AgglomerativeClustering(4, linkage="complete")).fit(blobs.vectors)
    again = pickle.loads(pickle.dumps(model))
    assert (again.labels_ == model.labels_).all()
    piped = make_pipeline(StandardScaler(), AgglomerativeClustering(4)).fit_predict(blobs.vectors)
    assert adjusted_rand_score(piped, blobs.truth) == 1


def test_progress_is_reported_and_an_interrupted_fit_leaves_it_unfitted(blobs):
    from contextlib import contextmanager

    seen = []

    @contextmanager
    def collect(description, total):
        yield lambda count: seen.append((description, count, total))

    with report_progress(collect):
        AgglomerativeClustering(4).fit(blobs.vectors)
    assert {(words, total) for words, _, total in seen} == {("cluster 180 rows by ward linkage", 360)}
    assert sum(count for _, count, _ in seen) == 360

    @contextmanager
    def cancel(description, total):
        def stop(count):
            raise KeyboardInterrupt

        yield stop

    model = AgglomerativeClustering(4)
    with report_progress(cancel), pytest.raises(KeyboardInterrupt):
        model.fit(blobs.vectors)
    with pytest.raises(NotFittedError):
        check_is_fitted(model)


def test_more_clusters_than_rows_are_refused():
    with pytest.raises(ValueError, match="Cannot extract more clusters than samples"):
        AgglomerativeClustering(4).fit(np.eye(3))


@pytest.mark.parametrize(("linkage", "metric"), OURS)
def test_as_many_clusters_as_rows_and_one_are_possible(linkage, metric):
    x = np.random.default_rng(0).normal(size=(9, 3))
    each = AgglomerativeClustering(9, linkage=linkage, metric=metric).fit_predict(x)
    assert sorted(each.tolist()) == list(range(9))
    assert AgglomerativeClustering(1, linkage=linkage, metric=metric).fit_predict(x).tolist() == [0] * 9
