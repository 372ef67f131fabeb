"""Read the regions in a column's cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.instructions.regions import Unit

__all__ = ["OVERHANG", "CellRegions", "read_regions"]

OVERHANG = 0.01
"""How far a row's region may reach beyond its image, as a fraction of its sides: detectors often go over by a little."""

_LEAST_PIXELS = 0.5
"""A region of less is no region in pixels but a fraction of an image, in a column whose unit was guessed."""

_NOT_FINITE = "a region of numbers that are not finite"
_NO_AREA = "a region without area"
_LEAVES = "a region that leaves its image: coordinates count from 0 to 1, and boxes are [x, y, width, height]"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRegions:
    """The regions in a column's cells.

    Parameters
    ----------
    boxes : float64 (n, 4)
        Left, top, right and bottom; NaN in rows that hold no box.
    polygons : mapping of int to float64 (k, 2)
        The corners, in rows that hold a polygon. Whether these cross themselves is left to whoever cuts them.
    pixels : bool
        Whether these are pixels of each row's image, and may lie outside of it; else they are from 0 to 1.
    faults : mapping of int to str
        The rows without a region, with the reason.
    """

    boxes: NDArray[np.float64]
    polygons: Mapping[int, NDArray[np.float64]]
    pixels: bool
    faults: Mapping[int, str]


def read_regions(column: Column, unit: Unit | None = None) -> CellRegions:
    """Return the regions in a column's cells; :class:`clusterby.instructions.regions.Boxes` says what these are.

    Examples
    --------
    >>> cells = np.array([[0, 0, 320, 480], None, [10, 10, 0, 5]], dtype=object)
    >>> found = read_regions(Column(name="boxes", cells=cells, type="object"))
    >>> found.pixels, found.boxes[0].tolist()
    (True, [0.0, 0.0, 320.0, 480.0])
    >>> found.faults
    {1: 'no region: missing value', 2: 'a region without area'}
    """
    boxes, polygons, faults = _collect(column)
    rows = np.fromiter(polygons, dtype=np.int64, count=len(polygons))
    corners = np.concatenate([*polygons.values(), np.empty((0, 2))])
    starts = np.cumsum([0, *map(len, polygons.values())])
    finite = [values[np.isfinite(values)] for values in (boxes, corners)]
    largest = max((float(values.max()) for values in finite if values.size), default=0.0)
    pixels = unit == "pixels" if unit is not None else largest > 1 + OVERHANG
    guessed = largest if unit is None else None
    bounds = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    if len(rows):
        bounds[rows, :2] = np.minimum.reduceat(corners, starts[:-1])
        bounds[rows, 2:] = np.maximum.reduceat(corners, starts[:-1])
    _check(bounds, faults, pixels=pixels, guessed=guessed)
    if not pixels:
        bounds, corners = bounds.clip(0, 1), corners.clip(0, 1)
    bounds[[*rows, *faults]] = np.nan
    pieces = zip(rows.tolist(), starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    return CellRegions(
        boxes=bounds, polygons={row: corners[start:end] for row, start, end in pieces if row not in faults},
        pixels=pixels, faults=dict(sorted(faults.items())),
    )  # fmt: skip


def _check(
    bounds: NDArray[np.float64], faults: dict[int, str], *, pixels: bool, guessed: float | None
) -> None:
    """Note the rows whose region, by the rectangle around it, is none."""
    sides = bounds[:, 2:] - bounds[:, :2]
    wrong = [(~np.isfinite(bounds).all(axis=1), _NOT_FINITE), ((sides <= 0).any(axis=1), _NO_AREA)]
    if not pixels:
        wrong.append((((bounds < -OVERHANG) | (bounds > 1 + OVERHANG)).any(axis=1), _LEAVES))
        inside = bounds.clip(0, 1)
        wrong.append(((inside[:, 2:] <= inside[:, :2]).any(axis=1), _NO_AREA))
    elif guessed is not None:
        why = f"less than a pixel: the column counts pixels, for it holds {guessed:g}; else give Boxes(…, unit='relative')"
        wrong.append(((sides < _LEAST_PIXELS).any(axis=1), why))
    for places, reason in wrong:
        for row in np.flatnonzero(places).tolist():
            faults.setdefault(row, reason)


def _collect(
    column: Column,
) -> tuple[NDArray[np.float64], dict[int, NDArray[np.float64]], dict[int, str]]:
    """Return the boxes as they are written, the polygons, and the rows that hold neither."""
    if column.cells.ndim == 2 and column.cells.shape[1] == 4:
        return column.cells.astype(np.float64), {}, {}
    boxes = np.full((len(column), 4), np.nan)
    polygons: dict[int, NDArray[np.float64]] = {}
    faults: dict[int, str] = {}
    for row, cell in enumerate(column.cells):
        try:
            found = _read(cell)
            if found.ndim == 1:
                boxes[row] = found
            else:
                polygons[row] = found
        except UnreadableCell as error:
            faults[row] = column.faults.get(row, str(error))
    return boxes, polygons, faults


def _read(cell: Any) -> NDArray[np.float64]:
    """Return a box as float64 (4,) or a polygon as (k, 2).

    Raises
    ------
    UnreadableCell
        If the cell holds no region, or more than one.
    """
    if cell is None or (isinstance(cell, (float, np.floating)) and np.isnan(cell)):
        raise UnreadableCell("no region: missing value")
    if isinstance(cell, str):
        return _read(_from_json(cell))
    if not isinstance(cell, (list, tuple, np.ndarray)):
        return _read(_unwrapped(cell))
    if not len(cell):
        raise UnreadableCell("no region: an empty list")
    numbers = _numbers(cell)
    if numbers is None and len(cell) == 1:
        return _read(cell[0])
    if numbers is None:
        raise UnreadableCell(_several(len(cell)))
    return _of_numbers(numbers)


def _of_numbers(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    if numbers.ndim == 1:
        if len(numbers) != 4:
            raise UnreadableCell(f"{len(numbers)} numbers: a box has four, [x, y, width, height]")
        return numbers
    if numbers.ndim == 2 and numbers.shape[1] == 2:
        if len(numbers) < 3:
            raise UnreadableCell(f"{len(numbers)} corners: a polygon has three or more, [[x, y], …]")
        return numbers
    if len(numbers) > 1:
        raise UnreadableCell(_several(len(numbers)))
    return _of_numbers(numbers[0])


def _several(count: int) -> str:
    return f"{count} regions in one row: one is needed; cluster patches instead"


def _numbers(cell: Any) -> NDArray[np.float64] | None:
    """Return a cell of numbers, nested or not, as an array; None where it holds something else."""
    if isinstance(cell, np.ndarray) and cell.dtype == object:  # as Arrow hands lists in lists to pandas
        cell = [part.tolist() if isinstance(part, np.ndarray) else part for part in cell]
    try:
        return np.array(cell, dtype=np.float64)
    except OverflowError:
        raise UnreadableCell(_NOT_FINITE) from None
    except (TypeError, ValueError):
        return None


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableCell(f"not a region: the text {text[:40]!r}") from None


def _unwrapped(cell: Any) -> Any:
    """Return what a detection, a polyline, or a list of them says of its region."""
    for key in ("bounding_box", "points", "detections", "polylines"):
        value = cell.get(key) if isinstance(cell, Mapping) else getattr(cell, key, None)
        if isinstance(value, (Iterable, np.ndarray)):
            return list(value)
    raise UnreadableCell(f"not a region: {type(cell).__name__}; give [x, y, width, height]")
