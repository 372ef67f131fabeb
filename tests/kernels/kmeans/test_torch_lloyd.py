import numpy as np
import pytest
from sklearn.cluster import KMeans

from clusterby.kernels.kmeans.torch_lloyd import lloyd_on_device


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_centers_are_those_of_lloyd_from_the_same_start(dtype, weighted):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 8)).astype(dtype)
    w = rng.random(500).astype(dtype) if weighted else None
    found = lloyd_on_device(x, x[:7], weights=w, device="cpu", max_iter=300, tol=0)
    same = KMeans(7, init=x[:7], n_init=1, tol=0, algorithm="lloyd").fit(x, sample_weight=w)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, same.cluster_centers_, atol=1e-4)


def test_an_empty_cluster_keeps_its_center():
    x = np.array([[0.0], [1.0]], dtype=np.float32)
    start = np.array([[0.5], [99.0]], dtype=np.float32)
    found = lloyd_on_device(x, start, weights=None, device="cpu", max_iter=5, tol=0)
    assert found.ravel().tolist() == [0.5, 99.0]


def test_progress_is_told_once_an_iteration_and_may_end_the_work():
    x = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    told: list[int] = []
    lloyd_on_device(x, x[:5], weights=None, device="cpu", max_iter=3, tol=0, advance=told.append)
    assert told == [1, 1, 1]

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lloyd_on_device(x, x[:5], weights=None, device="cpu", max_iter=3, tol=0, advance=stop)
