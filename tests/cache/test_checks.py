import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.cache.checks import checksums


def rows(n, d, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2**63, (n, 2)).astype(np.uint64), rng.normal(size=(n, d)).astype(np.float32)


@given(st.integers(1, 9), st.integers(0, 8), st.integers(0, 31), st.integers(0, 2**32))
def test_any_flipped_bit_changes_it(d, place, bit, seed):
    keys, vectors = rows(1, d, seed)
    damaged = vectors.copy()
    damaged.view(np.uint32)[0, place % d] ^= np.uint32(1 << bit)
    assert checksums(keys, vectors) != checksums(keys, damaged)


@pytest.mark.parametrize("d", [1, 2, 5, 512])
def test_a_row_has_the_same_one_in_any_company_and_in_any_memory(d):
    keys, vectors = rows(7, d)
    whole = checksums(keys, vectors)
    assert [checksums(keys[[i]], vectors[[i]])[0] for i in range(7)] == whole.tolist()
    np.testing.assert_array_equal(checksums(keys[::-1], np.asfortranarray(vectors)[::-1]), whole[::-1])
    assert len(set(whole.tolist())) == 7


def test_the_vector_of_another_key_has_another_one():
    keys, vectors = rows(2, 4)
    assert (checksums(keys, vectors) != checksums(keys[::-1], vectors)).all()


@pytest.mark.parametrize("damage", ["zeros", "swapped", "shifted"])
def test_what_torn_writes_leave_changes_it(damage):
    keys, vectors = rows(1, 64)
    damaged = vectors.copy()
    if damage == "zeros":
        damaged[0, 32:] = 0
    elif damage == "swapped":
        damaged[0, [3, 40]] = damaged[0, [40, 3]]
    else:
        damaged = np.roll(damaged, 2, axis=1)
    assert checksums(keys, vectors) != checksums(keys, damaged)


def test_it_is_the_same_for_ever():
    keys, vectors = np.array([[1, 2]], dtype=np.uint64), np.array([[0.5, -1.0, 3.0]], dtype=np.float32)
    assert checksums(keys, vectors).tolist() == [12226656663885380619]


def test_no_rows_have_no_checksums():
    assert checksums(np.empty((0, 2), np.uint64), np.empty((0, 4), np.float32)).shape == (0,)
