"""Polygons as arrays: whether they cross themselves, how large they are, which pixels they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["crosses_itself", "pixels_inside", "polygon_area"]

_BLOCK = 256
"""Edges compared at a time with all others, so that memory is in proportion to their number."""


def crosses_itself(points: NDArray[np.float64]) -> bool:
    """Whether two edges of a polygon (k, 2) cross; to touch is no crossing.

    Two edges cross where the line through each has the other's ends on different sides.

    Examples
    --------
    >>> crosses_itself(np.array([[0, 0], [1, 1], [1, 0], [0, 1]]))
    True
    """
    ends = np.roll(points, -1, axis=0)
    for start in range(0, len(points), _BLOCK):
        some = slice(start, start + _BLOCK)
        apart = _separated(points[some], ends[some], points, ends)
        if (apart & _separated(points, ends, points[some], ends[some]).T).any():
            return True
    return False


def polygon_area(points: NDArray[np.float64]) -> float:
    """Return the area of a polygon (k, 2), by the shoelace formula.

    Examples
    --------
    >>> polygon_area(np.array([[0, 0], [2, 0], [0, 2]]))
    2.0
    """
    x, y = (points - points.min(axis=0)).T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def pixels_inside(points: NDArray[np.float64], width: int, height: int) -> NDArray[np.bool_]:
    """Return which pixels have their centre inside a polygon, bool (height, width).

    A scan line through the centres of each row of pixels goes in and out at the edges that it meets; what it meets an odd
    number of times before a centre holds it.

    Parameters
    ----------
    points : float (k, 2)
        The corners in pixels, (0, 0) being the left top corner of the left top pixel.
    width, height : int
        Of the image.

    References
    ----------
    Foley et al., "Computer Graphics: Principles and Practice", 1990, section 3.6.

    Examples
    --------
    >>> pixels_inside(np.array([[0, 0], [3, 0], [0, 3]]), 3, 2).astype(int)
    array([[1, 1, 0],
           [1, 0, 0]])
    """
    (x0, y0), (x1, y1) = points.T, np.roll(points, -1, axis=0).T
    first, last = np.ceil(np.sort([y0, y1], axis=0) - 0.5).clip(0, height).astype(np.int64)
    counts = last - first
    edge = np.repeat(np.arange(len(points)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    met = x0[edge] + (row + 0.5 - y0[edge]) * (x1 - x0)[edge] / (y1 - y0)[edge]
    turns = np.zeros((height, width + 1), dtype=np.uint8)
    np.add.at(turns, (row, np.ceil(met - 0.5).clip(0, width).astype(np.int64)), 1)
    inside: NDArray[np.bool_] = np.bitwise_xor.accumulate(turns[:, :width] & 1, axis=1).astype(bool)
    return inside


def _separated(a: Any, b: Any, c: Any, d: Any) -> NDArray[np.bool_]:
    """Whether the line through a[i] and b[i] has c[j] and d[j] on different sides, (i, j)."""
    run, rise = (b - a)[:, 0, None], (b - a)[:, 1, None]

    def side(p: Any) -> Any:
        return run * (p[:, 1] - a[:, 1, None]) - rise * (p[:, 0] - a[:, 0, None])

    found: NDArray[np.bool_] = np.sign(side(c)) * np.sign(side(d)) < 0
    return found
