"""The means of clusters, and which of them is nearest."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.partition import NOISE

__all__ = ["mean_centers", "nearest_center"]

_BLOCK_BYTES = 32 * 2**20
"""How large a block of distances, or of vectors gathered, may be."""


def mean_centers(vectors: FloatArray, labels: IntArray) -> FloatArray:
    """Return the mean vector of each cluster, float32 (k, d), in increasing order of label; −1 has none.

    Parameters
    ----------
    vectors : float32 (m, d)
        The vectors; sums are kept in float64.
    labels : int64 (m,)
        Their clusters.

    Examples
    --------
    >>> import numpy as np
    >>> mean_centers(np.array([[0, 0], [2, 2], [9, 9]], dtype="float32"), np.array([4, 4, -1])).tolist()
    [[1.0, 1.0]]
    """
    ids, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    sums = np.zeros((len(ids), vectors.shape[1]))
    rows = max(1, _BLOCK_BYTES // (8 * vectors.shape[1]))
    for start in range(0, len(vectors), rows):
        part = codes[start : start + rows]
        order = np.argsort(part, kind="stable")
        present, first = np.unique(part[order], return_index=True)
        block = vectors[start : start + rows][order]
        sums[present] += np.add.reduceat(block, first, axis=0, dtype=np.float64)
    means: FloatArray = (sums / sizes[:, None]).astype(np.float32)
    kept: FloatArray = means[ids != NOISE]
    return kept


def nearest_center(vectors: FloatArray, centers: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the nearest center of each vector, and how clearly it is the nearest.

    Parameters
    ----------
    vectors : float32 (m, d)
        The vectors.
    centers : float32 (k, d)
        At least one center.

    Returns
    -------
    nearest : int64 (m,)
        Positions in `centers`, by euclidean distance, the first where two are equally near.
    margin : float32 (m,)
        One minus the ratio of the distances to the nearest and the next nearest center: 1 on a center, 0
        halfway between two; 1 where there is but one.

    Examples
    --------
    >>> import numpy as np
    >>> line = np.array([[0.0], [1.0], [4.0]], dtype="float32")
    >>> nearest, margin = nearest_center(line, line[[0, 2]])
    >>> nearest.tolist(), [f"{m:.2f}" for m in margin]
    ([0, 0, 1], ['1.00', '0.67', '1.00'])
    """
    nearest = np.empty(len(vectors), dtype=np.int64)
    margin = np.ones(len(vectors), dtype=np.float32)
    lengths = np.einsum("ij,ij->i", centers, centers)
    rows = max(1, _BLOCK_BYTES // (4 * len(centers)))
    for start in range(0, len(vectors), rows):
        block = vectors[start : start + rows]
        squared = lengths - 2 * (block @ centers.T)
        squared += np.einsum("ij,ij->i", block, block)[:, None]
        found = squared.argmin(axis=1)
        nearest[start : start + rows] = found
        if len(centers) > 1:
            two = np.sqrt(np.maximum(np.partition(squared, 1, axis=1)[:, :2], 0))
            ratio = np.divide(two[:, 0], two[:, 1], out=np.ones(len(block), np.float32), where=two[:, 1] > 0)
            margin[start : start + rows] = 1 - ratio
    return nearest, margin
