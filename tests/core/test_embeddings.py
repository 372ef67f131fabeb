import numpy as np
import pytest

from clusterby.core.column import Skipped
from clusterby.core.embeddings import Embeddings, LateEmbeddings
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


def late(read, rows=(0, 2, 4), **changes):
    parts = {
        "dimension": 3,
        "rows": np.asarray(rows, dtype=np.int64),
        "n_rows": 5,
        "column": "v",
        "space": "s",
    }
    return LateEmbeddings(read, **(parts | changes))


def test_late_vectors_are_read_once_and_only_when_asked_for():
    calls = []

    def read():
        calls.append(1)
        return np.ones((3, 3), "float32")

    found = late(read, skipped=(Skipped(row=1, column="v", reason="damaged"),))
    assert isinstance(found, Embeddings)
    assert (len(found), found.dimension, found.n_rows, found.space) == (3, 3, 5, "s")
    assert repr(found) == "<Embeddings v: 3 × 3, 1 rows skipped>"
    assert calls == []
    assert found.vectors is found.vectors
    assert found.vectors.shape == (3, 3)
    assert calls == [1]


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (
            np.zeros((3, 2), "float32"),
            "the vectors of v have 2 dimensions now and had 3 when they were clustered",
        ),
        (np.zeros((2, 3), "float32"), "2 vectors for rows"),
        (np.zeros((3, 3)), "float32"),
        (np.full((3, 3), np.nan, "float32"), "row 0 is not finite"),
    ],
)
def test_late_vectors_that_do_not_fit_are_refused_each_time(vectors, message):
    found = late(lambda: vectors)
    for _ in range(2):
        with pytest.raises(InvalidVectors, match=message):
            _ = found.vectors


def test_late_vectors_that_cannot_be_read_are_asked_for_again():
    answers = [InvalidVectors("the field is gone"), np.zeros((3, 3), "float32")]

    def read():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = late(read)
    with pytest.raises(InvalidVectors, match="the field is gone"):
        _ = found.vectors
    assert found.vectors.shape == (3, 3)


def test_no_embeddings_can_be_changed():
    for found in (embeddings(np.zeros((2, 3), "float32"), [0, 4]), late(lambda: np.zeros((3, 3), "float32"))):
        with pytest.raises(AttributeError):
            found.column = "w"
