"""Coordinates in images: read, checked, and made relative."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from clusterby.core.errors import InvalidParameter

__all__ = [
    "GRID",
    "Point",
    "Size",
    "check_inside",
    "comparable",
    "known_size",
    "read_point",
    "relative",
    "size_for",
    "snapped",
]

Point: TypeAlias = tuple[float, float]
"""x from the left and y from the top."""
Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

GRID = 10_000
"""Regions are cut, and told apart, to this fraction of an image's sides."""

_OUTSIDE = 1e-6
"""How far beyond the image a coordinate may lie, as a fraction of its sides: rounding, no more."""


def read_point(value: Any, name: str) -> Point:
    """Return a point of two finite numbers; `name` says in an error what it is.

    Raises
    ------
    InvalidParameter
        If it is none.
    """
    try:
        x, y = map(float, value)
    except (TypeError, ValueError):
        raise InvalidParameter(f"{name}={value!r}: give x and y, as (0.5, 1)") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise InvalidParameter(f"{name}={value!r}: give finite numbers")
    return x, y


def comparable(example: Any) -> Any:
    """Return an array's width and height in its place, for arrays are not compared as one value."""
    if isinstance(example, np.ndarray) and example.ndim in (2, 3):
        return example.shape[1], example.shape[0]
    return tuple(example) if isinstance(example, list) else example


def known_size(example: Any) -> Size | None:
    """Return the size in which coordinates count, (1, 1) without an example; None where it is to be read."""
    if example is None:
        return 1, 1
    if not isinstance(example, tuple):
        return None
    sides = [side for side in example if isinstance(side, (int, np.integer)) and side >= 1]
    if len(example) != 2 or len(sides) != 2:
        raise InvalidParameter(f"example={example!r}: give an image, its path, or (width, height) in pixels")
    return int(sides[0]), int(sides[1])


def size_for(example: Any, size: Size | None) -> Size:
    """Return the size in which coordinates count: what the example says itself, else the one that was read.

    Raises
    ------
    InvalidParameter
        If neither tells.
    """
    known = known_size(example) or size
    if known is None:
        raise InvalidParameter(
            f"example={example!r:.80}: its size is not known yet; resolve the region with it"
        )
    return known


def check_inside(points: Iterable[Point], size: Size, kind: str, example: Any) -> None:
    """Refuse points outside of an image of that size.

    Raises
    ------
    InvalidParameter
        If there is one.
    """
    for point in points:
        if all(-_OUTSIDE <= value / side <= 1 + _OUTSIDE for value, side in zip(point, size, strict=True)):
            continue
        if example is None:
            raise InvalidParameter(
                f"{kind} corner {point} is outside the image: coordinates are from 0 to 1; for pixels name the image they "
                "were measured in, example='photo.jpg' or example=(width, height)"
            )
        raise InvalidParameter(
            f"{kind} corner {point} is outside its example of {size[0]} × {size[1]} pixels: give pixels of that image"
        )


def relative(points: Iterable[Point], size: Size) -> tuple[Point, ...]:
    """Return points from 0 to 1.

    Examples
    --------
    >>> relative([(320, 480)], (640, 480))
    ((0.5, 1.0),)
    """
    return tuple((min(1.0, max(0.0, x / size[0])), min(1.0, max(0.0, y / size[1]))) for x, y in points)


def snapped(low: float, high: float) -> tuple[int, int]:
    """Return both ends in steps of the grid, at least one apart."""
    start, end = round(low * GRID), round(high * GRID)
    if start == end:
        return (start, end + 1) if start < GRID else (start - 1, end)
    return start, end
