import json

import pytest

import clusterby.fiftyone as cbf


@pytest.mark.parametrize("method", ["kmeans", "gmm", "hdbscan"])
def test_a_run_comes_back_from_its_plain_values_by_way_of_json(make_dataset, method):
    from types import SimpleNamespace

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
    from types import SimpleNamespace

    from clusterby.fiftyone.layout import stored_of

    with pytest.raises(AttributeError):
        stored_of(SimpleNamespace(), SimpleNamespace())
