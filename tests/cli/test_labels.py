import pandas as pd
import pytest

import clusterby as cb
from clusterby.cli.labels import write_labels

TABLE = {"v": [0.0, 0.1, 9.0, 9.1], "note": ["a", "b", "c", "d"]}


@pytest.mark.parametrize("kind", [dict, pd.DataFrame])
def test_names_and_strengths_are_written_if_there_are_any(tmp_path, kind):
    groups = cb.clusterby(kind(TABLE), "v", method="gmm", n_clusters=2).renamed({0: "low, or high"})
    read = pd.read_csv(write_labels(groups, tmp_path / "labels.csv"))
    assert list(read.columns) == ["v", "note", "cluster", "cluster_name", "cluster_strength"]
    assert set(read["cluster_name"].dropna()) == {"low, or high"}
