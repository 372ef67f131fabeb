"""Values of a FiftyOne field as a column, and as a pandas Series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from clusterby.core.column import Column, ColumnType
from clusterby.tables.cells import make_column, object_array, read_cells

__all__ = ["read_fiftyone", "to_series"]


def read_fiftyone(values: Sequence[Any], name: str, kind: ColumnType) -> Column:
    """Return the values of a field as a column of the type that the field declares.

    Parameters
    ----------
    values : sequence of n values
        None where a sample has none; an empty list is no vector.
    name : str
        The path of the field.
    kind : {"number", "boolean", "date", "string", "vector"}

    Examples
    --------
    >>> read_fiftyone([3, None], "count", "number").cells
    array([ 3., nan])
    """
    if kind == "number":
        return make_column(name, np.array([np.nan if v is None else v for v in values], np.float64), kind)
    if kind == "date":
        return make_column(name, np.array([_utc(v) for v in values], dtype="datetime64[us]"), kind)
    if kind == "vector":
        present = [None if v is None or len(v) == 0 else v for v in values]
        found = read_cells(present, name)
        return found if found.type == "vector" else make_column(name, found.cells, kind)
    return make_column(name, object_array(values, len(values)), kind)


def to_series(column: Column, *, whole: bool) -> Any:
    """Return a column as a pandas Series.

    Parameters
    ----------
    column : Column
    whole : bool
        Whether its numbers are integers: they stay so, as pandas' nullable ones where some are missing.
    """
    import pandas as pd

    if column.type == "string":
        return pd.Series(column.cells, dtype="str")
    if column.type == "boolean":
        return pd.Series(column.cells, dtype="boolean")
    if column.type == "vector":
        return pd.Series(list(column.cells))
    if whole:
        missing = bool(np.isnan(column.cells).any())
        return pd.Series(column.cells).astype("Int64" if missing else "int64")
    return pd.Series(column.cells)


def _utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else np.datetime64("NaT")
