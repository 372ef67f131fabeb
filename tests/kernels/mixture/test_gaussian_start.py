import numpy as np
import pytest

from clusterby.kernels.mixture.gaussian_start import chosen, drawn, start

LINE = np.array([[-3.0], [-1.0], [5.0], [7.0]])


def test_a_row_may_be_chosen_twice():
    assert chosen(np.array([1, 1]), np.array([0, 1]), 2)(slice(0, 2)).tolist() == [[0, 0], [1, 1]]


def test_draws_do_not_depend_on_where_slices_end():
    whole = drawn(np.random.RandomState(0), 3)(slice(0, 10))
    of = drawn(np.random.RandomState(0), 3)
    assert (np.concatenate([of(slice(0, 4)), of(slice(4, 10))]) == whole).all()


def test_what_is_given_takes_precedence():
    labels = chosen(np.arange(4), np.array([0, 0, 1, 1]), 2)
    found = start(
        LINE, np.array([1.0]), "diag", 2, memberships=labels, reg_covar=0.0, means=np.array([[0.0], [9.0]])
    )
    assert found.means.tolist() == [[-1.0], [8.0]]
    np.testing.assert_allclose(found.covariances, 1.0)
    np.testing.assert_allclose(found.weights, 0.5)


def test_with_all_given_responsibilities_are_not_needed():
    found = start(
        LINE, np.zeros(1), "spherical", 1, memberships=None, reg_covar=0.0,
        weights=np.ones(1), means=np.zeros((1, 1)), precisions=np.array([0.25]),
    )  # fmt: skip
    assert found.factors.tolist() == [0.5]
    assert found.covariances.tolist() == [4.0]


def test_too_little_given_is_refused():
    with pytest.raises(ValueError, match="give weights, means and precisions"):
        start(LINE, np.zeros(1), "diag", 1, memberships=None, reg_covar=0.0)
