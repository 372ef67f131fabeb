import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import clusterby.fiftyone as cbf


@pytest.mark.parametrize("method", ["kmeans", "gmm", "hdbscan"])
def test_a_run_comes_back_from_its_plain_values_by_way_of_json(make_dataset, method):
    from clusterby.fiftyone.layout import config_of, results_of, stored_of
    from clusterby.fiftyone.store import read

    dataset = make_dataset(missing=(3,))
    options = {"min_cluster_size": 4} if method == "hdbscan" else {"n_clusters": 3}
    cbf.compute_clusters(dataset, "r", method=method, embeddings="emb", **options)
    cbf.name_clusters(dataset, "r", names={1: "a.b $c"})
    cbf.merge_clusters(dataset, "r", [0, 2])
    stored = read(dataset, "r")
    plain = json.loads(json.dumps([config_of(stored), results_of(stored)]))
    back = stored_of(*(SimpleNamespace(**part) for part in plain))
    assert json.dumps([config_of(back), results_of(back)]) == json.dumps(
        [config_of(stored), results_of(stored)]
    )
    assert back.labels_by_id() == stored.labels_by_id()
    assert back.record.made.labels.tolist() == stored.record.made.labels.tolist()
    assert back.record.quality == stored.record.quality


def test_what_is_missing_is_an_error_of_pythons_own_that_the_reader_translates():
    from clusterby.fiftyone.layout import stored_of

    with pytest.raises(AttributeError):
        stored_of(SimpleNamespace(), SimpleNamespace())


@pytest.fixture
def earlier(dataset):
    """Register a run as it was written before instructions were kept, on samples with these vectors."""
    text = Path(__file__).with_name("run_of_schema_1.json").read_text()
    for i, identifier in reversed(list(enumerate(dataset.limit(12).values("id")))):
        text = text.replace(f"id-{i}", identifier)
    kept = json.loads(text)
    dataset.limit(12).register_run("old", dataset.init_run(**kept["config"]))
    dataset.save_run_results("old", dataset.init_run_results("old", **kept["results"]), cache=False)
    return dataset


def test_a_run_that_was_written_before_instructions_were_kept_is_read(earlier):
    groups = cbf.load_clusters(earlier, "old")
    assert groups.instruction_ is None
    assert groups.names_ == {0: "zero"}
    assert groups.labels_.tolist() == [1, 0, 0, 1, 0, None, 1, 0, 0, 1, 0, 0]
    assert [s.row for s in groups.skipped] == [5]
    assert groups.predict(groups.embeddings).tolist() == groups.labels_.tolist()
    assert cbf.clustering_info(earlier, "old")["n_clusters"] == 2
    assert cbf.rename_cluster(earlier, "old", 1, "one").names_ == {0: "zero", 1: "one"}
    assert cbf.load_clusters(earlier, "old").names_ == {0: "zero", 1: "one"}
