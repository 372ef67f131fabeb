import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, UnknownName

pytestmark = pytest.mark.fiftyone


@pytest.fixture
def compared(dataset):
    cbf.compute_clusters(dataset, "three", embeddings="emb", n_clusters=3)
    cbf.compute_clusters(dataset.limit(20), "two", embeddings="emb", n_clusters=2)
    return dataset


def test_two_runs_are_compared_over_the_items_that_are_in_both(compared):
    found = cbf.compare_clusters(compared, "three", "two")
    one, two = compared.limit(20).values("three_cluster"), compared.limit(20).values("two_cluster")
    assert (found.n_rows, found.only_in_a, found.only_in_b, found.matched) == (20, 4, 0, "identity")
    assert found.ari == adjusted_rand_score(one, two)
    for a, counts in zip(found.rows, found.counts.tolist(), strict=True):
        for b, count in zip(found.columns, counts, strict=True):
            assert count == sum((x, y) == (str(a), str(b)) for x, y in zip(one, two, strict=True))


def test_merged_clusters_are_said_to_have_grown_of_theirs_under_the_names_they_have(compared):
    cbf.compute_clusters(compared, "merged", embeddings="emb", n_clusters=3)
    cbf.merge_clusters(compared, "merged", [0, 1])
    cbf.rename_cluster(compared, "three", 0, "night")
    found = cbf.compare_clusters(compared, "three", "merged")
    (into,) = np.setdiff1d(list(found.columns), [2]).tolist()
    assert (found.merged, found.kept) == ({into: (0, 1)}, {2: 2})
    assert found.sentences() == [f"merged: 0 night, 1 into {into}"]


def test_runs_of_other_items_and_runs_that_are_not_there_are_errors(compared, make_dataset):
    with pytest.raises(UnknownName, match="'tree'"):
        cbf.compare_clusters(compared, "tree", "two")
    patches = make_dataset(detections=True)
    cbf.compute_clusters(patches, "samples", embeddings="emb", n_clusters=2)
    cbf.compute_clusters(patches, "patches", embeddings="emb", n_clusters=2, patches_field="objects")
    with pytest.raises(
        InvalidParameter, match="'samples' and 'patches' have no item in common: compare runs of the same"
    ):
        cbf.compare_clusters(patches, "samples", "patches")
