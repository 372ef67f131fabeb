import gc

import numpy as np

from clusterby.cache.alive import recall, remember
from clusterby.cache.checks import checksums


def stored(make_rows, n=5, seed=0):
    keys, vectors = make_rows(n, seed=seed)
    return keys, vectors, checksums(keys, vectors)


def test_what_somebody_holds_is_recalled_itself(make_rows):
    keys, vectors, checks = stored(make_rows)
    remember("here", keys, vectors)
    assert recall("here", keys.copy(), checks) is vectors


def test_it_is_forgotten_with_its_last_holder(make_rows):
    keys, vectors, checks = stored(make_rows)
    remember("here", keys, vectors)
    del vectors
    gc.collect()
    assert recall("here", keys, checks) is None


def test_other_keys_another_order_and_another_space_are_not_recalled(make_rows):
    keys, vectors, checks = stored(make_rows)
    remember("here", keys, vectors)
    assert recall("there", keys, checks) is None
    assert recall("here", keys[::-1], checks[::-1]) is None
    assert recall("here", keys[:4], checks[:4]) is None


def test_vectors_that_somebody_has_written_into_are_not_recalled(make_rows):
    keys, vectors, checks = stored(make_rows)
    remember("here", keys, vectors)
    vectors[2, 1] += 1
    assert recall("here", keys, checks) is None


def test_rows_that_were_stored_otherwise_are_not_recalled(make_rows):
    keys, vectors, checks = stored(make_rows)
    remember("here", keys, vectors)
    assert recall("here", keys, checks + np.uint64(1)) is None
