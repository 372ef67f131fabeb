import numpy as np

from clusterby.core.embeddings import Embeddings
from clusterby.core.partition import Partition
from clusterby.groups import exemplars as exemplars_module
from clusterby.groups.exemplars import distances_to_centers, exemplar_rows
from clusterby.kernels.centers import mean_centers

VECTORS = np.array([[0, 0], [0, 4], [0, 1], [9, 9], [9, 9], [5, 5]], dtype="float32")
LABELS = np.array([0, 0, 0, 3, 3, -1])


def given(labels=LABELS):
    embeddings = Embeddings(
        vectors=VECTORS, rows=np.array([1, 2, 5, 6, 8, 9]), n_rows=10, column="v", space="v"
    )
    return embeddings, Partition(labels=labels, centers=mean_centers(VECTORS, labels), method="x")


def test_the_nearest_come_first_and_equals_in_table_order():
    found = exemplar_rows(*given(), most=2)
    assert {key: rows.tolist() for key, rows in found.items()} == {0: [5, 1], 3: [6, 8]}


def test_a_small_cluster_gives_what_it_has():
    assert [len(rows) for rows in exemplar_rows(*given(), most=9).values()] == [3, 2]


def test_noise_is_infinitely_far_and_blocks_make_no_difference(monkeypatch):
    whole = distances_to_centers(*given())
    monkeypatch.setattr(exemplars_module, "_BLOCK", 2)
    np.testing.assert_array_equal(distances_to_centers(*given()), whole)
    assert np.isinf(whole[5])
    np.testing.assert_allclose(whole[3:5], 0)


def test_all_noise_has_no_exemplars():
    assert exemplar_rows(*given(np.full(6, -1)), most=3) == {}
