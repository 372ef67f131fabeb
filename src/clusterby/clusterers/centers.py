"""The mean vector of each cluster."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.partition import NOISE

__all__ = ["mean_centers"]

_BLOCK = 64 * 2**20  # bytes of vectors gathered at once


def mean_centers(vectors: FloatArray, labels: IntArray) -> FloatArray:
    """Return the mean vector of each cluster, in increasing order of its label, noise left out.

    Parameters
    ----------
    vectors : float32 (m, d)
    labels : int64 (m,)
        −1 is noise.

    Returns
    -------
    float32 (k, d)
        Summed in float64.

    Examples
    --------
    >>> vectors = np.array([[0, 0], [2, 2], [9, 9]], dtype="float32")
    >>> mean_centers(vectors, np.array([4, 4, -1]))
    array([[1., 1.]], dtype=float32)
    """
    ids, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    sums = np.zeros((len(ids), vectors.shape[1]))
    step = max(1, _BLOCK // max(1, 8 * vectors.shape[1]))
    for start in range(0, len(vectors), step):
        part = codes[start : start + step]
        order = np.argsort(part, kind="stable")
        present, first = np.unique(part[order], return_index=True)
        sums[present] += np.add.reduceat(
            vectors[start : start + step][order], first, axis=0, dtype=np.float64
        )
    means: FloatArray = (sums / sizes[:, None]).astype(np.float32)
    return np.asarray(means[ids != NOISE])
