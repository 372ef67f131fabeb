"""A polars column as cells."""

from __future__ import annotations

from typing import Any

from clusterby.core.column import Column
from clusterby.tables.cells import read_cells
from clusterby.tables.cells_arrow import read_arrow

__all__ = ["read_polars"]


def read_polars(series: Any, name: str) -> Column:
    """Return a polars Series as a column, through Arrow without a copy where Arrow has its type.

    Parameters
    ----------
    series : polars.Series
        Never changed.
    name : str
        The column's name.

    Examples
    --------
    >>> import polars as pl
    >>> read_polars(pl.Series([[1.0, 2.0], [3.0, 4.0]]), "v").cells.shape
    (2, 2)
    """
    import polars as pl

    if series.dtype == pl.Object:
        return read_cells(series.to_list(), name)
    if series.dtype.is_integer() or series.dtype.is_decimal():  # Arrow has no 128-bit integers
        series = series.cast(pl.Float64)
    return read_arrow(series.to_arrow(), name)
