import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterby.kernels.density.boruvka import shortest_edges
from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.neighbors import nearest_of_all


def prim(matrix):
    """The edge lengths of a minimum spanning tree, by the plainest algorithm."""
    nearest, lengths = matrix[0].copy(), []
    nearest[0] = np.inf
    outside = np.ones(len(matrix), dtype=bool)
    outside[0] = False
    while outside.any():
        row = np.where(outside, nearest, np.inf).argmin()
        lengths.append(nearest[row])
        outside[row] = False
        nearest = np.minimum(nearest, matrix[row])
    return sorted(lengths)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(2, 80),
    k=st.integers(1, 10),
    whole=st.booleans(),
    floor=st.sampled_from([0.0, 0.5, 30.0]),
)
def test_whatever_lists_it_begins_with_the_tree_is_a_shortest(seed, n, k, whole, floor):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(5, 2))[rng.integers(0, 5, n)] * 8 + rng.normal(size=(n, 2))
    vectors = np.round(vectors) if whole else vectors
    least = rng.uniform(0, 1, n) * floor
    least = np.round(least) if whole else least
    k = min(k, n - 1)
    ready = half_squares(vectors, "euclidean")
    edges, lengths = shortest_edges(ready, k, *nearest_of_all(ready, k, k), least)
    matrix = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2) / 2
    matrix = np.maximum(matrix, np.maximum(least[:, None], least))
    np.testing.assert_allclose(lengths, prim(matrix), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(lengths, matrix[edges[:, 0], edges[:, 1]], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n", [2, 9])
def test_edges_of_one_length_are_in_the_order_of_their_rows(n):
    ready = half_squares(np.arange(n, dtype=float)[:, None], "euclidean")
    edges, lengths = shortest_edges(ready, 1, *nearest_of_all(ready, 1, 1), np.zeros(n))
    assert edges.tolist() == [[i, i + 1] for i in range(n - 1)]
    assert lengths.tolist() == [0.5] * (n - 1)
