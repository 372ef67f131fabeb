import numpy as np
import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, InvalidTable, InvalidVectors


@pytest.fixture
def plugin(dataset):
    """A dataset with a run as the original plugin wrote it: config and field, results empty."""
    config = dataset.init_run(method="kmeans", cluster_field=None, n_clusters=3, embeddings="emb")
    dataset.register_run("old", config)
    dataset.save_run_results("old", dataset.init_run_results("old"))
    dataset.set_values("old_cluster", [str(i % 3) for i in range(24)])
    return dataset


def test_a_run_of_the_original_plugin_is_listed_inspected_and_loaded(plugin, state_of):
    before = state_of(plugin)
    cbf.load_clusters(plugin, "old")
    assert cbf.list_clusterings(plugin) == ["old"]
    info = cbf.clustering_info(plugin, "old")
    assert (info["method"], info["cluster_field"], info["n_clusters"]) == ("kmeans", "old_cluster", 3)
    assert info["written_by"] == "the original clustering plugin"
    groups = cbf.load_clusters(plugin, "old")
    assert groups.labels_.tolist() == [i % 3 for i in range(24)]
    assert groups.n_clusters_ == 3
    assert len(groups.describe())
    assert groups.exemplar_rows(2)[1].tolist() == [1, 4]
    assert len(cbf.clustering_view(plugin, "old")) == 24
    assert state_of(plugin) == before


def test_it_has_no_vectors_and_says_so(plugin):
    groups = cbf.load_clusters(plugin, "old")
    with pytest.raises(InvalidVectors, match="the original plugin stored no vectors"):
        groups.quality()


def test_it_is_exported(plugin, tmp_path):
    path = cbf.export_clusters(plugin, "old", tmp_path / "old.csv")
    assert path.read_text().splitlines()[2].split(",")[3] == "1"


def test_it_is_never_rewritten(plugin, state_of):
    before = state_of(plugin)
    for call in (
        lambda: cbf.rename_cluster(plugin, "old", 0, "x"),
        lambda: cbf.merge_clusters(plugin, "old", [0, 1]),
        lambda: cbf.name_clusters(plugin, "old"),
        lambda: cbf.rename_clusters(plugin, "old", "new"),
        lambda: cbf.compute_clusters(plugin, "old", embeddings="emb", overwrite=True),
    ):
        with pytest.raises(InvalidParameter, match="original plugin|belongs to another run"):
            call()
    assert state_of(plugin) == before


def test_deleting_it_removes_the_plugins_default_field_and_no_other(plugin):
    assert cbf.delete_clusters(plugin, "old") == ["old_cluster"]
    assert plugin.get_field("old_cluster") is None
    plugin.register_run("other", plugin.init_run(method="birch", cluster_field="color"))
    assert cbf.delete_clusters(plugin, "other") == []
    assert plugin.count_values("color") == {"red": 8, "green": 8, "blue": 8}
    assert plugin.list_runs() == []


def test_clusters_that_were_named_over_are_numbered_in_the_order_of_their_names(plugin):
    words = ["cats", "dogs", None]
    plugin.set_values("old_cluster", [words[i % 3] for i in range(24)])
    groups = cbf.load_clusters(plugin, "old")
    assert dict(groups.names_) == {0: "cats", 1: "dogs"}
    assert groups.labels_[:2].tolist() == [0, 1]
    assert groups.labels_[2] is np.ma.masked
    assert len(groups.skipped) == 8


def test_noise_and_classifications_are_read(plugin, fo):
    plugin.register_run("hd", plugin.init_run(method="hdbscan", cluster_field="hd"))
    plugin.set_values("hd", [fo.Classification(label=str(i % 3 - 1)) for i in range(24)])
    groups = cbf.load_clusters(plugin, "hd")
    assert groups.labels_.tolist() == [i % 3 - 1 for i in range(24)]
    assert groups.n_clusters_ == 2


def test_a_field_that_is_gone_or_empty_is_an_error(plugin):
    plugin.set_values("old_cluster", [None] * 24)
    with pytest.raises(InvalidTable, match="field 'old_cluster' of run 'old' is empty"):
        cbf.load_clusters(plugin, "old")
    plugin.delete_sample_field("old_cluster")
    with pytest.raises(InvalidTable, match="wrote field 'old_cluster', which is gone"):
        cbf.load_clusters(plugin, "old")
    assert cbf.delete_clusters(plugin, "old") == []


def test_a_run_whose_class_can_be_imported_nowhere_is_listed_loaded_and_deleted(plugin, caplog):
    from fiftyone.core.odm import get_db_conn

    query = {"_dataset_id": plugin._doc.id, "key": "old"}
    get_db_conn().runs.update_one(query, {"$set": {"config.cls": "methods.kmeans.KMeansClusteringConfig"}})
    plugin.reload()
    caplog.clear()
    assert cbf.list_clusterings(plugin) == ["old"]
    assert cbf.clustering_info(plugin, "old")["method"] == "kmeans"
    assert cbf.load_clusters(plugin, "old").n_clusters_ == 3
    assert "methods.kmeans" not in caplog.text  # nobody has tried to import it
    cbf.compute_clusters(plugin, "r", embeddings="emb", n_clusters=3)
    assert cbf.delete_clusters(plugin, "old") == ["old_cluster"]
    assert plugin.list_runs() == ["r"]


def test_a_run_of_another_kind_is_none_of_the_plugins(dataset):
    dataset.register_run("x", dataset.init_run(method="kmeans"))
    dataset.register_run("y", dataset.init_run(method="other", cluster_field="c"))
    assert cbf.list_clusterings(dataset) == []
