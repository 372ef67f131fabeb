import numpy as np
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidTable
from clusterby.runs.match import Changes
from clusterby.runs.over import CHANGED, NEW, over
from clusterby.runs.record import record_of


@pytest.fixture
def record():
    cells = [None, [0.0], [0.1], [9.0], [9.1], [50.0]]
    return record_of(cb.clusterby({"v": cells}, "v", n_clusters=3).renamed({0: "zero", 1: "one", 2: "two"}))


def changes(origin, changed=()):
    kept = set(origin)
    return Changes(
        origin=np.array(origin), changed=np.array(changed, dtype=np.int64),
        gone=np.array([row for row in range(6) if row not in kept], dtype=np.int64),
    )  # fmt: skip


def labels_by_value(record, cells):
    return {
        cells[row]: label
        for row, label in zip(record.rows.tolist(), record.partition.labels.tolist(), strict=True)
    }


def test_labels_stay_with_their_rows_wherever_these_stand(record):
    before = labels_by_value(record, range(6))
    order = [5, 3, 0, 1, 4, 2]
    found = over(record, changes(order))
    assert labels_by_value(found, order) == before
    assert found.rows.tolist() == [0, 1, 3, 4, 5]
    assert [(s.row, s.reason) for s in found.skipped] == [(2, record.skipped[0].reason)]
    assert found.quality is record.quality
    for cluster, rows in found.exemplars.items():
        assert [order[row] for row in rows] == record.exemplars[cluster].tolist()


def test_new_and_changed_rows_are_left_out_with_the_reason(record):
    found = over(record, changes([-1, 1, 2, -1, 3, 5], changed=[3]))
    assert [(s.row, s.column, s.reason) for s in found.skipped] == [(0, "v", NEW), (3, "v", CHANGED)]
    assert found.rows.tolist() == [1, 2, 4, 5]
    assert found.n_rows == 6


def test_a_cluster_whose_rows_are_gone_is_gone_with_its_name_and_center(record):
    lonely = int(record.partition.labels[-1])
    found = over(record, changes([0, 1, 2, 3, 4]))
    assert lonely not in found.partition.clusters
    assert lonely not in found.names
    assert lonely not in found.naming
    assert lonely not in found.exemplars
    assert len(found.partition.centers) == 2
    assert found.quality is None


def test_what_the_clusterer_made_is_cut_in_the_same_way():
    cells = [[0.0], [0.1], [9.0], [9.1], [50.0]]
    record = record_of(cb.clusterby({"v": cells}, "v", n_clusters=3).merged([0, 1]))
    found = over(record, Changes(origin=np.array([4, 0, 2]), changed=np.empty(0, int), gone=np.array([1, 3])))
    np.testing.assert_array_equal(found.made.labels, record.made.labels[[4, 0, 2]])
    assert len(found.made.centers) == found.made.n_clusters == 3


def test_a_table_without_any_of_the_rows_is_another(record):
    with pytest.raises(InvalidTable, match="none of the 5 rows that were clustered is in this table"):
        over(record, changes([0, -1]))
