import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clusterby.core.finite import finite_rows


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]), hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=8),
        elements=st.sampled_from([0.0, 1.0, -1e30, 1e30, float("nan"), float("inf"), float("-inf")]),
    )
)  # fmt: skip
def test_it_says_what_isfinite_says_of_every_row(vectors):
    assert finite_rows(vectors).tolist() == np.isfinite(vectors).all(axis=1).tolist()
    turned = np.asfortranarray(vectors)
    assert finite_rows(turned).tolist() == finite_rows(vectors).tolist()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_a_matrix_without_numbers_is_finite(shape):
    assert finite_rows(np.empty(shape, dtype=np.float32)).tolist() == [True] * shape[0]
