"""Decode columns whose cells are one value each: numbers, categories, dates."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.media.decoded import Decoded, decode_each, keep, missing_reason
from clusterby.media.scalars import shorten, write_scalar

__all__ = ["decode_categories", "decode_dates", "decode_numbers", "parse_date"]


def decode_numbers(column: Column) -> Decoded:
    """Return the numbers of a column as float64 (m,).

    Booleans are 0 and 1; strings are read as Python reads floats. An infinite number is a fault.

    Examples
    --------
    >>> import numpy as np
    >>> column = Column(name="size", cells=np.array([1.5, np.nan, np.inf]), type="number")
    >>> decode_numbers(column).values.tolist(), decode_numbers(column).faults
    ([1.5], {1: 'missing value', 2: 'infinite number'})
    """
    if column.cells.ndim != 1 or column.cells.dtype.kind != "f":
        return decode_each(column, _number, dtype=np.float64)
    cells = column.cells.astype(np.float64, copy=False)
    faults = {row: missing_reason(column, row) for row in np.flatnonzero(np.isnan(cells)).tolist()}
    faults |= dict.fromkeys(np.flatnonzero(np.isinf(cells)).tolist(), _INFINITE)
    return keep(cells, np.isfinite(cells), faults)


def decode_categories(column: Column) -> Decoded:
    """Return the categories of a column as an object array of str.

    Any value that stands alone will do, written as :func:`clusterby.media.scalars.write_scalar`
    writes it; a list or an image is a fault.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.array(["cat", 3.0, True, [1]], dtype=object)
    >>> decoded = decode_categories(Column(name="kind", cells=cells, type="object"))
    >>> decoded.values.tolist(), decoded.faults
    (['cat', '3', 'True'], {3: 'not a category: list'})
    """
    return decode_each(column, _category, dtype=object)


def decode_dates(column: Column) -> Decoded:
    """Return the dates of a column as datetime64[us] (m,), UTC.

    Takes Python's and NumPy's dates and ISO 8601 strings; one without a time zone is taken as UTC.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.array(["2024-02-29", "2024-02-29T12:00+02:00", "soon"], dtype=object)
    >>> decoded = decode_dates(Column(name="when", cells=cells, type="string"))
    >>> [str(date) for date in decoded.values], decoded.faults
    (['2024-02-29T00:00:00.000000', '2024-02-29T10:00:00.000000'], {2: "not an ISO 8601 date: 'soon'"})
    """
    if column.cells.dtype.kind != "M":
        return decode_each(column, _date, dtype="datetime64[us]")
    cells = column.cells.astype("datetime64[us]", copy=False)
    gone = np.isnat(cells)
    return keep(cells, ~gone, {row: missing_reason(column, row) for row in np.flatnonzero(gone).tolist()})


def parse_date(text: str) -> datetime.datetime:
    """Return an ISO 8601 date or time, in UTC and without a zone.

    Raises
    ------
    UnreadableCell
        If it is none.
    """
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        raise UnreadableCell(f"not an ISO 8601 date: {shorten(text)}") from None
    return _in_utc(moment)


_INFINITE = "infinite number"


def _number(cell: Any) -> float:
    if isinstance(cell, (datetime.date, datetime.time, bytes, np.datetime64, np.ndarray)):
        raise UnreadableCell(f"not a number: {type(cell).__name__}")
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):
        shown = shorten(cell) if isinstance(cell, str) else type(cell).__name__
        raise UnreadableCell(f"not a number: {shown}") from None
    if np.isnan(number):
        raise UnreadableCell("not a number: NaN")
    if np.isinf(number):
        raise UnreadableCell(_INFINITE)
    return number


def _category(cell: Any) -> str:
    written = write_scalar(cell)
    if written is None:
        raise UnreadableCell(f"not a category: {type(cell).__name__}")
    return written


def _date(cell: Any) -> Any:
    if isinstance(cell, str):
        return parse_date(cell)
    if isinstance(cell, datetime.datetime):
        return _in_utc(cell)
    if isinstance(cell, (datetime.date, np.datetime64)):
        return cell
    raise UnreadableCell(f"not a date: {type(cell).__name__}")


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(datetime.UTC).replace(tzinfo=None)
    except OverflowError:
        raise UnreadableCell(f"a date that leaves the calendar in UTC: {moment.isoformat()}") from None
