"""Keys: 128 bits that name one content, and a sorted list in which many are found at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray

__all__ = ["KeyArray", "KeyIndex", "no_keys", "pack_keys"]

KeyArray = NDArray[np.uint64]
"""Keys as uint64 (n, 2)."""


def pack_keys(digests: Sequence[bytes]) -> KeyArray:
    """Return 16-byte digests as a key array.

    Examples
    --------
    >>> pack_keys([bytes(16), bytes([1] + 15 * [0])]).tolist()
    [[0, 0], [1, 0]]
    """
    return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2)


def no_keys() -> KeyArray:
    """Return an array of no keys."""
    return np.empty((0, 2), dtype=np.uint64)


class KeyIndex:
    """Keys in their places, sorted for looking up; of equal keys the first counts.

    Parameters
    ----------
    keys : uint64 (n, 2)
        The key in each place.

    Examples
    --------
    >>> index = KeyIndex(np.array([[5, 0], [3, 0], [5, 0]], dtype=np.uint64))
    >>> index.find(np.array([[3, 0], [4, 0], [5, 0]], dtype=np.uint64)).tolist()
    [1, -1, 0]
    """

    def __init__(self, keys: KeyArray) -> None:
        self._keys = keys
        self._order = np.argsort(keys[:, 0], kind="stable")
        self._sorted = keys[self._order]
        self._distinct = bool((np.diff(self._sorted[:, 0]) > 0).all())

    def __len__(self) -> int:
        return len(self._order)

    def find(self, keys: KeyArray) -> IntArray:
        """Return the place of each key, int64 (m,); −1 where it is not."""
        if not len(self):
            return np.full(len(keys), -1, dtype=np.int64)
        if self._distinct and np.array_equal(self._keys, keys):  # the same table again
            return np.arange(len(keys), dtype=np.int64)
        at = np.searchsorted(self._sorted[:, 0], keys[:, 0])
        at[at == len(self)] = 0
        same = self._sorted[at] == keys
        found = same.all(axis=1)
        half = np.flatnonzero(same[:, 0] & ~found)
        while len(half):  # keys that share their first half, which but damage brings about
            at[half] += 1
            half = half[at[half] < len(self)]
            same = self._sorted[at[half]] == keys[half]
            found[half] = same.all(axis=1)
            half = half[same[:, 0] & ~same[:, 1]]
        return np.where(found, self._order[np.minimum(at, len(self) - 1)], -1).astype(np.int64, copy=False)
