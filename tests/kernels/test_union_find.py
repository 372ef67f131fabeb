import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clusterby.kernels.union_find import root


@given(st.data(), st.integers(1, 40))
def test_the_root_is_where_the_parents_lead_and_stays_so(data, n):
    parents = np.array([data.draw(st.integers(0, i)) for i in range(n)])
    expected = []
    for i in range(n):
        at = i
        while parents[at] != at:
            at = parents[at]
        expected.append(at)
    assert [root(parents, i) for i in range(n)] == expected
    assert [root(parents, i) for i in range(n)] == expected  # paths are shorter now


def test_a_path_is_halved():
    parents = np.array([0, 0, 1, 2, 3])
    assert root(parents, 4) == 0
    assert parents.tolist() == [0, 0, 0, 2, 2]
