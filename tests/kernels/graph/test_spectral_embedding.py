import numpy as np
from scipy import sparse

from clusterby.kernels.graph.neighbor_graph import components_of, neighbor_graph
from clusterby.kernels.graph.spectral_embedding import spectral_embedding


def test_on_a_connected_graph_the_first_function_is_constant():
    graph = neighbor_graph(np.linspace(0, 1, 700)[:, None], 9)
    maps = spectral_embedding(
        graph, np.zeros(700, dtype=int), 3, random_state=np.random.RandomState(0), tol=1e-3
    )
    np.testing.assert_allclose(maps[:, 0], maps[0, 0], rtol=1e-5)
    assert (np.sign(maps[:300, 1]) == np.sign(maps[0, 1])).all()
    assert np.sign(maps[-1, 1]) != np.sign(maps[0, 1])


def test_with_more_components_than_functions_the_largest_are_told_apart():
    graph = sparse.block_diag([sparse.csr_array(np.ones((size, size))) for size in (2, 5, 4)], format="csr")
    maps = spectral_embedding(graph, components_of(graph), 2, random_state=np.random.RandomState(0))
    assert (maps[:2] == 0).all()
    assert (maps[2:7, 0] > 0).all()
    assert (maps[7:, 1] > 0).all()
