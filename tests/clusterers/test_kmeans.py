import pickle
import tracemalloc
import warnings
from contextlib import contextmanager
from functools import cache

import lance
import numpy as np
import pyarrow as pa
import pytest
import sklearn.cluster
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted
from tests.clusterers.conftest import make_blobs
from threadpoolctl import threadpool_limits

from clusterby.clusterers.kmeans import KMeans
from clusterby.core.progress import report_progress


def _not_checked(estimator):
    why = "the first centers are drawn by chance, other ones for repeated rows than for weighted ones"
    return {
        "check_sample_weight_equivalence_on_dense_data": why,  # scikit-learn leaves them out for its own class
        "check_sample_weight_equivalence_on_sparse_data": why,
    }


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([KMeans(), KMeans(metric="cosine")], expected_failed_checks=_not_checked)
def test_it_is_an_estimator_by_scikit_learns_rules(estimator, check):
    check(estimator)


def test_parameters_are_scikit_learns_and_two_more():
    ours, theirs = KMeans().get_params(), sklearn.cluster.KMeans().get_params()
    assert ours == {**theirs, "metric": "euclidean", "device": "auto"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("init", ["k-means++", "random", "array", "callable"])
def test_small_data_gives_what_scikit_learn_gives(init, dtype):
    x = np.random.default_rng(1).normal(size=(600, 7)).astype(dtype)
    if init == "array":
        init = x[:12]
    elif init == "callable":

        def init(X, k, random_state):
            return X[random_state.permutation(len(X))[:k]]

    ours = KMeans(12, init=init, n_init=1, random_state=3).fit(x)
    theirs = sklearn.cluster.KMeans(12, init=init, n_init=1, random_state=3).fit(x)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, atol=1e-5)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-5)
    assert ours.n_iter_ == theirs.n_iter_
    assert {a for a in vars(theirs) if a.endswith("_")} == {a for a in vars(ours) if a.endswith("_")}


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**31),
    n=st.integers(1, 40),
    d=st.integers(1, 4),
    dtype=st.sampled_from([np.float32, np.float64]),
    metric=st.sampled_from(["euclidean", "cosine"]),
    data=st.data(),
)
def test_what_a_fit_says_holds_together(seed, n, d, dtype, metric, data):
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, size=(n, d)).astype(dtype)  # duplicates, ties, zero rows
    weights = rng.integers(0, 3, size=n).astype(float)
    weights[rng.integers(n)] = 1.0
    x[np.argmax(weights)] = 1
    before = x.copy()
    k = data.draw(st.integers(1, max(1, np.count_nonzero(weights))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = KMeans(k, metric=metric, random_state=seed % 1000, tol=0).fit(x, sample_weight=weights)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(model.predict(x), model.labels_)
    assert model.score(x, sample_weight=weights) == pytest.approx(-model.inertia_, abs=1e-9)
    distances = model.transform(x)
    own = distances[np.arange(n), model.labels_].astype(float)
    np.testing.assert_allclose(own, distances.min(axis=1), atol=2e-3 if dtype == np.float32 else 1e-7)
    cost = own if metric == "cosine" else own**2
    assert (cost @ weights) == pytest.approx(model.inertia_, abs=1e-4 * n)
    assert model.cluster_centers_.dtype == dtype
    assert model.labels_.dtype == np.int32


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_as_many_clusters_as_rows_cost_nothing(metric):
    x = np.random.default_rng(0).normal(size=(30, 5))
    model = KMeans(30, metric=metric, random_state=0).fit(x)
    assert model.inertia_ == pytest.approx(0, abs=1e-12)
    assert sorted(model.labels_) == list(range(30))


def test_fewer_distinct_rows_than_clusters_are_warned_of():
    x = np.repeat(np.eye(3), 4, axis=0)
    with pytest.warns(
        ConvergenceWarning, match=r"distinct clusters \(3\) found smaller than n_clusters \(5\)"
    ):
        KMeans(5, random_state=0).fit(x)


def test_one_cluster_is_the_mean():
    x = np.random.default_rng(0).normal(size=(50, 3))
    model = KMeans(1).fit(x)
    np.testing.assert_allclose(model.cluster_centers_[0], x.mean(axis=0))
    assert model.inertia_ == pytest.approx(x.var(axis=0).sum() * 50)


@cache
def large_blobs():
    return make_blobs(20, 16, n=20_000, spread=0.3)


def test_a_start_on_samples_ends_no_worse_than_scikit_learn():
    x, _ = large_blobs()
    ours = [KMeans(30, random_state=s).fit(x).inertia_ for s in range(3)]
    theirs = [sklearn.cluster.KMeans(30, random_state=s).fit(x).inertia_ for s in range(3)]
    assert np.median(ours) < 1.002 * np.median(theirs)


@pytest.mark.parametrize(("init", "dtype"), [("k-means++", np.float32), ("random", np.float64)])
def test_a_start_on_samples_ends_at_a_fixed_point(init, dtype):
    x = large_blobs().vectors.astype(dtype)
    model = KMeans(25, init=init, n_init=1, tol=0, random_state=0, max_iter=1000).fit(x)
    assert model.n_iter_ < 1000
    squared = -2 * x.astype(np.float64) @ model.cluster_centers_.T.astype(np.float64)
    squared += (model.cluster_centers_.astype(np.float64) ** 2).sum(axis=1)
    np.testing.assert_allclose(
        squared[np.arange(len(x)), model.labels_], squared.min(axis=1), rtol=0, atol=1e-12
    )
    for label in range(25):
        mean = x[model.labels_ == label].mean(axis=0, dtype=np.float64)
        np.testing.assert_allclose(model.cluster_centers_[label], mean, rtol=0, atol=np.finfo(dtype).eps)


def test_a_thread_more_changes_no_bit():
    x, _ = large_blobs()
    models = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            models.append(KMeans(25, random_state=0).fit(x))
    np.testing.assert_array_equal(models[0].labels_, models[1].labels_)
    np.testing.assert_array_equal(models[0].cluster_centers_, models[1].cluster_centers_)
    assert models[0].inertia_ == models[1].inertia_


def test_a_memory_map_is_read_in_blocks(tmp_path):
    x = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float32, shape=(60_000, 128))
    x[:] = np.random.default_rng(0).normal(size=x.shape)
    x.flush()
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    KMeans(8, max_iter=2, random_state=0).fit(mapped)  # compiled now
    tracemalloc.start()
    model = KMeans(8, max_iter=5, random_state=0).fit(mapped)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.6 * mapped.nbytes  # a quarter is the sample
    np.testing.assert_array_equal(
        model.labels_, KMeans(8, max_iter=5, random_state=0).fit(np.array(x)).labels_
    )


def test_cosine_counts_directions_alone():
    x, truth = make_blobs(6, 32, n=300)
    stretched = x * np.random.default_rng(0).uniform(0.01, 100, size=(300, 1)).astype(np.float32)
    plain = KMeans(6, metric="cosine", random_state=0, n_init=4).fit(x)
    model = KMeans(6, metric="cosine", random_state=0, n_init=4).fit(stretched)
    assert adjusted_rand_score(truth, model.labels_) == 1
    assert model.inertia_ == pytest.approx(plain.inertia_, rel=1e-4)
    np.testing.assert_allclose(np.linalg.norm(model.cluster_centers_, axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(model.transform(x), 1 - x @ model.cluster_centers_.T, atol=1e-6)


def test_a_zero_row_has_no_direction():
    x = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.0, 0.0]])
    model = KMeans(2, metric="cosine", random_state=0).fit(x)
    without = KMeans(2, metric="cosine", init=model.cluster_centers_, n_init=1).fit(x[:3])
    assert model.labels_[3] == 0
    assert model.inertia_ == pytest.approx(without.inertia_ + 1)
    np.testing.assert_allclose(model.cluster_centers_, without.cluster_centers_)
    np.testing.assert_array_equal(model.transform(x)[3], [1, 1])


def test_rows_that_come_in_parts_move_the_centers_to_the_mean_of_all_they_got():
    x, truth = make_blobs(4, 8, n=400)
    model = KMeans(4, init=np.stack([x[truth == c][0] for c in range(4)]), n_init=1)
    for part in np.array_split(x, 7):
        assert model.partial_fit(part) is model
    means = np.stack([x[truth == c].mean(axis=0) for c in range(4)])
    np.testing.assert_allclose(model.cluster_centers_, means, atol=1e-6)
    assert adjusted_rand_score(truth, model.predict(x)) == 1
    assert model.n_iter_ == 7
    assert len(model.labels_) == len(np.array_split(x, 7)[-1])


def test_parts_after_a_fit_count_beside_its_rows():
    x = np.array([[0.0], [2.0], [10.0], [12.0]])
    model = KMeans(2, init=[[0.0], [10.0]], n_init=1).fit(x, sample_weight=[1, 1, 1, 3])
    model.partial_fit([[4.0]], sample_weight=[2.0])
    np.testing.assert_allclose(model.cluster_centers_, [[2.5], [11.5]])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_chunks_lead_to_the_fixed_point_of_a_fit(metric):
    x, _ = make_blobs(10, 16, n=3000, spread=1.0)
    settings = {"init": x[:12], "n_init": 1, "tol": 0, "metric": metric}
    whole = KMeans(12, **settings).fit(x)
    streamed = KMeans(12, **settings).fit_stream(lambda: iter(np.array_split(x, 11)))
    np.testing.assert_array_equal(streamed.labels_, whole.labels_)
    np.testing.assert_allclose(streamed.cluster_centers_, whole.cluster_centers_, atol=1e-7)
    assert streamed.inertia_ == pytest.approx(whole.inertia_)
    assert streamed.n_iter_ == whole.n_iter_
    np.testing.assert_array_equal(streamed.predict(x), whole.labels_)


def test_chunks_may_be_started_from_by_chance():
    x, truth = make_blobs(5, 16, n=2000)
    model = KMeans(5, random_state=0).fit_stream(lambda: np.array_split(x, 3))
    assert adjusted_rand_score(truth, model.labels_) == 1


@pytest.mark.parametrize("bad", [np.ones(5), -np.ones(6), np.zeros(6)])
def test_weights_that_make_no_sense_are_refused(bad):
    with pytest.raises(ValueError, match="(?i)sample.weight"):
        KMeans(2).fit(np.eye(6), sample_weight=bad)


def test_a_fit_that_is_cancelled_leaves_none_or_the_one_before():
    x, _ = large_blobs()
    seen = []

    @contextmanager
    def reporter(description, total):
        def advance(count):
            seen.append((description, total))
            if len(seen) == 30:
                raise KeyboardInterrupt

        yield advance

    model = KMeans(5, random_state=0)
    with report_progress(reporter), pytest.raises(KeyboardInterrupt):
        model.fit(x)
    assert set(seen) == {("cluster 20,000 rows by kmeans", 300)}
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    labels = model.fit(x[:100]).labels_
    seen.clear()
    with report_progress(reporter), pytest.raises(KeyboardInterrupt):
        model.fit(x)
    assert model.labels_ is labels


@pytest.mark.parametrize("n_init", [1, 3])
def test_progress_ends_at_its_total(n_init):
    counts = []

    @contextmanager
    def reporter(description, total):
        yield counts.append

    with report_progress(reporter):
        KMeans(5, n_init=n_init, random_state=0, max_iter=40).fit(large_blobs().vectors[:500])
    assert sum(counts) == 40


def test_it_can_be_cloned_pickled_piped_and_searched():
    x, truth = make_blobs(4, 8, n=200)
    model = clone(KMeans(4, metric="cosine", random_state=0)).fit(x)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(x), model.labels_)
    piped = make_pipeline(StandardScaler(), KMeans(4, random_state=0)).fit(x)
    assert adjusted_rand_score(truth, piped.predict(x)) == 1
    search = GridSearchCV(KMeans(n_init=3, random_state=0), {"n_clusters": [2, 4]}, cv=3).fit(x)
    assert search.best_params_ == {"n_clusters": 4}
    frame = KMeans(3, random_state=0).set_output(transform="pandas").fit_transform(x)
    assert list(frame.columns) == ["kmeans0", "kmeans1", "kmeans2"]


def test_a_lance_dataset_is_clustered_without_being_read_whole(tmp_path):
    x = large_blobs().vectors
    column = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), x.shape[1])
    dataset = lance.write_dataset(
        pa.table({"vector": column}), tmp_path / "vectors.lance", max_rows_per_file=7_000
    )

    def chunks():
        for batch in dataset.to_batches(batch_size=3_000):
            yield batch.column("vector").flatten().to_numpy().reshape(-1, x.shape[1])

    settings = {"init": x[:20], "n_init": 1, "tol": 0}
    streamed, whole = KMeans(20, **settings).fit_stream(chunks), KMeans(20, **settings).fit(x)
    np.testing.assert_array_equal(streamed.labels_, whole.labels_)
    np.testing.assert_allclose(streamed.inertia_, whole.inertia_, rtol=1e-9)
