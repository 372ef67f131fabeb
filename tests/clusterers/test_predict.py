from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clusterby.clusterers.fit import fit
from clusterby.clusterers.predict import predict, predict_kind
from clusterby.core.errors import InvalidParameter, InvalidVectors


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)[:, None]


LINE = column(0, 1, 2, 3, 4, 20, 21, 22, 23, 24)


@pytest.mark.parametrize(
    "name", ["MeanShift", "AffinityPropagation", "MiniBatchKMeans", "BayesianGaussianMixture"]
)
def test_a_class_with_a_model_of_its_own_uses_it(name, blobs):
    fitted = fit(name, blobs.vectors)
    assert predict_kind(fitted) == "model"
    assert predict(fitted, blobs.vectors, blobs.vectors)[0].tolist() == fitted.partition.labels.tolist()


def test_optics_asks_its_neighbors(blobs):
    fitted = fit("OPTICS", blobs.vectors)
    assert predict_kind(fitted) == "nearest_neighbors"
    assert predict(fitted, blobs.vectors, blobs.vectors)[0].tolist() == fitted.partition.labels.tolist()


def test_the_five_nearest_rows_vote_by_the_inverse_of_their_distance():
    fitted = fit("hierarchical", column(0, 1, 10, 11, 12), n_clusters=2)
    labels, strengths = predict(fitted, column(0, 1, 10, 11, 12), column(2))
    near, far = 1 / 2 + 1 / 1, 1 / 8 + 1 / 9 + 1 / 10
    assert labels[0] == fitted.partition.labels[0]
    assert strengths[0] == pytest.approx(near / (near + far))


def test_an_exact_match_wins_against_every_vote():
    train = column(0, 1, 2, 3, 4, 5)
    fitted = fit("hierarchical", train, n_clusters=3)
    labels, strengths = predict(fitted, train, train)
    assert labels.tolist() == fitted.partition.labels.tolist()
    assert strengths.tolist() == [1] * 6


def test_neighbors_are_near_by_the_methods_own_metric():
    train = np.array([[1, 0], [2, 0.1], [0, 1], [0.1, 2]], dtype=np.float32)
    fitted = fit("hierarchical", train, n_clusters=2, parameters={"linkage": "average", "metric": "cosine"})
    labels, _ = predict(
        fitted, train, np.array([[0.1, 0.01]], dtype=np.float32)
    )  # nearest by angle to the first two
    assert labels[0] == fitted.partition.labels[0]


def test_noise_may_win_and_has_no_strength():
    rng = np.random.default_rng(0)
    dense = rng.normal(size=(40, 2)) * 0.1
    lonely = np.array([[300, 0], [-300, 0], [0, -300]])
    train = np.concatenate([dense, dense + 100, lonely]).astype(np.float32)
    fitted = fit("hdbscan", train)
    assert fitted.partition.labels[-3:].tolist() == [-1, -1, -1]
    labels, strengths = predict(fitted, train, train[-3:] + np.float32(0.5))
    assert set(labels) == {-1}
    assert set(strengths) == {0}


@pytest.mark.parametrize(("at", "row"), [(6.0, 4), (-1.0, 0), (18.5, 5)])
def test_dbscan_takes_in_what_lies_within_eps_of_a_core_sample(at, row):
    fitted = fit("dbscan", LINE, parameters={"eps": 2.0, "min_samples": 3})
    assert predict(fitted, LINE, column(at))[0][0] == fitted.partition.labels[row] != -1


@pytest.mark.parametrize("at", [6.1, -2.1, 12.0, 17.9])
def test_dbscan_leaves_out_what_lies_farther_than_eps_from_every_core_sample(at):
    fitted = fit("dbscan", LINE, parameters={"eps": 2.0, "min_samples": 3})
    assert predict(fitted, LINE, column(at))[0].tolist() == [-1]


def test_dbscan_border_rows_gather_nobody():
    train = column(0, 1, 2, 3.5)  # 3.5 is within 1.5 of 2 alone: a border row
    fitted = fit("dbscan", train, parameters={"eps": 1.5, "min_samples": 3})
    assert fitted.partition.labels.tolist() == [0, 0, 0, 0]
    assert predict(fitted, train, column(4.5))[0].tolist() == [-1]


def test_dbscan_without_core_samples_knows_noise_alone():
    fitted = fit("dbscan", LINE, parameters={"eps": 0.1, "min_samples": 3})
    assert predict(fitted, LINE, column(0.5))[0].tolist() == [-1]


def test_minus_zero_matches_zero():
    fitted = fit("hierarchical", LINE, n_clusters=10)
    assert predict(fitted, LINE, column(-0.0))[0][0] == fitted.partition.labels[0]


def test_gmm_tells_how_sure_it_is_of_new_rows():
    fitted = fit("gmm", LINE, n_clusters=2)
    _, strengths = predict(fitted, LINE, column(1.0, 12.0))
    assert strengths.dtype == np.float32
    assert strengths[0] == pytest.approx(1.0)


def test_no_new_rows_get_no_labels():
    labels, strengths = predict(fit("kmeans", LINE, n_clusters=2), LINE, np.empty((0, 1), dtype=np.float32))
    assert labels.tolist() == []
    assert labels.dtype == np.int64
    assert strengths is None


def test_other_dimensions_are_refused():
    with pytest.raises(
        InvalidVectors, match="new vectors have 3 dimensions and the clusterer was fitted to 1"
    ):
        predict(fit("kmeans", LINE, n_clusters=2), LINE, np.zeros((2, 3), dtype=np.float32))


def test_other_training_rows_are_refused():
    with pytest.raises(InvalidVectors, match="4 training vectors for 10 labels"):
        predict(fit("hierarchical", LINE, n_clusters=2), LINE[:4], LINE)


def test_new_rows_that_are_not_finite_are_refused():
    with pytest.raises(InvalidVectors, match="the vector of row 0 is not finite"):
        predict(fit("kmeans", LINE, n_clusters=2), LINE, column(np.nan))


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("dbscan", {"eps": 2.0, "min_samples": 3}), ("dbscan", {"eps": 0.1, "metric": "cosine", "min_samples": 2}),
        ("dbscan", {"eps": 1.0, "min_samples": 1_000}), ("hdbscan", {"metric": "cosine"}),
        ("hierarchical", {"n_clusters": 3, "metric": "cosine", "linkage": "average"}),
        ("DBSCAN", {"eps": 2.0, "metric": "minkowski", "p": 3.0}),
    ],
)  # fmt: skip
def test_without_its_estimator_a_method_without_a_model_decides_as_with_it(method, parameters):
    rng = np.random.default_rng(0)
    train = rng.normal(size=(60, 3)).astype(np.float32) + np.repeat(
        np.eye(3, dtype=np.float32) * 5, 20, axis=0
    )
    new = rng.normal(size=(200, 3)).astype(np.float32) * 3
    n_clusters = parameters.get("n_clusters")
    settings = {name: value for name, value in parameters.items() if name != "n_clusters"}
    fitted = fit(method, train, n_clusters=n_clusters, parameters=settings)
    without = replace(fitted, estimator=None)
    np.testing.assert_array_equal(predict(without, train, new)[0], predict(fitted, train, new)[0])
    np.testing.assert_array_equal(predict(without, train, train)[0], fitted.partition.labels)


def test_a_metric_that_was_a_function_is_not_kept():
    fitted = fit("DBSCAN", LINE, parameters={"eps": 2.0, "metric": lambda a, b: abs(a - b).sum()})
    kept = replace(
        fitted.partition, parameters={**fitted.partition.parameters, "metric": "<function distance at 0x1>"}
    )
    with pytest.raises(
        InvalidParameter, match="it was a function, which is not kept with a result: cluster again"
    ):
        predict(replace(fitted, estimator=None, partition=kept), LINE, LINE)
