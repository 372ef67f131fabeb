"""Vectors that this process has in memory anyway need not be read again."""

from __future__ import annotations

from weakref import WeakValueDictionary

import numpy as np
import xxhash
from numpy.typing import NDArray

from clusterby.cache.checks import checksums
from clusterby.cache.keys import KeyArray
from clusterby.core.column import FloatArray

__all__ = ["recall", "remember"]

_alive: WeakValueDictionary[tuple[str, bytes], FloatArray] = WeakValueDictionary()
"""Arrays by space and keys, for as long as somebody else holds them: nothing is kept in memory for this."""


def remember(space: str, keys: KeyArray, vectors: FloatArray) -> None:
    """Note that these are the vectors of these keys."""
    _alive[space, _digest(keys)] = vectors


def recall(space: str, keys: KeyArray, checks: NDArray[np.uint64]) -> FloatArray | None:
    """Return the vectors of these keys if they are in memory and still what their checksums say.

    Parameters
    ----------
    space : str
        Where the space lies.
    keys, checks : uint64 (n, 2), uint64 (n,)
        The rows wanted, in order, and the checksums that they were stored with.
    """
    found = _alive.get((space, _digest(keys)))
    if found is None or len(found) != len(keys) or not np.array_equal(checksums(keys, found), checks):
        return None  # also where somebody has written into them
    return found


def _digest(keys: KeyArray) -> bytes:
    return xxhash.xxh3_128_digest(np.ascontiguousarray(keys).data)
