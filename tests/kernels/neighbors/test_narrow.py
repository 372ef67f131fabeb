import numpy as np

from clusterby.kernels.neighbors.half_squares import half_squares
from clusterby.kernels.neighbors.narrow import narrowed


def test_rows_of_few_true_dimensions_need_few_coordinates():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(5000, 6)) @ rng.normal(size=(6, 200)) + rng.normal(size=(5000, 200)) * 0.05
    ready, length = narrowed(half_squares(vectors.astype(np.float32), "euclidean"), 10)
    assert ready.rows.shape[1] < 40
    assert ready.rows.dtype == np.float32
    np.testing.assert_allclose(ready.basis.T @ ready.basis, np.eye(ready.basis.shape[1]), atol=1e-12)
    assert 10 <= length < 500


def test_rows_that_vary_alike_in_all_dimensions_keep_them():
    vectors = np.random.default_rng(1).normal(size=(4500, 64)).astype(np.float32)
    ready = half_squares(vectors, "euclidean")
    assert narrowed(ready, 10) == (ready, 10)


def test_few_rows_or_columns_are_left_as_they_are():
    for shape in ((300, 200), (6000, 20)):
        ready = half_squares(np.random.default_rng(2).normal(size=shape), "euclidean")
        assert narrowed(ready, 5) == (ready, 5)


def test_constant_rows_are_taken():
    ready, _ = narrowed(half_squares(np.ones((5000, 60), dtype=np.float32), "euclidean"), 5)
    assert np.isfinite(ready.rows).all()
