"""What every registered method keeps, however it works inside."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from clusterby import clusterers
from clusterby.clusterers.fit import Fitted, fit
from clusterby.clusterers.parameters import LEFT_OUT
from clusterby.clusterers.predict import predict, predict_kind
from clusterby.core.errors import InvalidParameter, NothingToCluster
from clusterby.core.progress import report_progress
from clusterby.core.registry import import_object

NAMES = clusterers.names()
TAKES_K = [spec.name for spec in clusterers.list() if spec.n_clusters_parameter is not None]
FINDS_NOISE = [spec.name for spec in clusterers.find(finds_noise=True)]

EXACT = [spec.name for spec in clusterers.find(approximate=False)]

every = pytest.mark.parametrize("name", NAMES)
every_exact = pytest.mark.parametrize("name", EXACT)
takes_k = pytest.mark.parametrize("name", TAKES_K)
finds_noise = pytest.mark.parametrize("name", FINDS_NOISE)


def run(name, vectors, n_clusters=None, **parameters) -> Fitted:
    return fit(name, vectors, n_clusters=n_clusters if name in TAKES_K else None, parameters=parameters)


def test_every_method_is_asked_either_for_k_or_finds_noise():
    assert sorted(TAKES_K + FINDS_NOISE) == sorted(NAMES)


@every_exact
def test_blobs_are_recovered(name, blobs):
    partition = run(name, blobs.vectors, 4).partition
    assert adjusted_rand_score(blobs.truth, partition.labels) == 1
    assert partition.n_clusters == 4


@every
def test_labels_are_int64_and_centers_float32_one_per_cluster(name, blobs):
    partition = run(name, blobs.vectors, 4).partition
    assert partition.labels.dtype == np.int64
    assert partition.centers.dtype == np.float32
    assert partition.centers.shape == (partition.n_clusters, 64)


@every
def test_centers_are_the_means_of_their_members(name, blobs):
    partition = run(name, blobs.vectors, 4).partition
    means = [blobs.vectors[partition.labels == k].mean(axis=0) for k in partition.clusters]
    np.testing.assert_allclose(partition.centers, means, atol=1e-3)


@every
def test_strengths_are_between_zero_and_one_where_there_are_any(name, blobs):
    strengths = run(name, blobs.vectors, 4).partition.strengths
    assert strengths is None or (
        strengths.dtype == np.float32 and 0 <= strengths.min() <= strengths.max() <= 1
    )


@every
def test_the_same_call_twice_gives_the_same_labels(name, blobs):
    once, twice = (run(name, blobs.vectors, 4).partition.labels for _ in range(2))
    assert once.tolist() == twice.tolist()


def labels_of_every_method() -> str:
    vectors = np.random.default_rng(7).normal(size=(150, 20)).astype(np.float32)
    return json.dumps({name: run(name, vectors, 6).partition.labels.tolist() for name in NAMES})


def test_a_second_process_gives_the_same_labels_for_every_method():
    script = """
import json, numpy as np
from clusterby import clusterers
from clusterby.clusterers.fit import fit
vectors = np.random.default_rng(7).normal(size=(150, 20)).astype(np.float32)
k = {spec.name: 6 if spec.n_clusters_parameter else None for spec in clusterers.list()}
print(json.dumps({name: fit(name, vectors, n_clusters=n).partition.labels.tolist() for name, n in k.items()}))
"""
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == labels_of_every_method()


@every
def test_the_input_is_not_changed(name, blobs):
    before = blobs.vectors.copy()
    run(name, blobs.vectors, 4)
    assert np.array_equal(before, blobs.vectors)


@every
def test_predicting_the_training_rows_gives_their_labels_back(name):
    vectors = (
        np.random.default_rng(3).normal(size=(120, 16)).astype(np.float32)
    )  # no groups: many border cases
    fitted = run(name, vectors, 7)
    labels, _ = predict(fitted, vectors, vectors)
    assert labels.dtype == np.int64
    assert labels.tolist() == fitted.partition.labels.tolist()


@every
def test_new_rows_near_a_cluster_join_it(name, blobs):
    fitted = run(name, blobs.vectors, 4)
    near = blobs.vectors + np.float32(1e-3)
    labels, strengths = predict(fitted, blobs.vectors, near)
    assert labels.tolist() == fitted.partition.labels.tolist()
    assert strengths is None or 0 <= strengths.min() <= strengths.max() <= 1


@every
def test_it_predicts_in_the_way_its_row_says(name, blobs):
    kind = {"model": "model", "neighbors": "nearest_neighbors"}[clusterers.get(name).predicts]
    assert predict_kind(run(name, blobs.vectors, 4)) == kind


@every
def test_no_rows_are_nothing_to_cluster(name):
    with pytest.raises(NothingToCluster, match="at least one row"):
        fit(name, np.empty((0, 3), dtype=np.float32))


@takes_k
@pytest.mark.parametrize("k", [None, "auto", 1])
def test_one_row_is_one_cluster(name, k):
    row = np.array([[1, 2]], dtype=np.float32)
    fitted = fit(name, row, n_clusters=k)
    assert fitted.partition.labels.tolist() == [0]
    assert fitted.partition.centers.tolist() == [[1, 2]]
    assert predict_kind(fitted) == "nearest_center"
    assert predict(fitted, row, np.array([[5, 5], [1, 2]], dtype=np.float32))[0].tolist() == [0, 0]


@finds_noise
@pytest.mark.parametrize("n", [1, 2])
def test_too_few_rows_to_be_dense_are_noise(name, n):
    rows = np.eye(n, 3, dtype=np.float32)
    fitted = fit(name, rows)
    assert fitted.partition.labels.tolist() == [-1] * n
    assert fitted.partition.centers.shape == (0, 3)
    assert predict(fitted, rows, rows)[0].tolist() == [-1] * n


@takes_k
def test_two_rows_make_two_clusters_or_one(name):
    rows = np.eye(2, 3, dtype=np.float32)
    assert sorted(fit(name, rows, n_clusters=2).partition.labels) == [0, 1]
    assert fit(name, rows, n_clusters=1).partition.labels.tolist() == [0, 0]


@takes_k
def test_as_many_clusters_as_rows_are_one_for_each(name):
    rows = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
    fitted = fit(name, rows, n_clusters=12)
    assert sorted(fitted.partition.labels) == list(range(12))
    assert predict(fitted, rows, rows)[0].tolist() == fitted.partition.labels.tolist()


@takes_k
def test_more_clusters_than_rows_are_refused(name):
    with pytest.raises(
        InvalidParameter, match=r"^n_clusters=4 is more than the 3 rows there are: give at most 3$"
    ):
        fit(name, np.eye(3, dtype=np.float32), n_clusters=4)


@every
def test_equal_rows_share_a_label(name, blobs):
    twice = np.repeat(blobs.vectors, 2, axis=0)
    labels = run(name, twice, 4).partition.labels
    assert labels[::2].tolist() == labels[1::2].tolist()


@every_exact
def test_duplicate_rows_make_a_cluster(name):
    rows = np.repeat(np.eye(3, 8, dtype=np.float32), 20, axis=0)
    fitted = run(name, rows, 3)
    assert adjusted_rand_score(np.repeat(np.arange(3), 20), fitted.partition.labels) == 1
    assert predict(fitted, rows, rows)[0].tolist() == fitted.partition.labels.tolist()


@takes_k
def test_more_clusters_than_distinct_rows_are_refused(name):
    rows = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
    with pytest.raises(
        InvalidParameter, match="n_clusters=4, but only 3 of the 12 rows are distinct: give at most 3"
    ):
        fit(name, rows, n_clusters=4)


@takes_k
@pytest.mark.parametrize("k", [None, "auto", 1])
def test_equal_rows_are_one_cluster(name, k):
    assert fit(name, np.ones((9, 3), dtype=np.float32), n_clusters=k).partition.labels.tolist() == [0] * 9


@finds_noise
def test_equal_rows_share_one_label(name):
    assert len(set(fit(name, np.ones((9, 3), dtype=np.float32)).partition.labels)) == 1


@takes_k
@pytest.mark.parametrize("k", [0, -1, 2.5, "three", True])
def test_a_number_of_clusters_that_is_none_is_refused(name, k):
    with pytest.raises(InvalidParameter, match=r"^n_clusters=.*: give a whole number from 1 up or 'auto'"):
        fit(name, np.eye(3, dtype=np.float32), n_clusters=k)


@finds_noise
def test_a_number_of_clusters_is_refused_by_methods_that_find_it(name):
    with pytest.raises(
        InvalidParameter, match=f"method '{name}' takes no parameter 'n_clusters'.* It takes: .*min_samples"
    ):
        fit(name, np.eye(9, dtype=np.float32), n_clusters=3)


@every
def test_an_unknown_parameter_is_refused_with_those_it_takes(name):
    with pytest.raises(InvalidParameter) as caught:
        fit(name, np.eye(3, dtype=np.float32), parameters={"no_such": 1})
    assert f"method '{name}' takes no parameter 'no_such'" in str(caught.value)
    assert all(p.name in str(caught.value) for p in clusterers.get(name).parameters)


@every
def test_every_parameter_it_ran_with_is_recorded_as_json(name, blobs):
    fitted = run(name, blobs.vectors, 4)
    assert set(fitted.partition.parameters) == set(fitted.estimator.get_params())
    assert json.loads(json.dumps(fitted.partition.parameters, allow_nan=False)) == fitted.partition.parameters
    k_parameter = clusterers.get(name).n_clusters_parameter
    assert k_parameter is None or fitted.partition.parameters[k_parameter] == 4


@every
def test_a_seed_is_recorded_where_chance_plays_a_part(name, blobs):
    assert run(name, blobs.vectors, 4).partition.random_state == (0 if clusterers.get(name).seeded else None)


@every
def test_declared_parameters_are_those_of_the_class_and_the_rest_is_left_out_for_a_reason(name):
    spec = clusterers.get(name)
    real = set(inspect.signature(import_object(spec.target)).parameters)
    declared = [p.name for p in spec.parameters]
    assert len(declared) == len(set(declared))
    assert set(declared) <= real
    assert real - set(declared) <= set(LEFT_OUT)
    assert not set(declared) & set(LEFT_OUT)


@every
def test_overrides_and_data_dependent_defaults_name_real_things(name):
    spec = clusterers.get(name)
    assert set(spec.overrides) <= set(inspect.signature(import_object(spec.target)).parameters)
    for parameter, path in spec.from_data.items():
        assert spec.takes(parameter)
        module, _, function = path.partition(":")
        assert function in importlib.import_module(module).__all__


@every
def test_every_parameter_accepts_its_own_default(name):
    spec = clusterers.get(name)
    defaults = inspect.signature(import_object(spec.target)).parameters
    for parameter in spec.parameters:
        parameter.parse(defaults[parameter.name].default)


@every
def test_the_row_says_in_a_sentence_each_what_it_finds_and_when_to_prefer_it(name):
    spec = clusterers.get(name)
    for sentence in (spec.summary, spec.when, *(p.help for p in spec.parameters)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "\n" not in sentence


REPORTING = [spec.name for spec in clusterers.find(reports_progress=True)]


@pytest.mark.parametrize("name", REPORTING)
def test_progress_is_told_to_its_end(name, blobs):
    told: dict[str, list[int]] = {}

    @contextmanager
    def collect(description, total):
        told[description] = [total, 0]
        yield lambda count: told[description].__setitem__(1, told[description][1] + count)

    with report_progress(collect):
        run(name, blobs.vectors, 4)
    bars = {text: counts for text, counts in told.items() if text.startswith("cluster 180 rows")}
    first = "" if name == "kmeans" else "by kmeans"  # a first k-means has a bar of its own
    assert len([text for text in bars if not first or not text.endswith(first)]) == 1
    assert all(total == done for total, done in bars.values())


@pytest.mark.parametrize("name", REPORTING)
def test_a_fit_ends_where_its_progress_says_stop(name, blobs):
    @contextmanager
    def stop(description, total):
        def advance(count):
            if description.startswith("cluster 180 rows"):
                raise KeyboardInterrupt

        yield advance

    with report_progress(stop), pytest.raises(KeyboardInterrupt):
        run(name, blobs.vectors, 4)
