import numpy as np
import pytest

from clusterby.core.errors import InvalidVectors
from clusterby.ops.agreement import adjusted_rand_index


def test_the_names_of_the_labels_do_not_matter():
    assert adjusted_rand_index([0, 0, 1, 1], ["b", "b", "a", "a"]) == 1.0


def test_independent_labels_agree_by_chance_only():
    rng = np.random.default_rng(0)
    assert abs(adjusted_rand_index(rng.integers(0, 5, 5000), rng.integers(0, 5, 5000))) < 0.01


def test_masked_rows_are_left_out():
    labels = np.ma.MaskedArray([0, 0, 1, 0], mask=[0, 0, 0, 1])
    assert adjusted_rand_index(labels, ["a", "a", "b", "b"]) == 1.0


def test_labels_of_other_lengths_are_refused():
    with pytest.raises(InvalidVectors, match="one label per row in both"):
        adjusted_rand_index([0, 1], [0, 1, 1])
