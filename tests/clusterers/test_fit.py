from __future__ import annotations

import logging

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, KMeans, MeanShift, SpectralClustering
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline

from clusterby.clusterers.fit import fit
from clusterby.core.errors import InvalidParameter, InvalidVectors


def normal(n: int = 30, d: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize(
    "vectors",
    [np.zeros((3, 2)), np.zeros(3, dtype=np.float32), np.zeros((3, 0), dtype=np.float32), [[1.0, 2.0]], None],
)
def test_what_is_not_float32_rows_is_refused(vectors):
    with pytest.raises(InvalidVectors, match=r"^vectors "):
        fit("kmeans", vectors)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_row_that_is_not_finite_is_named(value):
    vectors = normal()
    vectors[7, 1] = value
    with pytest.raises(InvalidVectors, match="the vector of row 7 is not finite"):
        fit("kmeans", vectors)


@pytest.mark.parametrize("k", [None, "auto"])
def test_an_open_number_of_clusters_is_chosen_and_its_scores_recorded(blobs, k):
    partition = fit("kmeans", blobs.vectors, n_clusters=k).partition
    assert partition.n_clusters == partition.parameters["n_clusters"] == 4
    assert max(partition.k_scores, key=partition.k_scores.get) == 4
    assert "silhouette" in partition.k_criterion
    assert partition.random_state == 0


def test_a_number_that_was_given_is_not_scored(blobs):
    partition = fit("kmeans", blobs.vectors, n_clusters=3).partition
    assert (partition.n_clusters, partition.k_scores, partition.k_criterion) == (3, None, None)


def test_the_number_may_stand_among_the_parameters(blobs):
    assert fit("kmeans", blobs.vectors, parameters={"n_clusters": 3}).partition.n_clusters == 3
    assert fit("kmeans", blobs.vectors, parameters={"n_clusters": "auto"}).partition.n_clusters == 4
    assert fit("gmm", blobs.vectors, parameters={"n_components": 3}).partition.n_clusters == 3


@pytest.mark.parametrize("inner", [{"n_clusters": 4}, {"n_components": 4}])
@pytest.mark.parametrize("direct", [3, "auto"])
def test_two_numbers_are_refused(direct, inner):
    with pytest.raises(InvalidParameter, match="give one of them"):
        fit("gmm", normal(), n_clusters=direct, parameters=inner)


def test_auto_beside_a_method_that_finds_the_number_itself_is_its_own_choice(blobs):
    partition = fit("hdbscan", blobs.vectors, n_clusters="auto").partition
    assert (partition.n_clusters, partition.k_scores) == (4, None)


def test_a_distance_threshold_settles_the_number(blobs):
    partition = fit("hierarchical", blobs.vectors, parameters={"distance_threshold": 3.0}).partition
    assert partition.n_clusters == 4
    assert partition.k_scores is None


@pytest.mark.parametrize("k", [3, "auto"])
def test_a_distance_threshold_beside_a_number_is_refused(k):
    with pytest.raises(InvalidParameter, match="give one of them"):
        fit("hierarchical", normal(), n_clusters=k, parameters={"distance_threshold": 3.0})


def test_any_class_name_of_scikit_learn_runs(blobs):
    fitted = fit("MiniBatchKMeans", blobs.vectors, n_clusters=3)
    assert (fitted.partition.method, fitted.spec, fitted.partition.n_clusters) == ("MiniBatchKMeans", None, 3)


def test_a_class_name_that_takes_a_number_has_it_chosen(blobs):
    assert fit("MiniBatchKMeans", blobs.vectors).partition.parameters["n_clusters"] == 4


def test_an_instance_runs_with_its_own_number_and_stays_as_it_was(blobs):
    mine = KMeans(3)
    fitted = fit(mine, blobs.vectors)
    assert fitted.partition.n_clusters == 3
    assert not hasattr(mine, "labels_")


def test_auto_beside_an_instance_with_a_number_of_its_own_is_refused():
    with pytest.raises(InvalidParameter, match="n_clusters='auto' and n_clusters=3: give one of them"):
        fit(KMeans(3), normal(), n_clusters="auto")


def test_a_number_beside_an_instance_is_refused():
    with pytest.raises(InvalidParameter, match=r"set it on the instance, KMeans\(n_clusters=4\)"):
        fit(KMeans(3), normal(), n_clusters=4)


def test_a_pipeline_runs_and_its_centers_are_means_of_what_was_given(blobs):
    fitted = fit(make_pipeline(PCA(8), KMeans(4)), blobs.vectors)
    assert fitted.partition.method == "Pipeline"
    assert fitted.partition.centers.shape == (4, 64)
    assert fitted.predicts == "model"


def test_an_instance_that_is_not_scikit_learns_runs():
    class Halves:
        def fit_predict(self, vectors):
            return np.arange(len(vectors)) % 2

    partition = fit(Halves(), normal()).partition
    assert (partition.method, partition.n_clusters, dict(partition.parameters)) == ("Halves", 2, {})


def test_an_error_of_scikit_learn_is_one_line_of_ours():
    with pytest.raises(InvalidParameter, match=r"^method 'DBSCAN': ") as caught:
        fit(DBSCAN(eps=-1), normal())
    assert "\n" not in str(caught.value)


def test_a_spectral_instance_asked_for_too_much_gives_one_line():
    with pytest.raises(InvalidParameter, match=r"^method 'SpectralClustering': "):
        fit(SpectralClustering(30, affinity="nearest_neighbors"), normal())


def test_no_cluster_at_all_is_allowed_and_logged_with_what_to_try(caplog):
    partition = fit("dbscan", normal(), parameters={"eps": 1e-3}).partition
    assert set(partition.labels) == {-1}
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "every row is noise. Give a larger eps=" in caplog.text


def test_a_default_that_depends_on_the_data_is_recorded_as_it_was_used(blobs):
    parameters = fit("dbscan", blobs.vectors).partition.parameters
    assert 0 < parameters["eps"] < 0.5
    assert fit("dbscan", blobs.vectors, parameters={"eps": 0.5}).partition.parameters["eps"] == 0.5


def test_gmm_is_least_sure_between_its_clusters():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(-2, 1, size=(100, 1)), rng.normal(2, 1, size=(100, 1))]).astype(
        np.float32
    )
    strengths = fit("gmm", rows, n_clusters=2).partition.strengths
    assert abs(rows[strengths.argmin(), 0]) < 0.6
    assert strengths.min() >= 0.5


def test_another_seed_may_give_other_clusters():
    rows = normal(200, 20)
    one, two = (fit("kmeans", rows, n_clusters=8, random_state=seed).partition for seed in (0, 1))
    assert (one.random_state, two.random_state) == (0, 1)
    assert one.labels.tolist() != two.labels.tolist()


def test_what_json_cannot_hold_is_recorded_as_its_repr(blobs):
    parameters = fit("OPTICS", blobs.vectors).partition.parameters
    assert parameters["max_eps"] == "inf"
    assert (
        fit(MeanShift(seeds=blobs.vectors[:2]), blobs.vectors)
        .partition.parameters["seeds"]
        .startswith("array(")
    )


def test_hdbscan_works_without_alpha(blobs):
    assert fit("hdbscan", blobs.vectors, parameters={"min_cluster_size": 5}).partition.n_clusters == 4


def test_birch_takes_no_copy():
    with pytest.raises(InvalidParameter, match="method 'birch' takes no parameter 'copy'"):
        fit("birch", normal(), parameters={"copy": True})


def test_ward_with_cosine_is_refused_up_front():
    with pytest.raises(InvalidParameter, match="metric='cosine' does not go with linkage='ward'"):
        fit("hierarchical", normal(), n_clusters=2, parameters={"linkage": "ward", "metric": "cosine"})
