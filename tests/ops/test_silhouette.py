import math

import numpy as np
import pytest

from clusterby.ops.silhouette import mean_silhouette

RNG = np.random.default_rng(0)
BLOBS = (np.repeat([[0.0, 0.0], [9.0, 9.0]], 200, axis=0) + RNG.normal(size=(400, 2))).astype("float32")
LABELS = np.repeat([0, 1], 200)


def test_a_sample_is_near_the_whole_and_the_same_for_a_seed():
    whole, rows = mean_silhouette(BLOBS, LABELS, most=1000, random_state=0)
    part, fewer = mean_silhouette(BLOBS, LABELS, most=100, random_state=0)
    assert (rows, fewer) == (400, 100)
    assert part == pytest.approx(whole, abs=0.03)
    assert part == mean_silhouette(BLOBS, LABELS, most=100, random_state=0)[0]


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_one_cluster_or_all_single_rows_have_none(labels):
    assert math.isnan(mean_silhouette(BLOBS[:3], np.array(labels), most=10, random_state=0)[0])
