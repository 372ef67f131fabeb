import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import laplacian
from threadpoolctl import threadpool_limits

from clusterby.kernels.graph.eigenvectors import leading_eigenvectors, normalized_adjacency
from clusterby.kernels.graph.neighbor_graph import neighbor_graph


def graph_of(n: int, d: int, k: int, *, seed: int = 0, spread: float = 1.0):
    rng = np.random.default_rng(seed)
    rows = 3 * rng.standard_normal((k, d))[rng.integers(k, size=n)] + spread * rng.standard_normal((n, d))
    return neighbor_graph(rows.astype(np.float32), 12)


def test_the_matrix_is_one_less_the_laplacian():
    graph = graph_of(80, 2, 3).astype(np.float64)
    matrix, roots = normalized_adjacency(graph)
    theirs, their_roots = laplacian(graph, normed=True, return_diag=True)
    np.testing.assert_allclose(matrix.toarray(), np.eye(80) - theirs.toarray(), atol=1e-12)
    np.testing.assert_allclose(roots, their_roots)


def test_a_row_without_links_has_degree_one_and_no_entry():
    matrix, roots = normalized_adjacency(sparse.csr_matrix(np.eye(3, dtype=np.float32)))
    assert matrix.nnz == 0
    assert roots.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [300, 800])
def test_values_and_space_are_those_of_a_dense_solver(dtype, n):
    matrix, _ = normalized_adjacency(graph_of(n, 6, 9).astype(dtype))
    values, vectors = leading_eigenvectors(matrix, 9, random_state=np.random.RandomState(0), tol=1e-4)
    exact = np.linalg.eigvalsh(matrix.toarray().astype(np.float64))[::-1][:9]
    np.testing.assert_allclose(values, exact, atol=1e-5)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(9), atol=1e-5)
    residuals = np.linalg.norm(matrix @ vectors - vectors * values, axis=0)
    assert residuals.max() < 1e-4


def test_known_vectors_come_first_and_are_not_found_again():
    graph = sparse.block_diag([graph_of(400, 4, 2, seed=1), graph_of(300, 4, 2, seed=2)], format="csr")
    matrix, roots = normalized_adjacency(graph)
    known = np.zeros((700, 2))
    known[:400, 0], known[400:, 1] = roots[:400], roots[400:]
    known /= np.linalg.norm(known, axis=0)
    values, vectors = leading_eigenvectors(
        matrix, 6, known=known, random_state=np.random.RandomState(0), tol=1e-3
    )
    np.testing.assert_allclose(vectors[:, :2], known)
    assert np.abs(vectors[:, 2:].T @ known).max() < 1e-4
    exact = np.linalg.eigvalsh(matrix.toarray().astype(np.float64))[::-1][:6]
    np.testing.assert_allclose(values, exact, atol=1e-4)


def test_eigenvalues_closer_than_float32_can_tell_are_told_apart():
    n = 3000
    path = sparse.diags_array([np.full(n - 1, 0.5)] * 2, offsets=[-1, 1]).tocsr().astype(np.float32)
    matrix = sparse.csr_matrix(path)
    values, _ = leading_eigenvectors(matrix, 3, random_state=np.random.RandomState(0), tol=1e-3)
    exact = np.cos(np.arange(1, 4) * np.pi / (n + 1))
    np.testing.assert_allclose(1 - values, 1 - exact, rtol=1e-3)


def test_threads_do_not_change_a_bit():
    matrix, _ = normalized_adjacency(graph_of(2000, 5, 6))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(leading_eigenvectors(matrix, 5, random_state=np.random.RandomState(0))[1])
    assert (found[0] == found[1]).all()


def test_what_advance_raises_ends_the_work():
    matrix, _ = normalized_adjacency(graph_of(1500, 5, 6))

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leading_eigenvectors(matrix, 5, random_state=np.random.RandomState(0), advance=stop)
