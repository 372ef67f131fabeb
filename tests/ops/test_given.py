import numpy as np
import pytest

from clusterby.core.errors import InvalidVectors
from clusterby.ops.given import given_embeddings


def test_an_array_becomes_embeddings():
    found = given_embeddings(np.eye(3), n_rows=3)
    assert (len(found), found.dimension, found.column) == (3, 3, "identity(embeddings)")


def test_embeddings_stay_what_they_are():
    found = given_embeddings(np.eye(3))
    assert given_embeddings(found, n_rows=3, dimension=3) is found


def test_rows_that_are_missing_or_not_finite_are_skipped():
    found = given_embeddings([[1.0, 2.0], None, [np.inf, 1.0], [3.0, 4.0]])
    assert found.rows.tolist() == [0, 3]
    assert [s.row for s in found.skipped] == [1, 2]


def test_too_many_rows_or_dimensions_are_refused():
    with pytest.raises(
        InvalidVectors, match="embeddings for 3 rows, but the table has 4: give one vector per row"
    ):
        given_embeddings(np.eye(3), n_rows=4)
    with pytest.raises(InvalidVectors, match="vectors of 3 dimensions, but the clusters were made in 2"):
        given_embeddings(np.eye(3), dimension=2)
