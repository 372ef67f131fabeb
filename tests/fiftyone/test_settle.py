import clusterby.fiftyone as cbf


def test_a_rename_is_finished_from_any_point(dataset):
    from clusterby.fiftyone.pending import Pending, set_pending

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    labels = dataset.values("r_cluster")
    set_pending(
        dataset,
        "r",
        Pending(do="rename", writer=None, key="s", cluster_field="s_cluster", names_field="s_cluster_name"),
    )
    dataset.rename_run("r", "s")
    assert cbf.clean_up(dataset) == ["s"]
    assert dataset.values("s_cluster") == labels
    assert dataset.get_field("r_cluster") is None
    assert cbf.clustering_info(dataset, "s")["cluster_field"] == "s_cluster"


def test_a_run_that_is_whole_and_was_to_replace_another_takes_its_place(dataset):
    from dataclasses import replace

    from clusterby.fiftyone.settle import is_whole
    from clusterby.fiftyone.store import read, register

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    stored = read(dataset, "r")
    register(
        dataset, dataset, "r__writing", replace(stored, record=replace(stored.record, names={0: "zero"}))
    )
    assert is_whole(dataset, "r__writing")
    assert cbf.clean_up(dataset) == ["r"]
    assert dataset.list_runs() == ["r"]
    assert set(dataset.values("r_cluster_name")) == {"zero", None}


def test_a_run_is_not_whole_without_results_and_not_if_there_is_none(dataset):
    from clusterby.fiftyone.settle import is_whole

    dataset.register_run("x", dataset.init_run(method="m"))
    assert not is_whole(dataset, "x")
    assert not is_whole(dataset, "y")
