import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from threadpoolctl import threadpool_limits

from clusterby.kernels.density.spanning_tree import reachability_tree, spanning_tree


def all_distances(vectors, metric="euclidean"):
    rows = vectors.astype(np.float64)
    if metric == "cosine":
        lengths = np.linalg.norm(rows, axis=1)
        rows = rows * np.divide(1, lengths, where=lengths > 0, out=np.zeros(len(rows)))[:, None]
    squares = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    if metric == "euclidean":
        return np.sqrt(squares)
    values = squares / 2
    values[lengths == 0] = 1
    values[:, lengths == 0] = 1
    np.fill_diagonal(values, 0)
    return values


def mutual_reachability(distances, min_samples, alpha=1.0):
    distances = distances / alpha
    core = np.sort(distances, axis=1)[:, min_samples - 1]
    return np.maximum(distances, np.maximum(core[:, None], core[None])), core


def tree_lengths(matrix):
    shifted = matrix + 1  # SciPy takes a zero for no edge
    np.fill_diagonal(shifted, 0)
    return np.sort(minimum_spanning_tree(shifted).data) - 1


def prim_lengths(matrix):
    nearest, lengths = matrix[0].copy(), []
    nearest[0] = -1  # in the tree
    for _ in range(len(matrix) - 1):
        row = np.where(nearest < 0, np.inf, nearest).argmin()
        lengths.append(nearest[row])
        nearest = np.where(nearest < 0, -1, np.minimum(nearest, matrix[row]))
        nearest[row] = -1
    return np.sort(lengths)


def assert_tree(edges, lengths, matrix):
    n = len(matrix)
    assert edges.shape == (n - 1, 2)
    assert (edges[:, 0] < edges[:, 1]).all()
    assert (np.diff(lengths) >= 0).all()
    graph = coo_array((np.ones(n - 1), (edges[:, 0], edges[:, 1])), shape=(n, n))
    assert connected_components(graph, directed=False)[0] == 1
    scale = max(matrix.max(), 1e-300)
    np.testing.assert_allclose(lengths, matrix[edges[:, 0], edges[:, 1]], rtol=1e-11, atol=1e-13 * scale)
    np.testing.assert_allclose(lengths, tree_lengths(matrix), rtol=1e-9, atol=1e-12 * max(1, scale))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("n", "d", "min_samples"), [(2, 3, 2), (50, 1, 4), (400, 3, 1), (90, 2000, 5), (60, 4, 60)]
)
@pytest.mark.parametrize("offset", [0, 1000])
def test_trees_are_as_short_as_those_of_the_full_matrix(metric, dtype, n, d, min_samples, offset):
    rng = np.random.default_rng(n + d)
    vectors = (rng.normal(size=(n, d)) + rng.normal(size=(5, d))[rng.integers(0, 5, n)] * 4 + offset).astype(
        dtype
    )
    distances = all_distances(vectors, metric)
    assert_tree(*spanning_tree(vectors, metric=metric), distances)
    matrix, core = mutual_reachability(distances, min_samples)
    edges, lengths, found = reachability_tree(vectors, min_samples, metric=metric)
    np.testing.assert_allclose(found, core, rtol=1e-11, atol=1e-13 * distances.max())
    assert_tree(edges, lengths, matrix)


@settings(max_examples=80, deadline=None)
@given(
    vectors=hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(2, 60), st.integers(1, 3)),
        elements=st.integers(-3, 3),
    ),
    metric=st.sampled_from(["euclidean", "cosine"]),
    alpha=st.sampled_from([1.0, 0.7, 3.0]),
    data=st.data(),
)
def test_trees_with_ties_and_duplicates_are_as_short(vectors, metric, alpha, data):
    min_samples = data.draw(st.integers(1, len(vectors)))
    distances = all_distances(vectors, metric)
    edges, lengths = spanning_tree(vectors, metric=metric, alpha=alpha)
    assert_tree(edges, lengths, distances / alpha)
    matrix, core = mutual_reachability(distances, min_samples, alpha)
    edges, lengths, found = reachability_tree(vectors, min_samples, metric=metric, alpha=alpha)
    np.testing.assert_allclose(found, core, rtol=1e-9, atol=1e-12)
    assert_tree(edges, lengths, matrix)
    given_core = spanning_tree(vectors, metric=metric, alpha=alpha, core_distances=core)
    assert_tree(*given_core, np.maximum(distances / alpha, np.maximum(core[:, None], core[None])))


def test_groups_far_apart_of_more_rows_than_the_lists_hold_are_joined():
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(12, 6)) * 50, 80, axis=0) + rng.normal(size=(960, 6)) * 0.1
    assert_tree(*spanning_tree(vectors), all_distances(vectors))
    edges, lengths, _ = reachability_tree(vectors, 9)
    assert_tree(edges, lengths, mutual_reachability(all_distances(vectors), 9)[0])


def test_trees_of_many_rows_of_few_true_dimensions_are_as_short():
    rng = np.random.default_rng(1)
    centers = rng.normal(size=(30, 8)) * 2
    latent = centers[rng.integers(0, 30, 4200)] + rng.normal(size=(4200, 8)) * 0.5
    vectors = (latent @ rng.normal(size=(8, 64)) + rng.normal(size=(4200, 64)) * 0.2).astype(np.float32)
    _edges, lengths, core = reachability_tree(vectors, 5)
    squares = (vectors.astype(np.float64) ** 2).sum(axis=1)
    matrix = squares[:, None] + squares - 2 * vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    matrix = np.sqrt(np.maximum(matrix, 0))
    np.fill_diagonal(matrix, 0)
    matrix, expected_core = mutual_reachability(matrix, 5)
    np.testing.assert_allclose(core, expected_core, rtol=1e-6)
    np.testing.assert_allclose(lengths, prim_lengths(matrix), rtol=1e-6)


def test_two_threads_give_the_bits_of_one():
    vectors = np.random.default_rng(3).normal(size=(1800, 20)).astype(np.float32)
    with threadpool_limits(1):
        alone = reachability_tree(vectors, 4)
    with threadpool_limits(2):
        together = reachability_tree(vectors, 4)
    assert all((one == two).all() for one, two in zip(alone, together, strict=True))


def test_all_rows_equal_make_a_tree_of_length_zero():
    edges, lengths = spanning_tree(np.ones((700, 3), dtype=np.float32))
    assert_tree(edges, lengths, np.zeros((700, 700)))


def test_one_row_has_no_edges():
    edges, lengths = spanning_tree(np.ones((1, 3)))
    assert edges.shape == (0, 2)
    assert lengths.shape == (0,)
    assert reachability_tree(np.ones((1, 3)), 1)[2].tolist() == [0.0]


def test_every_row_is_reported_twice():
    seen = []
    spanning_tree(np.random.default_rng(5).normal(size=(1500, 3)), advance=seen.append)
    assert sum(seen) == 3000


def test_what_advance_raises_ends_the_search():
    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spanning_tree(np.random.default_rng(0).normal(size=(1500, 3)), advance=stop)


@pytest.mark.parametrize("min_samples", [0, 4])
def test_more_samples_than_rows_are_an_error(min_samples):
    with pytest.raises(ValueError, match=f"min_samples={min_samples}: give 1 to 3"):
        reachability_tree(np.zeros((3, 2)), min_samples)


def test_trees_of_rows_that_a_few_coordinates_do_not_tell_apart_are_as_short():
    rng = np.random.default_rng(2)
    spread = np.arange(1, 129) ** -0.25
    centers = rng.normal(size=(40, 128)) * spread
    vectors = (centers[rng.integers(0, 40, 4200)] + rng.normal(size=(4200, 128)) * spread).astype(np.float32)
    _, lengths = spanning_tree(vectors)
    rows = vectors.astype(np.float64)
    squares = (rows**2).sum(axis=1)
    matrix = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0))
    np.testing.assert_allclose(lengths, prim_lengths(matrix), rtol=1e-6)
