import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import Partition
from clusterby.groups.edit import Edits, merge, parse_merges, reassign_noise
from clusterby.kernels.centers import mean_centers

VECTORS = np.array([[0.0], [1.0], [10.0], [11.0], [30.0], [4.0]], dtype="float32")
LABELS = np.array([0, 0, 1, 1, 2, -1])


def partition():
    return Partition(labels=LABELS, centers=mean_centers(VECTORS, LABELS), method="x")


def test_one_group_or_several_may_be_merged():
    assert parse_merges([2, 0], range(3)) == {2: 0}
    assert parse_merges([(2, 1), (0, 3)], range(4)) == {2: 1, 3: 0}


def test_a_group_of_one_is_refused():
    with pytest.raises(InvalidParameter, match="at least two"):
        parse_merges([[1], [0, 2]], range(3))


@given(st.lists(st.integers(0, 2), min_size=2, max_size=3, unique=True))
def test_merging_loses_no_row_and_touches_no_other(clusters):
    merged = merge(partition(), parse_merges(clusters, range(3)))
    inside = np.isin(LABELS, clusters)
    assert set(merged.labels[inside]) == {min(clusters)}
    np.testing.assert_array_equal(merged.labels[~inside], LABELS[~inside])


POINT = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=2)


@given(
    rows=st.lists(st.tuples(POINT, st.integers(-1, 4)), min_size=1, max_size=30),
    pairs=st.lists(st.sets(st.integers(0, 4), min_size=2), max_size=2),
)
def test_the_center_of_merged_clusters_is_the_mean_of_their_vectors(rows, pairs):
    points, labels = zip(*rows, strict=True)
    vectors, labels = np.array(points, dtype=np.float32), np.array(labels, dtype=np.int64)
    known = set(labels[labels >= 0].tolist())
    groups = [pair & known for pair in pairs]
    if any(len(group) < 2 for group in groups) or (len(groups) == 2 and groups[0] & groups[1]):
        return
    before = Partition(labels=labels, centers=mean_centers(vectors, labels), method="x")
    merged = merge(before, parse_merges(groups, known))
    np.testing.assert_allclose(merged.centers, mean_centers(vectors, merged.labels), atol=1e-4)
    assert merged.centers.dtype == np.float32
    assert (merged.labels == -1).tolist() == (labels == -1).tolist()
    assert merged.clusters.tolist() == sorted(known - {i for group in groups for i in group - {min(group)}})


def test_merging_nothing_changes_nothing():
    merged = merge(partition(), {})
    np.testing.assert_array_equal(merged.labels, LABELS)
    np.testing.assert_allclose(merged.centers, partition().centers)


def test_merging_counts_a_cluster_by_its_rows():
    labels = np.array([0, 0, 0, 1])
    vectors = np.array([[0.0], [0.0], [0.0], [8.0]], dtype="float32")
    before = Partition(labels=labels, centers=mean_centers(vectors, labels), method="x")
    assert merge(before, {1: 0}).centers.tolist() == [[2.0]]


def test_a_partition_without_noise_is_given_back_as_it_is():
    settled = reassign_noise(partition(), VECTORS)
    assert settled.labels.tolist() == [0, 0, 1, 1, 2, 0]
    assert reassign_noise(settled, VECTORS) is settled


def test_edits_apply_to_new_labels():
    edits = Edits(merged_into={2: 0}, noise_reassigned=True)
    labels = edits.apply(np.array([2, -1, 1]), np.array([[30.0], [9.0], [9.0]], dtype="float32"), partition())
    assert labels.tolist() == [0, 1, 1]
