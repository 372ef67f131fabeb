import numpy as np

from clusterby.kernels.linkage.cluster_state import cluster_state


def test_at_first_every_point_is_a_cluster_of_its_weight_that_knows_no_neighbor():
    state = cluster_state(np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([2.0, 1.0]), n_candidates=3)
    assert state.slots["node"].tolist() == [0, 1]
    assert state.slots["size"].tolist() == state.slots["weight"].tolist() == [2.0, 1.0]
    assert state.slots["norm"].tolist() == [25.0, 1.0]
    assert (state.lists["key"] == np.inf).all()
    assert (state.slots["bound"] == -np.inf).all()
    assert state.nodes["parent"].tolist() == [0, 1, 2]


def test_one_point_needs_no_merge():
    assert len(cluster_state(np.zeros((1, 2)), np.ones(1), n_candidates=1).merges) == 0
