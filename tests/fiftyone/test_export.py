import csv
import io

import pyarrow.parquet as pq
import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, UnknownName, UnwritableTarget


@pytest.fixture
def clustered(make_dataset):
    dataset = make_dataset(missing=(2,))
    cbf.compute_clusters(dataset, "r", method="gmm", embeddings="emb", n_clusters=3)
    cbf.rename_cluster(dataset, "r", 0, 'a "b", <c>')
    return dataset


def test_each_item_is_a_row_with_its_cluster(clustered, tmp_path):
    path = cbf.export_clusters(clustered, "r", tmp_path / "r.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert [r["id"] for r in rows] == clustered.values("id")
    assert [r["filepath"] for r in rows] == clustered.values("filepath")
    assert [r["cluster"] or None for r in rows] == clustered.values("r_cluster")
    assert [r["name"] or None for r in rows] == clustered.values("r_cluster_name")
    assert rows[2]["distance"] == rows[2]["strength"] == ""
    assert 0 <= float(rows[0]["strength"]) <= 1


def test_parquet_holds_the_same(clustered, tmp_path):
    table = pq.read_table(cbf.export_clusters(clustered, "r", tmp_path / "r.parquet"))
    assert table.column_names[:6] == ["id", "sample_id", "filepath", "cluster", "name", "distance"]
    assert table["cluster"].null_count == 1


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(clustered, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("mine")
    with pytest.raises(UnwritableTarget, match="is there already"):
        cbf.export_clusters(clustered, "r", path)
    assert path.read_text() == "mine"
    assert cbf.export_clusters(clustered, "r", path, overwrite=True).read_text().startswith('"id",')


def test_a_run_or_a_kind_of_file_that_is_not_there_is_an_error(clustered, tmp_path):
    with pytest.raises(UnknownName):
        cbf.export_clusters(clustered, "x", tmp_path / "r.csv")
    with pytest.raises(InvalidParameter, match="xyz"):
        cbf.export_clusters(clustered, "r", tmp_path / "r.xyz")


def test_patches_have_the_sample_that_they_are_of(patches, tmp_path):
    cbf.compute_clusters(patches, "p", patches_field="objects", embeddings="emb", n_clusters=3)
    rows = list(
        csv.DictReader(io.StringIO(cbf.export_clusters(patches, "p", tmp_path / "p.csv").read_text()))
    )
    assert [r["sample_id"] for r in rows] == [i for i in patches.values("id") for _ in range(2)]
