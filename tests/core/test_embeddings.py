import numpy as np
import pytest

from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidVectors


def embeddings(vectors, rows, n_rows=5):
    return Embeddings(
        vectors=np.asarray(vectors),
        rows=np.asarray(rows, dtype=np.int64),
        n_rows=n_rows,
        column="v",
        space="v",
    )


@pytest.mark.parametrize(
    ("vectors", "rows", "message"),
    [
        (np.zeros((2, 3)), [0, 1], "float32"),
        (np.zeros(3, "float32"), [0, 1, 2], "float32"),
        (np.zeros((2, 3), "float32"), [0], "2 vectors for rows"),
        (np.zeros((2, 3), "float32"), [1, 1], "increase strictly"),
        (np.zeros((2, 3), "float32"), [0, 5], "within 0 and 5"),
        (np.array([[0.0], [np.nan]], "float32"), [1, 3], "row 3 is not finite"),
        (np.array([[np.inf], [1]], "float32"), [1, 3], "row 1 is not finite"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(vectors, rows, message):
    with pytest.raises(InvalidVectors, match=message):
        embeddings(vectors, rows)


def test_length_and_dimension():
    found = embeddings(np.zeros((2, 3), "float32"), [0, 4])
    assert (len(found), found.dimension, found.n_rows) == (2, 3, 5)
