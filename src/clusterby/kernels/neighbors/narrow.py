"""Choose the few coordinates by which rows are told apart first.

Most of what embeddings vary by lies in a small part of their dimensions. Dot products of that part alone, with the
length of the rest as one more coordinate, bound distances from below at a fraction of the cost; only the pairs
within the bound are computed in full. How many coordinates pay is measured on a sample of the rows.
"""

from __future__ import annotations

import numpy as np

from clusterby.kernels.arrays import Floats
from clusterby.kernels.neighbors.half_squares import HalfSquares
from clusterby.kernels.parallel import one_thread_blas

__all__ = ["narrowed"]

_SAMPLE = 2048
_QUERIES = 128
_FEW_ROWS = 4096  # fewer are compared in full before a basis is found
_FEW_COLUMNS = 48
_WIDTHS = (16, 32, 64, 128, 256)
_FLOP = 1 / 90e9  # seconds of one thread: a multiplication or an addition inside BLAS
_TEST = 0.5e-9  # seconds to compare a value with the worst of two lists
_DIRECT, _DIRECT_COLUMN = 40e-9, 0.3e-9  # seconds to compute a pair in full, and for each dimension


def narrowed(ready: HalfSquares, k: int) -> tuple[HalfSquares, int]:
    """Return the rows by as many coordinates as make k nearest neighbors fast, and how long lists should be.

    Parameters
    ----------
    ready : HalfSquares
        The rows by all their coordinates.
    k : int
        How many neighbors are wanted.

    Returns
    -------
    ready : HalfSquares
        The rows by fewer coordinates, or the same where those do not pay.
    length : int
        With so many candidates nine lists in ten hold the k nearest rows; at least k.

    Notes
    -----
    The basis comes from a step of subspace iteration from evenly spaced rows (Halko, Martinsson & Tropp 2011);
    it decides how fast neighbors are found, not which.

    Examples
    --------
    >>> import numpy as np
    >>> from clusterby.kernels.neighbors.half_squares import half_squares
    >>> flat = np.zeros((5000, 100), dtype="float32")
    >>> flat[:, :3] = np.random.default_rng(0).normal(size=(5000, 3))
    >>> narrowed(half_squares(flat, "euclidean"), 5)[0].rows.shape
    (5000, 17)
    """
    n, d = ready.vectors.shape
    if n < _FEW_ROWS or d < _FEW_COLUMNS:
        return ready, k
    with one_thread_blas():
        spaced = slice(0, n - n % _SAMPLE, n // _SAMPLE) if n > _SAMPLE else slice(None)
        sample = ready.rows[spaced].astype(np.float64)
        basis = _basis(sample, max(w for w in _WIDTHS if w <= d // 2))
        width, length = _cheapest(sample, ready.halves[spaced], basis, n, k)
    return (ready, k) if width == d else (ready.along(np.ascontiguousarray(basis[:, :width])), length)


def _basis(sample: Floats, width: int) -> Floats:
    """Return the directions in which the sample varies most, the first ones first."""
    centered = (sample - sample.mean(axis=0)).astype(np.float32)
    start = centered[:: max(1, len(sample) // (width + 8))][: width + 8].T
    directions = np.linalg.qr(centered.T @ (centered @ start))[0]
    turned = centered @ directions
    _, vectors = np.linalg.eigh(turned.T @ turned)
    best = directions.astype(np.float64) @ vectors[:, ::-1][:, :width]
    basis: Floats = np.linalg.qr(best)[0]
    return basis


def _cheapest(sample: Floats, halves: Floats, basis: Floats, n: int, k: int) -> tuple[int, int]:
    """Return the width for which a row's neighbors are expected to cost least, and the length of its list."""
    d = sample.shape[1]
    asked = slice(0, len(sample), max(1, len(sample) // _QUERIES))
    sums = halves[asked, None].astype(np.float64) + halves
    rank = max(1, round(k * len(sample) / n))
    exact = sums - sample[asked] @ sample.T
    limits = np.partition(exact, rank, axis=1)[:, rank : rank + 1]  # the row itself comes first
    turned = sample @ basis
    squares = np.einsum("ij,ij->i", sample, sample)
    best, cost = (d, k), n / 2 * (2 * d * _FLOP + _TEST)
    for width in (w for w in _WIDTHS if w <= basis.shape[1]):
        part = turned[:, :width]
        rest = np.sqrt(np.maximum(squares - np.einsum("ij,ij->i", part, part), 0.0))
        bounds = sums - part[asked] @ part.T - rest[asked, None] * rest
        more = (bounds <= limits).sum(axis=1) - 1 - rank
        length = k + int(np.quantile(more, 0.9) * n / len(sample))
        candidates = k + float(more.mean()) * n / len(sample)
        expected = n / 2 * (2 * (width + 16) * _FLOP + _TEST)
        expected += max(candidates, length) * (_DIRECT + _DIRECT_COLUMN * d)
        if expected < cost:
            best, cost = (width, length), expected
    return best
