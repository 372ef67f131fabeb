import json

import clusterby as cb
from clusterby.runs.facts import facts_of
from tests.runs.test_record import VECTORS


def test_the_condensed_tree_of_a_density_clustering_is_kept_as_lists():
    groups = cb.clusterby({"v": VECTORS.tolist()}, "v", method="hdbscan", min_cluster_size=5)
    tree = facts_of(groups)["tree"]
    assert set(tree) == set(groups.clusterer_.condensed_tree_.dtype.names)
    assert {len(column) for column in tree.values()} == {len(groups.clusterer_.condensed_tree_)}
    json.dumps(tree, allow_nan=False)


def test_where_vectors_were_given_there_is_no_encoder():
    groups = cb.clusterby({"x": list(range(60))}, "x", embeddings=VECTORS, n_clusters=3)
    assert facts_of(groups)["encoder"] == ()
