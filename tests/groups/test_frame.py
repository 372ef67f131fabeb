import numpy as np
import pytest

import clusterby as cb

from .sample import to_pandas


def test_rows_may_be_picked(frame):
    groups = cb.clusterby(frame, "v", n_clusters=3).renamed({0: "a", 1: "b", 2: "c"})
    picked = to_pandas(groups.to_frame(name_column="name", rows=np.array([41, 3])))
    assert picked["count"].tolist() == [41, 3]
    assert picked["cluster"].tolist() == groups.labels_[[41, 3]].tolist()
    assert picked["name"].tolist() == [groups.names_[int(k)] for k in groups.labels_[[41, 3]]]


@pytest.mark.parametrize("names", [{}, {0: "zero"}])
def test_a_cluster_without_a_name_has_a_missing_one(frame, names):
    framed = to_pandas(cb.clusterby(frame, "v", n_clusters=3).renamed(names).to_frame(name_column="name"))
    named = framed["name"].notna()
    assert named.tolist() == framed["cluster"].isin(names).tolist()
