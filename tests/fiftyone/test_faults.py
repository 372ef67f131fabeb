"""The faults of the original clustering plugin, as far as they are of the Python API: none of them is ours."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.fiftyone_database import vectors_of

import clusterby
import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError, InvalidParameter

SOURCE = Path(clusterby.__file__).parent


def test_fault_1_nothing_private_of_the_brain_or_the_zoo_is_used(fo):
    text = "\n".join(
        p.read_text() for p in [*(SOURCE / "fiftyone").glob("*.py"), SOURCE / "encoders/fiftyone_model.py"]
    )
    for gone in ("_load_zoo_models_manifest", "parse_embeddings_field", "brain.internal"):
        assert gone not in text
    assert "clip-vit-base32-torch" in cbf.embedding_models()


def test_fault_2_with_vectors_at_hand_no_model_is_loaded(make_dataset, fresh):
    dataset = make_dataset(persistent=True)
    loaded = fresh(
        """
        import json, sys
        import fiftyone as fo
        import clusterby.fiftyone as cbf
        cbf.compute_clusters(fo.load_dataset(sys.argv[1]), "r", embeddings="emb", n_clusters=3)
        print(json.dumps([m for m in ("torch", "open_clip", "transformers", "fiftyone.utils.clip") if m in sys.modules]))
        """,
        dataset.name,
    )
    assert loaded == []


def test_fault_3_a_sample_without_a_vector_shifts_no_other_label(make_dataset):
    dataset = make_dataset(missing=(2, 3))
    groups = cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    pairs = {
        (c, label)
        for c, label in zip(dataset.values("color"), dataset.values("r_cluster"), strict=True)
        if label
    }
    assert len(pairs) == 3
    assert len(groups.skipped) == 2


def test_fault_4_no_field_of_the_user_is_overwritten(dataset, state_of):
    before = state_of(dataset)
    for name in ("filepath", "id", "tags", "metadata", "color", "emb"):
        with pytest.raises(InvalidParameter):
            cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3, cluster_field=name)
    assert state_of(dataset) == before


def test_fault_5_naming_keeps_the_ids_and_two_clusters_cannot_bear_one_name(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    ids = dataset.values("r_cluster")
    cbf.rename_cluster(dataset, "r", 0, "cats")
    with pytest.raises(InvalidParameter, match="would both be named 'cats'"):
        cbf.rename_cluster(dataset, "r", 1, "cats")
    assert dataset.values("r_cluster") == ids


def test_fault_6_a_failed_run_does_not_take_its_key(dataset, monkeypatch):
    monkeypatch.setattr(type(dataset), "set_values", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    monkeypatch.undo()
    assert dataset.list_runs() == []
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)


def test_faults_7_and_8_results_are_whole_in_another_process_and_need_none_of_our_classes(
    make_dataset, fresh
):
    dataset = make_dataset(persistent=True)
    groups = cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    there = fresh(
        """
        import json, sys
        import fiftyone as fo
        dataset = fo.load_dataset(sys.argv[1])
        config, results = dataset.get_run_info("r").config, dataset.load_run_results("r")
        assert "clusterby" not in sys.modules
        import clusterby.fiftyone as cbf
        print(json.dumps([config.cluster_field, config.cls, results.ids, cbf.load_clusters(dataset, "r").labels_.tolist()]))
        """,
        dataset.name,
    )
    assert there == [
        "r_cluster",
        "fiftyone.core.runs.RunConfig",
        dataset.values("id"),
        groups.labels_.tolist(),
    ]


def test_fault_9_deleting_a_run_deletes_its_field(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert cbf.delete_clusters(dataset, "r") == ["r_cluster"]
    assert dataset.get_field("r_cluster") is None


def test_fault_10_two_identical_runs_agree_and_the_seed_is_kept(dataset):
    vectors = np.random.default_rng(1).normal(size=(24, 16))
    first = cbf.compute_clusters(dataset, "a", embeddings=vectors, n_clusters=8, n_init=1)
    again = cbf.compute_clusters(dataset, "b", embeddings=vectors, n_clusters=8, n_init=1)
    assert adjusted_rand_score(first.labels_, again.labels_) == 1
    assert cbf.clustering_info(dataset, "a")["random_state"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"run_key": "my run"},
        {"n_clusters": 25},
        {"method": "agglomerative", "linkage": "ward", "metric": "cosine"},
        {"method": "agglomerative", "distance_threshold": 1.0},
    ],
    ids=str,
)
def test_fault_11_what_cannot_be_is_refused_before_anything_is_written(dataset, state_of, wrong):
    before = state_of(dataset)
    options = {"run_key": "r", "n_clusters": 3} | wrong
    with pytest.raises(ClusterbyError) as raised:
        cbf.compute_clusters(dataset, options.pop("run_key"), embeddings="emb", **options)
    assert "\n" not in str(raised.value)
    assert state_of(dataset) == before


def test_fault_12_every_method_of_the_original_runs_with_nothing_typed(dataset):
    for method in ("kmeans", "Birch", "agglomerative", "hdbscan"):
        cbf.compute_clusters(dataset, method, method=method, embeddings="emb")
    assert cbf.list_clusterings(dataset) == sorted(["kmeans", "Birch", "agglomerative", "hdbscan"])


def test_fault_13_batch_size_workers_and_failures_reach_the_model(dataset, monkeypatch):
    from tests.fiftyone.meancolor import MeanColor

    seen = {}
    real = type(dataset).compute_embeddings

    def watched(samples, model, **options):
        seen.update(options)
        return real(samples, model, **{**options, "num_workers": None})

    monkeypatch.setattr(type(dataset), "compute_embeddings", watched)
    cbf.compute_clusters(
        dataset, "r", model=MeanColor(), n_clusters=3, batch_size=5, num_workers=3, skip_failures=False
    )
    assert (seen["batch_size"], seen["num_workers"], seen["skip_failures"]) == (5, 3, False)


def test_fault_14_times_are_written_as_iso_8601(dataset):
    from datetime import UTC, datetime

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    created = datetime.fromisoformat(cbf.clustering_info(dataset, "r")["created"])
    assert abs((datetime.now(UTC) - created).total_seconds()) < 60


def test_fault_15_the_new_field_can_be_found_in_the_schema_with_what_it_is(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert dataset.get_field("r_cluster").description.startswith("Clusters of run r")


def test_fault_16_vectors_of_patches_are_offered(patches):
    from clusterby.fiftyone.target import resolve_target

    assert cbf.vector_fields(resolve_target(patches.to_patches("objects"))) == ["emb"]


def test_fault_17_nothing_about_delegation_is_asked_for(dataset):
    import inspect

    assert "delegate" not in inspect.signature(cbf.compute_clusters).parameters
    cbf.compute_clusters(dataset, "r", embeddings=vectors_of(24), n_clusters=3)


def test_nothing_of_fiftyone_is_imported_with_the_package():
    code = "import sys, clusterby, clusterby.fiftyone; print('fiftyone' in sys.modules, 'pymongo' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
