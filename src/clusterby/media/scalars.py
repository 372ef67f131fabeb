"""Cells that are one value: whether one is there, and how it is written."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Hashable, Sized
from typing import Any

import numpy as np

from clusterby.core.optional import imported

__all__ = ["MISSING", "is_missing", "shorten", "write_scalar"]

MISSING = "missing value"
"""The reason for a row whose cell is missing and whose column says no more."""


def is_missing(cell: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT, or pandas' NA.

    Examples
    --------
    >>> [is_missing(cell) for cell in (None, float("nan"), "", 0)]
    [True, True, False, False]
    """
    if cell is None or isinstance(cell, str):  # by far the most frequent
        return cell is None
    if isinstance(cell, (float, np.floating)):
        return bool(np.isnan(cell))
    if isinstance(cell, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(cell))
    pandas = imported("pandas")
    return pandas is not None and (cell is getattr(pandas, "NA", ...) or cell is getattr(pandas, "NaT", ...))


def write_scalar(cell: Any) -> str | None:
    """Return a cell of one value as it would be written, or None if it is not of one value.

    Whole floats are written without a point, for a column of integers comes as floats.

    Examples
    --------
    >>> [write_scalar(cell) for cell in ("a", 3.0, 2.5, True, [1, 2])]
    ['a', '3', '2.5', 'True', None]
    """
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, (Sized, np.ndarray)) or not isinstance(cell, Hashable):
        return None
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, (numbers.Number, np.generic)) or type(cell).__str__ is not object.__str__:
        return str(cell)
    return None


def shorten(text: str, most: int = 40) -> str:
    """Return the repr of a text on one line, cut to about `most` characters.

    Examples
    --------
    >>> shorten("a" * 50, 10)
    "'aaaaaaaaa…'"
    """
    return repr(text if len(text) <= most else text[: most - 1] + "…")
