import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from clusterby.kernels.graph.graph_cut import discrete_partition, pivoted_partition


def rotated(k: int, n: int, seed: int):
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(k), rng.integers(k, size=n - k)])
    turn = np.linalg.qr(rng.standard_normal((k, k)))[0]
    return np.eye(k)[truth] @ turn + 0.02 * rng.standard_normal((n, k)), truth


@pytest.mark.parametrize("k", [1, 2, 7])
@pytest.mark.parametrize("seed", range(3))
def test_rotated_indicators_are_read_back(k, seed):
    vectors, truth = rotated(k, 120, seed)
    assert adjusted_rand_score(truth, pivoted_partition(vectors)) == 1.0
    found = discrete_partition(vectors, random_state=np.random.RandomState(seed))
    assert adjusted_rand_score(truth, found) == 1.0


def test_neither_changes_what_it_reads():
    vectors, _ = rotated(3, 30, 0)
    before = vectors.copy()
    pivoted_partition(vectors)
    discrete_partition(vectors, random_state=np.random.RandomState(0))
    assert (vectors == before).all()


def test_rows_of_zeros_get_a_label():
    vectors = np.concatenate([np.eye(2), np.zeros((1, 2))])
    assert discrete_partition(vectors, random_state=np.random.RandomState(0)).shape == (3,)
