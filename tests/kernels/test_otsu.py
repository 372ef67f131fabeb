import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clusterby.kernels.otsu import otsu_threshold


@given(st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=12))
def test_no_other_split_has_sides_further_apart(scores):
    scores = np.array(scores, dtype=np.float32)

    def between(threshold):
        upper = scores >= threshold
        if upper.all():
            return 0.0
        a, b = scores[upper].astype(float), scores[~upper].astype(float)
        return len(a) * len(b) * (a.mean() - b.mean()) ** 2

    assert between(otsu_threshold(scores)) >= max(map(between, scores)) - 1e-9


def test_equal_scores_are_all_above():
    assert otsu_threshold(np.full(4, 0.5, dtype=np.float32)) == 0.5


def test_one_score_is_its_own_threshold():
    assert otsu_threshold(np.array([0.25], dtype=np.float32)) == 0.25
