"""Cut a region out of an image, and lay it on the square that an encoder looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clusterby.core.errors import UnreadableCell
from clusterby.instructions.coordinates import GRID, Size
from clusterby.instructions.outline import pixels_inside
from clusterby.instructions.region import Box, Fill, Polygon

__all__ = ["GRAY", "MOST_UPSCALING", "Canvas", "crop"]

GRAY: Fill = (128, 128, 128)
"""What stands for hidden pixels where an encoder does not say what tells it nothing."""

MOST_UPSCALING = 4.0
"""How many times its size a region may get.

Of single objects in scenes of 64, 32 and 16 pixels, each cut out by a box around it, a model that looks at 64 pixels named
color and shape as follows (accuracy, mean of the three sizes and 3 seeds): .74 and .34 at their own size, .86 and .41 up to
2×, .96 and .36 up to 4×, .98 and .26 up to 8×.
"""

_VERSION = 1
"""Goes up whenever the same region gives other pixels."""

_ROUNDING = 1e-6

Edges: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom in whole pixels."""

_STRADDLING = 2
"""Pixels of an image decoded at a fraction of its size that may hold something of both sides of an edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The square that an encoder looks at.

    Parameters
    ----------
    fill : (int, int, int)
        Its color where there is nothing to see.
    side : int, optional
        The length of its sides in pixels, once the encoder has resized it; limits how much regions grow.
    center : float
        How much of a square's side the encoder keeps when it crops the center.
    shrink_to : int, optional
        The side to which larger squares are brought.
    """

    fill: Fill = GRAY
    side: int | None = None
    center: float = 1.0
    shrink_to: int | None = None

    @property
    def facts(self) -> bytes:
        """All that changes what is seen of a region, the fill aside."""
        return f"{_VERSION} {MOST_UPSCALING} {self.side} {self.center:.6f} {self.shrink_to}".encode()


def crop(
    image: Image.Image,
    region: Box | Polygon,
    *,
    fill: Fill,
    side: int | None = None,
    most_upscaling: float = MOST_UPSCALING,
    center: float = 1.0,
    shrink_to: int | None = None,
    reduced: bool = False,
) -> Image.Image:
    """Return a region of an image in the middle of a square of one color, which hides everything else.

    A pixel belongs to a region if its centre lies inside. A box is cut out; of a polygon the rectangle around it, with
    what is outside the polygon hidden; what is inverted stays whole, with the region hidden. Nothing of the result depends
    on what is hidden: it is cut before anything is resized, and the color is the caller's, never one of the image.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, upright; not changed.
    region : Box or Polygon
        Relative to the image, or resolved by the size of its example.
    fill : (int, int, int)
        The color.
    side : int, optional
        The side of the square that the encoder resizes it to, in pixels. The square has ``side / most_upscaling`` at least.
    most_upscaling : float
        How many times its size a region may get by that.
    center : float
        The part of the square's side that the encoder's center crop keeps: the region stays within.
    shrink_to : int, optional
        The side to which a larger square is brought, before it is filled up.
    reduced : bool
        Whether the image was decoded at a fraction of its size, so that pixels at an edge hold something of both sides: of a
        box these are left out then.

    Returns
    -------
    PIL.Image.Image
        RGB, a square.

    Raises
    ------
    UnreadableCell
        If a polygon holds no pixel, or what is inverted leaves none.

    Examples
    --------
    >>> image = Image.new("RGB", (40, 20), "red")
    >>> cut = crop(image, Box((0, 0), (0.25, 1)), fill=(128, 128, 128))
    >>> cut.size, cut.getpixel((0, 0)), cut.getpixel((10, 10))
    ((20, 20), (128, 128, 128), (255, 0, 0))
    """
    kept = _cut(image, region, fill, _STRADDLING if reduced else 0)
    largest = None if shrink_to is None else max(1, round(shrink_to * center))
    if largest is not None and max(kept.size) >= largest:
        kept, length = _shrunk(kept, largest), shrink_to or largest
    else:
        longest = max(kept.size)
        margin = math.ceil(longest * (1 / center - 1) / 2 - _ROUNDING)
        least = 0 if side is None else math.ceil(side / center / most_upscaling - _ROUNDING)
        length = max(longest + 2 * margin, least)
    canvas = Image.new("RGB", (length, length), fill)
    canvas.paste(kept, ((length - kept.width) // 2, (length - kept.height) // 2))
    return canvas


def _cut(image: Image.Image, region: Box | Polygon, fill: Fill, inset: int) -> Image.Image:
    """Return the rectangle around what is meant, with what is not meant in it filled."""
    if isinstance(region, Box):
        around = _edges(region, image.size, inset)
        if not region.invert:
            return image.crop(around)
        inside = np.ones((around[3] - around[1], around[2] - around[0]), dtype=bool)
    else:
        around, inside = _inside(region, image.size)
    if region.invert:
        return _without(image, around, inside, fill)
    part = image.crop(around)
    part.paste(fill, mask=Image.fromarray(~inside))
    return part


def _without(image: Image.Image, around: Edges, inside: NDArray[np.bool_], fill: Fill) -> Image.Image:
    if inside.all() and inside.shape == (image.height, image.width):
        raise UnreadableCell("nothing of the image is left outside the region")
    rest = image.copy()
    rest.paste(fill, around, mask=Image.fromarray(inside))
    return rest


def _edges(box: Box, size: Size, inset: int) -> Edges:
    """Return left, top, right and bottom in whole pixels: those whose centres are inside, one at least."""
    left, top, right, bottom = box.steps
    (left, right), (top, bottom) = _span(left, right, size[0], inset), _span(top, bottom, size[1], inset)
    return left, top, right, bottom


def _span(start: int, end: int, length: int, inset: int) -> tuple[int, int]:
    first, last = ((2 * step * length + GRID) // (2 * GRID) for step in (start, end))  # halves are rounded up
    if first == last:
        first = min((start + end) * length // (2 * GRID), length - 1)
        return first, first + 1
    if last - first > 2 * inset:
        return first + inset * (first > 0), last - inset * (last < length)
    return first, last


def _inside(polygon: Polygon, size: Size) -> tuple[Edges, NDArray[np.bool_]]:
    """Return the rectangle of pixels that a polygon holds, and which of them it does."""
    points = np.array(polygon.steps, dtype=np.float64).reshape(-1, 2) * size / GRID
    left, top = np.floor(points.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0)).astype(int).tolist()
    inside = pixels_inside(points - (left, top), right - left, bottom - top)
    across, down = _reach(np.any(inside, axis=0)), _reach(np.any(inside, axis=1))
    if across is None or down is None:
        raise UnreadableCell("a polygon so thin that it holds no pixel")
    around = left + across.start, top + down.start, left + across.stop, top + down.stop
    return around, inside[down, across]


def _reach(held: Any) -> slice | None:
    places = np.flatnonzero(held)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else None


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
