import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clusterby.cache import KeyIndex, no_keys, pack_keys

KEYS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30)


def as_keys(pairs):
    return np.array(pairs, dtype=np.uint64).reshape(-1, 2)


def test_digests_become_pairs_of_words_and_differ_as_they_do():
    digests = [bytes(range(16)), bytes(range(1, 17))]
    keys = pack_keys(digests)
    assert keys.shape == (2, 2)
    assert keys.tobytes() == b"".join(digests)


def test_no_keys_is_empty():
    assert no_keys().shape == (0, 2)
    assert KeyIndex(no_keys()).find(as_keys([(1, 1)])).tolist() == [-1]


@given(KEYS, KEYS)
def test_every_key_is_found_in_its_first_place_and_no_other_key_is_found(stored, asked):
    places = KeyIndex(as_keys(stored)).find(as_keys(asked))
    assert places.tolist() == [stored.index(key) if key in stored else -1 for key in asked]


def test_keys_that_share_their_first_half_are_told_apart():
    index = KeyIndex(as_keys([(7, 1), (7, 3), (7, 1)]))
    assert index.find(as_keys([(7, 2), (7, 1), (7, 3), (7, 9)])).tolist() == [-1, 0, 1, -1]
