"""A part of an image, as a value: a rectangle or a polygon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeAlias

import numpy as np

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.coordinates import (
    GRID,
    Point,
    Size,
    check_inside,
    comparable,
    known_size,
    read_point,
    relative,
    size_for,
    snapped,
)
from clusterby.instructions.outline import crosses_itself, polygon_area

__all__ = ["Box", "Fill", "Polygon", "pack_region"]

Fill: TypeAlias = tuple[int, int, int]
"""A color: red, green and blue from 0 to 255."""

_LEAST_AREA = 1e-9
"""Of a polygon, as a fraction of the square around it: less is rounding."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in an image.

    Parameters
    ----------
    lt, rb : (float, float)
        x and y of the left top and of the right bottom corner, counted from the image's left top: from 0 to 1, whatever
        the image's size, or in pixels of the example.
    example : str, PathLike, image or (int, int), optional
        An image in which pixels were measured, or its width and height.
    invert : bool
        Whether everything but the rectangle is meant.

    Raises
    ------
    InvalidParameter
        If it lies outside the image, has no area, or is of no finite numbers.

    Examples
    --------
    >>> left_half = Box((0, 0), (0.5, 1))
    >>> Box((0, 0), (320, 480), example=(640, 480)).resolved() == left_half
    True
    """

    lt: Point
    rb: Point
    _: KW_ONLY
    example: Any = None
    invert: bool = False

    def __post_init__(self) -> None:
        lt, rb = read_point(self.lt, "Box lt"), read_point(self.rb, "Box rb")
        object.__setattr__(self, "lt", lt)
        object.__setattr__(self, "rb", rb)
        object.__setattr__(self, "example", comparable(self.example))
        if not (lt[0] < rb[0] and lt[1] < rb[1]):
            raise InvalidParameter(
                f"Box lt={lt}, rb={rb} has no area: lt is the left top corner and rb the right bottom one, as (x, y)"
            )
        size = known_size(self.example)
        if size is not None:
            check_inside((lt, rb), size, "Box", self.example)

    def __str__(self) -> str:
        return _written("box", (self.lt, self.rb), self.example, self.invert)

    @classmethod
    def parse(cls, text: str) -> Box:
        """Return the box that a text like ``"0,0,.5,1"`` names: left, top, right, bottom, from 0 to 1.

        Raises
        ------
        InvalidParameter
            If it names none.

        Examples
        --------
        >>> Box.parse("0,0,.5,1").rb
        (0.5, 1.0)
        """
        try:
            left, top, right, bottom = map(float, text.split(","))
        except ValueError:
            raise InvalidParameter(
                f"{text!r} is no box: give left,top,right,bottom from 0 to 1, as 0,0,.5,1 for the left half"
            ) from None
        return cls((left, top), (right, bottom))

    @property
    def steps(self) -> tuple[int, ...]:
        """Left, top, right and bottom in steps of the grid, at least one apart."""
        (left, top), (right, bottom) = relative((self.lt, self.rb), size_for(self.example, None))
        (left, right), (top, bottom) = snapped(left, right), snapped(top, bottom)
        return int(left), int(top), int(right), int(bottom)

    def resolved(self, size: Size | None = None) -> Box:
        """Return the box relative to the image.

        Parameters
        ----------
        size : (int, int), optional
            Width and height of the example, where it does not tell them itself.

        Raises
        ------
        InvalidParameter
            If the box lies outside its example.
        """
        size = size_for(self.example, size)
        check_inside((self.lt, self.rb), size, "Box", self.example)
        return Box(*relative((self.lt, self.rb), size), invert=self.invert)

    def canonical(self, fill: Fill) -> bytes:
        """Return what tells the box from others in the cache, with the color that stands for what is hidden."""
        return pack_region("box", self.steps, invert=self.invert, fill=fill)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A region with straight edges in an image.

    Parameters
    ----------
    vertices : sequence of (float, float)
        x and y of at least three corners, in order around it, as for :class:`Box`. Edges may touch, not cross.
    example, invert
        As for :class:`Box`.

    Raises
    ------
    InvalidParameter
        If it lies outside the image, has no area, crosses itself, or is of no finite numbers.

    Examples
    --------
    >>> Polygon([(0, 0), (1, 0), (0, 1)]).vertices
    ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    """

    vertices: tuple[Point, ...]
    _: KW_ONLY
    example: Any = None
    invert: bool = False

    def __post_init__(self) -> None:
        points = _points(self.vertices)
        object.__setattr__(self, "vertices", points)
        object.__setattr__(self, "example", comparable(self.example))
        size = known_size(self.example)
        if size is not None:
            check_inside(points, size, "Polygon", self.example)
        array = np.array(points)
        if crosses_itself(array):
            raise InvalidParameter(
                f"Polygon {_shown(points)} crosses itself: give its corners in order around it"
            )
        if polygon_area(array) <= _LEAST_AREA * np.ptp(array, axis=0).max() ** 2:
            raise InvalidParameter(f"Polygon {_shown(points)} has no area: its corners lie on one line")

    def __str__(self) -> str:
        return _written("polygon", self.vertices, self.example, self.invert)

    @property
    def steps(self) -> tuple[int, ...]:
        """Across and down of each corner in turn, in steps of the grid."""
        points = relative(self.vertices, size_for(self.example, None))
        return tuple(round(value * GRID) for point in points for value in point)

    def resolved(self, size: Size | None = None) -> Polygon:
        """Return the polygon relative to the image; see :meth:`Box.resolved`."""
        size = size_for(self.example, size)
        check_inside(self.vertices, size, "Polygon", self.example)
        return Polygon(relative(self.vertices, size), invert=self.invert)

    def canonical(self, fill: Fill) -> bytes:
        """Return what tells the polygon from others in the cache; see :meth:`Box.canonical`."""
        return pack_region("polygon", self.steps, invert=self.invert, fill=fill)


def pack_region(kind: str, steps: Iterable[int], *, invert: bool, fill: Fill) -> bytes:
    """Return the bytes that name a region: its kind, the color around it, and its coordinates.

    Examples
    --------
    >>> len(pack_region("box", (0, 0, 5_000, 10_000), invert=False, fill=(128, 128, 128)))
    24
    """
    return kind.encode() + bytes((0, *fill, invert)) + np.array(list(steps), dtype="<i4").tobytes()


def _points(vertices: Any) -> tuple[Point, ...]:
    """Return the corners, without those that repeat the one before or close the polygon."""
    if isinstance(vertices, str) or not isinstance(vertices, Iterable):
        raise InvalidParameter(f"Polygon vertices={vertices!r}: give at least three corners as (x, y)")
    given = [read_point(vertex, "Polygon vertex") for vertex in vertices]
    points = [point for point, before in zip(given, [None, *given], strict=False) if point != before]
    if points and points[-1] == points[0]:
        points.pop()
    if len(set(points)) < 3:
        raise InvalidParameter(f"Polygon {_shown(given)}: give at least three different corners as (x, y)")
    return tuple(points)


def _written(kind: str, points: Iterable[Point], example: Any, invert: bool) -> str:
    """Return a region in a few characters, for the name of what is made of it."""
    corners = " ".join(f"{x:g},{y:g}" for x, y in points)
    size = "×".join(map(str, example)) if isinstance(example, tuple) else example
    of = "" if example is None else f" of {size}"
    return f"{'all but ' if invert else ''}{kind} {corners}{of}"


def _shown(points: Sequence[Point]) -> str:
    return f"[{', '.join(map(str, points[:4]))}{', …' if len(points) > 4 else ''}]"
