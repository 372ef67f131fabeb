"""What may be asked for as a region: one for all images, or a column with one for each."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, TypeAlias, get_args

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.region import Box, Polygon

__all__ = ["Boxes", "Region", "Unit", "parse_region"]

Unit: TypeAlias = Literal["relative", "pixels"]


@dataclass(frozen=True, slots=True)
class Boxes:
    """A column of the table that holds one region for each row.

    A cell is a box ``[x, y, width, height]``, x and y being its left top corner; a polygon ``[[x, y], …]`` of three
    corners or more; a detection or polyline of FiftyOne, or a mapping with ``"bounding_box"`` or ``"points"`` as these have
    them; any of these as JSON; or a list of exactly one of them. Rows without a region, or with several, are skipped, each
    with its reason.

    Parameters
    ----------
    column : str
        Its name.
    unit : {"relative", "pixels"}, optional
        Whether coordinates run from 0 to 1 or count pixels of each row's own image. None looks at the whole column: pixels
        if any value in it is larger than 1.01.
    invert : bool
        Whether everything but the region is meant.

    Examples
    --------
    >>> Boxes("boxes", unit="pixels").column
    'boxes'
    """

    column: str
    _: KW_ONLY
    unit: Unit | None = None
    invert: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.column, str):
            raise InvalidParameter(f"Boxes column={self.column!r}: give the name of a column")
        if self.unit is not None and self.unit not in get_args(Unit):
            raise InvalidParameter(f"Boxes unit={self.unit!r}: choose one of 'relative', 'pixels', or None")

    def __str__(self) -> str:
        return f"{'all but ' if self.invert else ''}{self.column}{f' in {self.unit}' if self.unit == 'pixels' else ''}"


Region: TypeAlias = Box | Polygon | Boxes
"""What counts of each image: the same of all, or its own of each."""


def parse_region(value: Any) -> Region:
    """Return a region; a text is the name of a column with one for each row.

    Raises
    ------
    InvalidParameter
        If it is none.

    Examples
    --------
    >>> parse_region("boxes")
    Boxes(column='boxes', unit=None, invert=False)
    """
    if isinstance(value, str):
        return Boxes(value)
    if isinstance(value, (Box, Polygon, Boxes)):
        return value
    raise InvalidParameter(
        f"region={value!r:.80}: give Box((left, top), (right, bottom)), Polygon([(x, y), …]), or the name of a column with "
        "a region for each row"
    )
