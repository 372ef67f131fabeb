"""Regions in few words."""

from __future__ import annotations

from clusterby.instructions.region import Box
from clusterby.instructions.regions import Boxes, Region

__all__ = ["say_region"]


def say_region(region: Region) -> str:
    """Return what a region is, for names and notes.

    Examples
    --------
    >>> say_region(Box((0, 0), (0.5, 1), invert=True))
    'all but box 0,0,0.5,1'
    >>> say_region(Boxes("face"))
    'face'
    """
    if isinstance(region, Boxes):
        words = region.column
    elif isinstance(region, Box):
        words = "box " + ",".join(f"{value:.4g}" for value in (*region.lt, *region.rb))
    else:
        words = f"polygon of {len(region.vertices)} corners"
    return f"all but {words}" if region.invert else words
