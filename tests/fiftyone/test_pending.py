import clusterby.fiftyone as cbf


def test_what_is_to_be_done_is_kept_with_the_run_and_forgotten_again(dataset):
    from clusterby.fiftyone.pending import Pending, pending_of, set_pending
    from clusterby.fiftyone.store import config_at
    from clusterby.fiftyone.writer import writing

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    before = vars(config_at(dataset, "r"))
    assert pending_of(config_at(dataset, "r")) is None
    with writing() as writer:
        rename = Pending(do="rename", writer=writer, key="s", cluster_field="a", names_field="b")
        set_pending(dataset, "r", rename)
        assert pending_of(config_at(dataset, "r")) == rename
        assert "pending" not in cbf.clustering_info(dataset, "r")
        set_pending(dataset, "r", None)
    assert vars(config_at(dataset, "r")) == before


def test_what_was_to_be_done_by_nobody_that_is_known_is_finished_by_the_next_call(dataset):
    from clusterby.fiftyone.pending import Pending, set_pending

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    set_pending(dataset, "r", Pending(do="delete", writer=None))
    assert cbf.list_clusterings(dataset) == []
    assert dataset.get_field("r_cluster") is None
