import numpy as np
import pytest

import clusterby as cb
from tests.runs.test_record import VECTORS


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A project of its own, with a cache of its own."""
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def table():
    """A table of vectors, 20 around each of three corners, with numbers beside them."""
    return {"v": VECTORS.tolist(), "x": list(range(60))}


@pytest.fixture
def groups(table):
    return cb.clusterby(table, "v", n_clusters=3).renamed({0: "zero"})


@pytest.fixture
def same_result():
    return check_same


def check_same(one, other):
    """Check that two results say the same of the same table."""
    np.testing.assert_array_equal(np.ma.filled(one.labels_, -9), np.ma.filled(other.labels_, -9))
    np.testing.assert_array_equal(one.partition.centers, other.partition.centers)
    np.testing.assert_array_equal(one.distances(), other.distances())
    assert (one.probabilities_ is None) == (other.probabilities_ is None)
    if one.probabilities_ is not None:
        np.testing.assert_array_equal(
            np.ma.filled(one.probabilities_, -9), np.ma.filled(other.probabilities_, -9)
        )
    assert one.partition.parameters == other.partition.parameters
    assert (one.partition.method, one.partition.random_state) == (
        other.partition.method,
        other.partition.random_state,
    )
    assert (one.names_, one.naming_.names) == (other.names_, other.naming_.names)
    assert one.edits == other.edits
    assert one.skipped == other.skipped
    assert dict(one.by) == dict(other.by)
    assert str(one.quality()) == str(other.quality())  # NaN is NaN
    mine, theirs = one.exemplar_rows(5), other.exemplar_rows(5)
    assert {c: rows.tolist() for c, rows in mine.items()} == {c: rows.tolist() for c, rows in theirs.items()}
