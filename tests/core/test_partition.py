import numpy as np
import pytest

from clusterby.core.errors import InvalidVectors
from clusterby.core.partition import Partition


def test_noise_is_no_cluster():
    partition = Partition(labels=np.array([2, -1, 0, 2]), centers=np.zeros((2, 1), "float32"), method="x")
    assert partition.clusters.tolist() == [0, 2]
    assert partition.n_clusters == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": np.array([0.0, 1.0])}, "int64"),
        ({"labels": np.array([[0], [1]])}, "int64"),
        ({"strengths": np.ones(3, "float32")}, "3 strengths for 2 labels"),
        ({"centers": np.zeros((3, 1), "float32")}, "3 centers for 2 clusters"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, message):
    parts = {"labels": np.array([0, 1]), "centers": np.zeros((2, 1), "float32"), "method": "x"}
    with pytest.raises(InvalidVectors, match=message):
        Partition(**(parts | changes))


def test_sizes_are_by_cluster_and_leave_noise_out():
    partition = Partition(labels=np.array([2, -1, 0, 2]), centers=np.zeros((2, 1), "float32"), method="x")
    assert partition.sizes == {0: 1, 2: 2}
    assert all(type(key) is int and type(size) is int for key, size in partition.sizes.items())


def test_a_partition_may_have_nothing_but_noise():
    partition = Partition(labels=np.array([-1, -1]), centers=np.zeros((0, 1), "float32"), method="x")
    assert (partition.sizes, partition.n_clusters, partition.clusters.tolist()) == ({}, 0, [])
