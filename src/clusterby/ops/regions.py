"""What is seen of each image: a region of it, on a square of one color."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from clusterby.cache import KeyArray, pack_keys
from clusterby.core.column import Column, IntArray
from clusterby.core.errors import InvalidParameter, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder
from clusterby.instructions.coordinates import GRID, Size
from clusterby.instructions.crop import GRAY, Canvas, crop
from clusterby.instructions.region import Box, Polygon, pack_region
from clusterby.instructions.region_cells import OVERHANG, CellRegions, read_regions
from clusterby.instructions.regions import Boxes, Region, parse_region
from clusterby.media import decode_cell
from clusterby.tables import Table

__all__ = ["RowRegions", "resolve_regions"]

log = logging.getLogger(__name__)

_PIXEL_STEPS = 100
"""To this fraction of a pixel regions in pixels are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRegions:
    """The region of each row's image.

    Parameters
    ----------
    canvas : Canvas
        On what regions are laid.
    fixed : Box or Polygon, optional
        The region of every row, relative to its image.
    cells : CellRegions, optional
        One for each row, where none is fixed.
    invert : bool
        Whether everything but the rows' own region is meant.
    """

    canvas: Canvas
    fixed: Box | Polygon | None = None
    cells: CellRegions | None = None
    invert: bool = False

    @property
    def faults(self) -> Mapping[int, str]:
        """The rows without a usable region, with the reason."""
        return {} if self.cells is None else self.cells.faults

    def of(self, row: int, size: Size | None = None) -> Box | Polygon | None:
        """Return a row's region relative to its image; None if it has none.

        Parameters
        ----------
        row : int
            Its position in the table.
        size : (int, int), optional
            Width and height of its image, which regions in pixels are relative to.

        Raises
        ------
        InvalidParameter
            If the column holds pixels and no size is given.
        UnreadableCell
            If the region leaves the image, or there is nothing of it inside.
        """
        if self.cells is None:
            return self.fixed
        points = self.cells.polygons.get(row)
        corners = self.cells.boxes[row].reshape(2, 2) if points is None else points
        if row in self.faults or np.isnan(corners).any():
            return None
        if self.cells.pixels:
            corners = _relative(np.rint(corners * _PIXEL_STEPS) / _PIXEL_STEPS, size)
        pairs: list[tuple[float, float]] = list(map(tuple, corners.tolist()))
        try:
            if points is None:
                return Box(pairs[0], pairs[1], invert=self.invert)
            return Polygon(tuple(pairs), invert=self.invert)
        except InvalidParameter as error:
            raise UnreadableCell(str(error)) from None

    def cut(self, row: int) -> _RowCut:
        """Return how a row's image is cut."""
        return _RowCut(self, row)

    def salt(self, keys: KeyArray, rows: IntArray) -> KeyArray:
        """Return the keys under which what is seen of images is kept.

        Parameters
        ----------
        keys : uint64 (m, 2)
            Those of the images' contents.
        rows : int64 (m,)
            The rows whose images these are.
        """
        contents = np.ascontiguousarray(keys, dtype="<u8").tobytes()
        facts = self.canvas.facts
        return pack_keys(
            [
                xxhash.xxh3_128_digest(contents[start : start + 16] + facts + seen)
                for start, seen in zip(range(0, len(contents), 16), self._names(rows), strict=True)
            ]
        )

    def _names(self, rows: IntArray) -> Iterator[bytes]:
        """Yield what tells each row's region from others, as its ``canonical`` does."""
        if self.cells is None:
            name = b"" if self.fixed is None else self.fixed.canonical(self.canvas.fill)
            yield from [name] * len(rows)
            return
        pixels, polygons = self.cells.pixels, self.cells.polygons
        scale, mark = (_PIXEL_STEPS, "pixel ") if pixels else (GRID, "")
        heads = {
            kind: pack_region(mark + kind, (), invert=self.invert, fill=self.canvas.fill)
            for kind in ("box", "polygon")
        }
        corners = [polygons[row] for row in rows.tolist() if row in polygons]
        shapes = _pieces(np.concatenate([*corners, np.empty((0, 2))]), list(map(len, corners)), scale)
        boxes = _pieces(np.nan_to_num(self.cells.boxes[rows]), [1] * len(rows), scale)
        for row, box in zip(rows.tolist(), boxes, strict=True):
            yield heads["polygon"] + next(shapes) if row in polygons else heads["box"] + box


def _pieces(coordinates: NDArray[np.float64], lengths: list[int], scale: int) -> Iterator[bytes]:
    """Yield the bytes of so many rows of coordinates each, in whole steps; all are made at once, which is faster."""
    steps = np.rint(coordinates * scale).clip(-(2**31), 2**31 - 1).astype("<i4")
    whole, width, start = steps.tobytes(), steps.shape[1] * steps.itemsize, 0
    for length in lengths:
        end = start + length * width
        yield whole[start:end]
        start = end


@dataclass(frozen=True, slots=True)
class _RowCut:
    """How one row's image is cut; see :class:`clusterby.media.image.Cut`."""

    regions: RowRegions
    row: int

    def part(self, size: Size) -> float | None:
        region = self._region(size)
        if region.invert or not isinstance(region, Box):
            return None
        left, top, right, bottom = region.steps
        return min(right - left, bottom - top) / GRID

    def __call__(self, image: Any, size: Size) -> Any:
        canvas = self.regions.canvas
        return crop(
            image, self._region(size), fill=canvas.fill, side=canvas.side, center=canvas.center,
            shrink_to=canvas.shrink_to, reduced=image.size != size,
        )  # fmt: skip

    def _region(self, size: Size) -> Box | Polygon:
        region = self.regions.of(self.row, size)
        if region is None:
            raise UnreadableCell(self.regions.faults.get(self.row, "no region"))
        return region


def resolve_regions(
    region: Region | str, column: Column, modality: Modality, encoder: Encoder, *, table: Table | None = None
) -> RowRegions:
    """Return what is seen of each image of a column.

    Parameters
    ----------
    region : Box, Polygon, Boxes or str
        The same of every image; or the name of a column with one for each row.
    column : Column
        The images.
    modality : Modality
        What they are: IMAGE.
    encoder : Encoder
        Tells what color says nothing to it, and what it makes of a square.
    table : Table, optional
        Where a column of regions is found.

    Raises
    ------
    InvalidParameter
        If the cells are no images, the region lies outside its example, or the example cannot be read.
    UnknownColumn
        If the table has no column of that name.
    """
    region = parse_region(region)
    if modality is not Modality.IMAGE:
        raise InvalidParameter(
            f"column {column.name!r} holds {modality}: a region is a part of an image; leave region out, or name a column "
            "of images"
        )
    canvas = _canvas(encoder)
    if not isinstance(region, Boxes):
        return RowRegions(canvas=canvas, fixed=region.resolved(_example_size(region.example, column)))
    if table is None:
        raise InvalidParameter(
            f"{region} names a column: give a table that has it, or one Box for all images"
        )
    cells = read_regions(table.column(region.column), region.unit)
    if region.unit is None and cells.pixels:
        log.info("column %r: regions are taken to be in pixels of each row's image", region.column)
    return RowRegions(canvas=canvas, cells=cells, invert=region.invert)


def _canvas(encoder: Encoder) -> Canvas:
    fill = getattr(encoder, "fill", None) or GRAY
    try:
        red, green, blue = bytes(tuple(fill))
    except (TypeError, ValueError):
        raise InvalidParameter(
            f"encoder {encoder.name!r} has fill={fill!r}: it must be red, green and blue from 0 to 255"
        ) from None
    return Canvas(
        fill=(red, green, blue), side=getattr(encoder, "input_side", None),
        center=getattr(encoder, "center_crop", None) or 1.0, shrink_to=getattr(encoder, "shrink_to", None),
    )  # fmt: skip


def _example_size(example: Any, column: Column) -> Size | None:
    """Return the upright width and height of an example image; None where they are given, or there is none."""
    if example is None or isinstance(example, tuple):
        return None
    try:
        image: Any = decode_cell(example, Modality.IMAGE, base=column.base)
    except UnreadableCell as error:
        raise InvalidParameter(
            f"example={example!r:.80} cannot be read ({error}): give an image that can, or its (width, height)"
        ) from None
    width, height = image.size
    return width, height


def _relative(corners: NDArray[np.float64], size: Size | None) -> NDArray[np.float64]:
    if size is None:
        raise InvalidParameter("these regions are in pixels: give the width and height of the row's image")
    over = np.maximum(OVERHANG, 1 / np.array(size))  # a pixel of a small image may be more
    found = corners / size
    if ((found < -over) | (found > 1 + over)).any():
        raise UnreadableCell(f"a region that leaves its image of {size[0]} × {size[1]} pixels")
    return found.clip(0, 1)
