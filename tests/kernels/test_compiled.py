import math

import numpy as np

from clusterby.kernels.compiled import compiled, compiled_fast


@compiled
def in_order(x):
    total = np.float32(0)
    for value in x:
        total += value
    return total


@compiled_fast
def in_any_order(x):
    total = np.float32(0)
    for value in x:
        total += value
    return total


def test_sums_keep_their_order():
    x = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    expected = np.float32(0)
    for value in x:
        expected += value
    assert in_order(x) == expected


def test_fast_sums_are_as_good_and_the_same_at_every_call():
    x = np.random.default_rng(0).random(1000, dtype=np.float32)
    assert abs(in_any_order(x) - x.sum(dtype=np.float64)) < 1e-3
    assert len({float(in_any_order(x)) for _ in range(5)}) == 1


def test_fast_sums_know_nan_and_infinity():
    assert math.isnan(in_any_order(np.array([1, np.nan], dtype=np.float32)))
    assert in_any_order(np.array([1, np.inf], dtype=np.float32)) == np.inf
