"""Regions as plain values, for a run's config and for a queue."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from clusterby.core.errors import InvalidParameter
from clusterby.instructions.region import Box, Polygon
from clusterby.instructions.regions import Boxes, Region, parse_region

__all__ = ["plain_region", "region_of_plain"]


def plain_region(region: Region | str) -> dict[str, Any]:
    """Return a region as plain values.

    Raises
    ------
    InvalidParameter
        If it is none, or is measured in an example that is no size.

    Examples
    --------
    >>> plain_region(Box((0, 0), (0.5, 1)))
    {'lt': [0.0, 0.0], 'rb': [0.5, 1.0]}
    >>> plain_region("faces")
    {'column': 'faces'}
    """
    region = parse_region(region)
    found: dict[str, Any]
    if isinstance(region, Boxes):
        found = {"column": region.column} | ({} if region.unit is None else {"unit": region.unit})
    else:
        found = (
            {"lt": list(region.lt), "rb": list(region.rb)}
            if isinstance(region, Box)
            else {"vertices": [list(point) for point in region.vertices]}
        )
        found |= {} if region.example is None else {"example": _plain_size(region.example)}
    return found | ({"invert": True} if region.invert else {})


def region_of_plain(plain: Mapping[str, Any]) -> Region:
    """Return the region that plain values are of.

    Raises
    ------
    InvalidParameter
        If they are of none.

    Examples
    --------
    >>> region_of_plain({"lt": [0, 0], "rb": [0.5, 1]}) == Box((0, 0), (0.5, 1))
    True
    """
    said: dict[str, Any] = dict(plain)
    if isinstance(said.get("example"), list):
        said["example"] = tuple(said["example"])
    try:
        if "column" in said:
            return Boxes(said.pop("column"), **said)
        if "vertices" in said:
            return Polygon(tuple(map(tuple, said.pop("vertices"))), **said)
        return Box(said.pop("lt"), said.pop("rb"), **said)
    except (KeyError, TypeError):
        raise InvalidParameter(
            f"region={dict(plain)!r:.80}: give 'lt' and 'rb', or 'vertices', or 'column', the field with a region of each image"
        ) from None


def _plain_size(example: Any) -> Any:
    if isinstance(example, (str, os.PathLike)):
        return os.fspath(example)
    if isinstance(example, tuple) and len(example) == 2:
        return [int(side) for side in example]
    raise InvalidParameter(
        f"region: its example is a {type(example).__name__}; give the path of an image, or its width and height"
    )
