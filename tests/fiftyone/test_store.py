import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import UnknownName


@pytest.fixture
def clustered(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    return dataset


def test_what_is_stored_comes_back(clustered):
    from clusterby.fiftyone.store import read, register

    stored = read(clustered, "r")
    register(clustered, clustered, "s", stored)
    again = read(clustered, "s")
    assert again.labels_by_id() == stored.labels_by_id()
    assert again.paths == stored.paths == {"labels": "r_cluster", "names": "r_cluster_name"}
    assert (again.source, again.kind, again.parent) == (stored.source, "samples", "")
    assert again.record.manifest() == stored.record.manifest()


def test_a_run_whose_results_cannot_be_saved_is_not_registered(clustered, monkeypatch):
    from clusterby.fiftyone.store import read, register

    stored = read(clustered, "r")
    monkeypatch.setattr(type(clustered), "save_run_results", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        register(clustered, clustered, "s", stored)
    assert clustered.list_runs() == ["r"]


def test_results_are_small(fo, clustered):
    run = clustered._doc.runs["r"]
    assert len(run.results.read()) < 24 * 400
    run.results.seek(0)


def test_a_run_that_is_not_there_is_an_error_with_where_to_look(clustered):
    from clusterby.fiftyone.store import read

    with pytest.raises(
        UnknownName, match="no clustering 'x'. List them: clusterby.fiftyone.list_clusterings on"
    ):
        read(clustered, "x")
