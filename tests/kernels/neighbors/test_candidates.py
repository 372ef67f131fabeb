import numpy as np
import pytest

from clusterby.kernels.neighbors.candidates import fill_lists, fill_lists_of_all
from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.top_k import NO_ROW


def whole(n, d, seed=0):
    """Rows of small whole numbers, whose products are exact."""
    return np.random.default_rng(seed).integers(-3, 4, size=(n, d)).astype(np.float32)


def values_of(vectors):
    values = ((vectors[:, None].astype(float) - vectors[None]) ** 2).sum(axis=2) / 2
    np.fill_diagonal(values, np.inf)
    return values


@pytest.mark.parametrize("n", [2, 30, 513, 1700])
def test_each_row_is_given_the_others_with_the_least_bounds(n):
    vectors = whole(n, 6)
    vectors -= np.round(vectors.mean(axis=0))
    length = min(5, n - 1)
    values, rows = fill_lists_of_all(half_squares(vectors, "euclidean"), length)
    truth = values_of(vectors)
    assert (values == np.sort(truth, axis=1)[:, :length]).all()
    assert (np.take_along_axis(truth, rows.astype(int), axis=1) == values).all()


def test_lists_end_at_the_limit_and_at_the_group():
    vectors = whole(700, 4)
    ready = half_squares(vectors, "euclidean")
    groups = (np.arange(700) % 5).astype(np.int32)
    members = np.arange(0, 700, 9)
    values, rows = fill_lists(
        ready.take(members),
        ready,
        300,
        np.full(len(members), 4.2),
        asked_groups=groups[members],
        groups=groups,
        least=np.full(700, 1.0),
    )
    truth = np.maximum(values_of(vectors)[members], 1.0)
    truth[groups[members][:, None] == groups] = np.inf
    assert ((rows != NO_ROW).sum(axis=1) == (truth <= 4.2).sum(axis=1)).all()
    assert (values[rows != NO_ROW] <= 4.2).all()


def test_rows_are_reported_as_tiles_are_done():
    seen = []
    fill_lists_of_all(half_squares(whole(1700, 3), "euclidean"), 2, advance=seen.append)
    assert sum(seen) == 1700
    assert len(seen) > 3
