"""The rows that k-means reads: as they are or scaled to unit length, each with a weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.kernels.arrays import Floats
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = [
    "Rows",
    "block_rows",
    "make_rows",
    "read_rows",
    "take_rows",
    "to_unit_length",
    "total_variance",
]

_BLOCK_BYTES = 2**20  # half a level 2 cache: the rows of a tile, their products and the centers share it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Vectors with weights, read only.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        C-contiguous; may be a memory map.
    weights : float64 (n,)
        At least 0.
    scale : float (n,) or (0,)
        What each row is multiplied with as it is read: one over its length, 0 for a zero row; empty where rows
        are read as they are.
    lost : float
        The weight of zero rows, at a distance of 1 from every center; their weight in `weights` is 0.
    """

    vectors: Floats
    weights: NDArray[np.float64]
    scale: Floats
    lost: float = 0.0

    @property
    def spherical(self) -> bool:
        """Whether rows are read at unit length, and centers lie on the sphere too."""
        return len(self.scale) > 0


def make_rows(vectors: Floats, weights: Floats | None = None, *, spherical: bool = False) -> Rows:
    """Return vectors as rows for k-means; nothing is copied.

    Parameters
    ----------
    vectors : float32 or float64 (n, d)
        C-contiguous.
    weights : float (n,), optional
        All 1 by default.
    spherical : bool
        Read rows at unit length. The weight of a zero row, which has no direction, becomes 0.

    Examples
    --------
    >>> make_rows(np.array([[3.0, 4.0], [0.0, 0.0]]), spherical=True).scale.tolist()
    [0.2, 0.0]
    """
    n = len(vectors)
    view = np.asarray(vectors).view()
    view.flags.writeable = False
    own = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64).copy()
    scale: Floats = np.empty(n if spherical else 0, dtype=view.dtype)
    if spherical:

        def measure(block: slice) -> None:
            part = view[block]
            largest = np.maximum(part.max(axis=1), -part.min(axis=1)).astype(np.float64)
            safe = np.where(largest > 0, largest, 1.0)  # so that squares neither vanish nor overflow
            scaled = part / safe[:, None]
            lengths = safe * np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
            with np.errstate(divide="ignore"):
                scale[block] = np.where(largest > 0, 1.0 / lengths, 0.0)

        in_parallel(measure, blocks(n, block_rows(view)))
    lost = float(own[scale == 0].sum()) if spherical else 0.0
    if spherical:
        own[scale == 0] = 0.0
    return Rows(vectors=view, weights=own, scale=scale, lost=lost)


def take_rows(rows: Rows, index: NDArray[np.int64]) -> Rows:
    """Return a copy of some rows.

    Examples
    --------
    >>> take_rows(make_rows(np.array([[1.0], [2.0]])), np.array([1])).vectors.tolist()
    [[2.0]]
    """
    copy = rows.vectors[index]
    copy.flags.writeable = False
    return Rows(
        vectors=copy,
        weights=rows.weights[index],
        scale=rows.scale[index] if rows.spherical else rows.scale,
    )


def read_rows(rows: Rows, index: NDArray[np.int64]) -> Floats:
    """Return some rows as they are read: at unit length if spherical.

    Examples
    --------
    >>> read_rows(make_rows(np.array([[1.0], [2.0]]), spherical=True), np.array([1])).tolist()
    [[1.0]]
    """
    copy: Floats = rows.vectors[index]
    if rows.spherical:
        copy *= rows.scale[index, None]
    return copy


def to_unit_length(centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centers at unit length; a zero one stays.

    Examples
    --------
    >>> to_unit_length(np.array([[0.0, 2.0], [0.0, 0.0]])).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", centers, centers))
    unit: NDArray[np.float64] = centers / np.where(lengths > 0, lengths, 1.0)[:, None]
    return unit


def block_rows(vectors: Floats, columns: int = 0) -> int:
    """Return how many rows a block has, so that it and as many rows of `columns` products stay in cache.

    Examples
    --------
    >>> block_rows(np.empty((9, 512), dtype="float32"))
    512
    """
    return int(np.clip(_BLOCK_BYTES // (vectors.itemsize * (vectors.shape[1] + columns)), 64, 4096))


def total_variance(rows: Rows) -> float:
    """Return the mean over the columns of their variances, over all rows whatever their weights.

    Examples
    --------
    >>> total_variance(make_rows(np.array([[0.0, 1.0], [2.0, 1.0]])))
    0.5
    """
    vectors, scale = rows.vectors, rows.scale
    some = vectors[: min(len(vectors), 256)].mean(axis=0, dtype=np.float64)
    origin: Floats = (some if not rows.spherical else np.zeros_like(some)).astype(vectors.dtype)

    def moments(block: slice) -> tuple[NDArray[np.float64], float]:
        part = vectors[block] * scale[block, None] if rows.spherical else vectors[block] - origin
        return part.sum(axis=0, dtype=np.float64), float(np.vdot(part, part))

    sums, squares = zip(*in_parallel(moments, blocks(len(vectors), block_rows(vectors))), strict=True)
    mean = np.sum(sums, axis=0) / len(vectors)
    spread = float(np.sum(squares)) / len(vectors) - float(mean @ mean)
    return max(0.0, spread) / int(vectors.shape[1])
