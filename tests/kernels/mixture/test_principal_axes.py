import numpy as np
import pytest
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from clusterby.kernels.mixture.principal_axes import Reduction, principal_axes, project


def sample(n: int = 400, d: int = 6, dtype: type = np.float64):
    rng = np.random.default_rng(0)
    return (rng.standard_normal((n, d)) * np.arange(1, d + 1) + 7).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("q", [1, 3, 6, 0.5, 0.9])
def test_axes_and_variances_are_those_of_scikit_learn(dtype, q):
    rows = sample(dtype=dtype)
    theirs = PCA(q, svd_solver="full").fit(rows.astype(np.float64))
    ours = principal_axes(rows, q)
    np.testing.assert_allclose(ours.variances, theirs.explained_variance_, rtol=1e-5)
    np.testing.assert_allclose(np.abs(np.sum(ours.axes * theirs.components_, axis=1)), 1.0, rtol=1e-5)
    np.testing.assert_allclose(ours.mean, theirs.mean_, rtol=1e-5)
    rest = theirs.noise_variance_ if len(ours.axes) < 6 else 0.0
    assert ours.rest == pytest.approx(rest, rel=1e-4)


def test_coordinates_and_what_is_off_add_up_to_the_row():
    rows = sample()
    found = principal_axes(rows, 2)
    coordinates, off = project(rows, found.mean, found.axes)
    lengths = np.square(rows - found.mean).sum(axis=1)
    np.testing.assert_allclose(np.square(coordinates).sum(axis=1) + off, lengths)


def test_constant_rows_have_axes_of_no_variance():
    found = principal_axes(np.ones((5, 3)), 0.9)
    assert found.variances.max() == 0.0


def test_more_axes_than_dimensions_are_refused():
    with pytest.raises(ValueError, match="pca_components=7 of 6 dimensions"):
        principal_axes(sample(), 7)


def test_off_all_axes_there_is_no_density():
    rows = sample()
    assert (Reduction.fit(rows, 6, 1e-6).apply(rows)[1] == 0).all()
    assert (Reduction.fit(rows, 2, 1e-6).apply(rows)[1] != 0).all()


def test_threads_do_not_change_a_bit():
    rows = sample(5000, 8, np.float32)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(principal_axes(rows, 3).axes)
    assert (found[0] == found[1]).all()
