"""What the original clustering plugin got wrong, and the plugin does not: one test for each fault that is the plugin's."""

from __future__ import annotations

import ast
import asyncio
import inspect
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.fiftyone

PLUGIN = Path(__file__).parents[2] / "plugins" / "fiftyone"
PARAMS = {"run_key": "r1", "method": "kmeans", "embeddings": "emb", "kmeans__n_clusters": 3}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_fault_1_nothing_private_of_fiftyone_is_touched():
    for path in (PLUGIN / "operators").rglob("*.py"):
        names = [name for name in imported(path) if name.startswith("fiftyone")]
        assert not [n for n in names if "brain.internal" in n or "._" in n], path


def test_fault_2_no_model_is_loaded_where_a_field_has_the_vectors(run, dataset, monkeypatch):
    import fiftyone.zoo as foz

    def loaded(*args, **kwargs):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(foz, "load_zoo_model", loaded)
    assert run("compute_clusters", dataset, PARAMS)["n_clustered"] == 24


def test_fault_3_a_missing_vector_shifts_no_label(run, make_dataset):
    dataset = make_dataset(missing=(0,))
    run("compute_clusters", dataset, PARAMS)
    labels = dataset.values("r1_cluster")
    assert labels[0] is None
    assert [labels[i] for i in range(3, 24)] == [labels[3 + i % 3] for i in range(21)]


def test_fault_4_reserved_fields_are_refused(refusals, dataset):
    before = dataset.values("filepath")
    for name in ("filepath", "id", "tags", "metadata", "created_at"):
        assert (
            "reserved"
            in refusals("compute_clusters", dataset, PARAMS | {"cluster_field": name})["cluster_field"]
        )
    assert dataset.values("filepath") == before


def test_fault_5_naming_keeps_the_ids(run, dataset):
    run("compute_clusters", dataset, PARAMS)
    before = dataset.values("r1_cluster")
    run("label_clusters", dataset, {"run_key": "r1"})
    assert dataset.values("r1_cluster") == before


def test_fault_6_a_failed_run_leaves_its_key_free(run, dataset):
    from fiftyone.operators.executor import ExecutionError

    vectors = dataset.values("emb")
    dataset.set_values("emb", [None] * 24)
    with pytest.raises(ExecutionError, match="NothingToCluster"):
        run("compute_clusters", dataset, PARAMS)
    assert dataset.list_runs() == []
    dataset.set_values("emb", vectors)
    assert run("compute_clusters", dataset, PARAMS)["n_clusters"] == 3


def test_fault_7_a_run_is_there_after_a_reload(run, dataset, cbf):
    result = run("compute_clusters", dataset, PARAMS)
    dataset.reload()
    dataset.clear_cache()
    assert cbf.load_clusters(dataset, "r1").n_clusters_ == 3
    assert cbf.clustering_info(dataset, "r1")["cluster_field"] == result["field"] == "r1_cluster"


def test_fault_9_deleting_a_run_deletes_its_fields(run, dataset):
    before = set(dataset.get_field_schema())
    run("compute_clusters", dataset, PARAMS)
    run("label_clusters", dataset, {"run_key": "r1"})
    assert set(dataset.get_field_schema()) - before == {"r1_cluster", "r1_cluster_name"}
    run("delete_clustering_run", dataset, {"run_key": "r1"})
    assert set(dataset.get_field_schema()) == before


def test_fault_10_the_same_call_gives_the_same_clusters(run, dataset):
    for key in ("one", "two"):
        run(
            "compute_clusters", dataset, PARAMS | {"run_key": key, "kmeans__n_clusters": 7, "random_state": 5}
        )
    assert dataset.values("one_cluster") == dataset.values("two_cluster")


@pytest.mark.parametrize(
    "change",
    [
        {"run_key": "1st"},
        {"kmeans__n_clusters": 25},
        {"method": "agglomerative", "agglomerative__linkage": "ward", "agglomerative__metric": "cosine"},
        {"method": "agglomerative", "agglomerative__n_clusters": 3, "agglomerative__distance_threshold": 1},
    ],
)
def test_fault_11_what_cannot_be_is_refused_in_the_form(run, refusals, dataset, change):
    from fiftyone.operators.executor import ExecutionError

    assert refusals("compute_clusters", dataset, PARAMS | change)
    with pytest.raises(ExecutionError, match="Validation error"):
        run("compute_clusters", dataset, PARAMS | change)
    assert dataset.list_runs() == []


@pytest.mark.parametrize("method", ["kmeans", "birch", "agglomerative", "hdbscan"])
def test_fault_12_the_original_methods_run_with_every_parameter_left_empty(run, dataset, method):
    from clusterby import clusterers

    empty = {f"{method}__{p.name}": None for p in clusterers.get(method).parameters}
    params = {"run_key": "r1", "method": method, "embeddings": "emb"} | empty
    assert run("compute_clusters", dataset, params)["n_clusters"] == 3


def test_fault_13_what_is_asked_for_a_model_reaches_it(plugin):
    settings = sys.modules["fiftyone.plugins.orgs.clusterby.clustering.operators.compute_settings"]
    params = PARAMS | {
        "source": "model",
        "model": "m",
        "batch_size": 7,
        "num_workers": "2",
        "skip_failures": False,
    }
    found = settings.settings_of(params)
    assert {n: found[n] for n in ("model", "batch_size", "num_workers", "skip_failures")} == {
        "model": "m",
        "batch_size": 7,
        "num_workers": 2,
        "skip_failures": False,
    }


def test_fault_14_the_time_of_a_run_is_the_time(run, dataset):
    from datetime import UTC, datetime, timedelta

    run("compute_clusters", dataset, PARAMS)
    said = run("get_clustering_run_info", dataset, {"run_key": "r1"})["created"]
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(said) < timedelta(minutes=2)


def test_fault_15_something_is_seen(operator, run, dataset):
    compute = operator("compute_clusters")
    assert compute.config.execute_as_generator  # so that progress is seen: see test_operator_progress
    from fiftyone.operators.executor import ExecutionContext

    result = run("compute_clusters", dataset, PARAMS)
    shown = compute.resolve_output(ExecutionContext({"params": {}, "results": result}))
    assert list(shown.type.properties) == ["summary", "clusters"]


@pytest.mark.parametrize("how", ["field", "view"])
def test_fault_16_vectors_of_patches_are_offered(form, make_dataset, how):
    dataset = make_dataset(detections=True)
    samples = dataset.to_patches("objects") if how == "view" else dataset
    params = {"patches_field": "objects"} if how == "field" else {}
    drawn = form("compute_clusters", samples, params, app=True)
    assert drawn["embeddings"].type.values == ["emb"]
    assert "**48 patches**" in drawn["plan"].default
    assert "field `objects.detections.clusters_cluster`" in drawn["plan"].default


def test_fault_17_delegate_is_no_parameter(operator, form, dataset):
    assert "delegate" not in form("compute_clusters", dataset, PARAMS)
    assert operator("compute_clusters").config.allow_delegated_execution
    assert asyncio.iscoroutinefunction(operator("compute_clusters").execute)
    assert inspect.signature(operator("compute_clusters").__call__).parameters["delegate"].default is False
