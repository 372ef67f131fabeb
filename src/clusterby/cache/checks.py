"""Checksums of many rows at once, at the speed of memory."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import xxhash
from numpy.typing import NDArray

from clusterby.cache.keys import KeyArray
from clusterby.core.column import FloatArray

__all__ = ["checksums"]


def checksums(keys: KeyArray, vectors: FloatArray) -> NDArray[np.uint64]:
    """Return the checksum of each row's key and vector, uint64 (n,).

    The sum of the row's words, each times an odd number of its own, modulo 2⁶⁴: whatever happens to one word changes it,
    and damage to several goes unseen once in about 2⁶⁴ times.

    Parameters
    ----------
    keys : uint64 (n, 2)
        The rows' keys.
    vectors : float32 (n, d)
        Their vectors.

    Notes
    -----
    Multilinear hashing: Carter & Wegman (1979), *Universal classes of hash functions*; Lemire & Kaser (2014), *Strongly
    universal string hashing is fast*.

    Examples
    --------
    >>> keys, vectors = np.ones((2, 2), dtype=np.uint64), np.array([[1, 2, 3], [2, 1, 3]], dtype=np.float32)
    >>> first, second = checksums(keys, vectors)
    >>> bool(first == second)
    False
    """
    words = np.ascontiguousarray(vectors).view(np.uint32)
    even = words.shape[1] // 2 * 2
    pairs = words if even == words.shape[1] else np.ascontiguousarray(words[:, :even])
    weights = _weights(even // 2 + 3)
    total = np.einsum("ij,j->i", pairs.view(np.uint64), weights[3:]) + np.einsum("ij,j->i", keys, weights[:2])
    if even < words.shape[1]:
        total += words[:, -1].astype(np.uint64) * weights[2]
    found: NDArray[np.uint64] = total
    return found


@lru_cache(maxsize=32)
def _weights(count: int) -> NDArray[np.uint64]:
    """Return odd numbers that are the same everywhere and for ever."""
    drawn = [xxhash.xxh3_64_intdigest(b"clusterby", seed) | 1 for seed in range(count)]
    return np.array(drawn, dtype=np.uint64)
