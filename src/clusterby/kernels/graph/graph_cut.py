"""Partitions nearest to an embedding by eigenvectors, without centers."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from clusterby.core.column import IntArray
from clusterby.kernels.arrays import Floats

__all__ = ["discrete_partition", "pivoted_partition"]

_MOST_TURNS = 20


def pivoted_partition(vectors: Floats) -> IntArray:
    """Return the column that each row belongs to after the rotation that k pivot rows define, int64 (n,).

    Parameters
    ----------
    vectors : float (n, k)
        An embedding by eigenvectors.

    Notes
    -----
    Damle, Minden & Ying (2019), *Simple, direct and efficient multi-way spectral clustering*.

    Examples
    --------
    >>> pivoted_partition(np.array([[1.0, 0.1], [0.9, 0.0], [0.0, 1.0]])).tolist()
    [0, 0, 1]
    """
    k = vectors.shape[1]
    pivots = linalg.qr(vectors.T, mode="r", pivoting=True, check_finite=False)[1]
    left, _, right = linalg.svd(vectors[pivots[:k]].T, check_finite=False)
    return np.asarray(np.abs(vectors @ (left @ right)).argmax(axis=1), dtype=np.int64)


def discrete_partition(vectors: Floats, *, random_state: np.random.RandomState) -> IntArray:
    """Return the partition nearest to a rotation of the rows, found by turns, int64 (n,).

    Parameters
    ----------
    vectors : float64 (n, k)
        An embedding by eigenvectors; columns are scaled to the same length, and then rows to length one.
    random_state : RandomState
        Draws the first row of the first rotation.

    Notes
    -----
    Yu & Shi (2003), *Multiclass spectral clustering*.

    Examples
    --------
    >>> discrete_partition(np.eye(2)[[0, 0, 1]], random_state=np.random.RandomState(0)).tolist()
    [0, 0, 1]
    """
    n, k = vectors.shape
    rows = vectors / np.maximum(np.linalg.norm(vectors, axis=0), np.finfo(float).tiny)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1.0)
    rotation = np.empty((k, k))
    rotation[:, 0] = rows[random_state.randint(n)]
    alike = np.zeros(n)
    for c in range(1, k):
        alike += np.abs(rows @ rotation[:, c - 1])
        rotation[:, c] = rows[alike.argmin()]
    last = -1.0
    labels = np.zeros(n, dtype=np.int64)
    for _ in range(_MOST_TURNS):
        labels = (rows @ rotation).argmax(axis=1)
        sums = np.zeros((k, k))
        np.add.at(sums, labels, rows)
        left, values, right = linalg.svd(sums, check_finite=False)
        if abs(float(values.sum()) - last) < np.finfo(float).eps * n:
            break
        last = float(values.sum())
        rotation = (left @ right).T
    return labels
