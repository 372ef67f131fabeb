"""One column of any library, outside a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np

from clusterby.core.column import Column
from clusterby.core.errors import InvalidTable
from clusterby.core.optional import imported
from clusterby.tables.cells import read_array, read_cells

__all__ = ["as_column"]


def as_column(data: Any, name: str | None = None) -> Column:
    """Return the cells of a column as the encoders want them.

    Parameters
    ----------
    data : pandas or polars Series, pyarrow Array or ChunkedArray, ndarray, list or tuple
        An ndarray (n, d) of numbers is a column of vectors. Never changed.
    name : str, optional
        What to call it; None takes the Series' own name, else ``"values"``.

    Raises
    ------
    InvalidTable
        If it is none of these, or has no cells.

    Examples
    --------
    >>> as_column(["a cat", None]).cells
    array(['a cat', None], dtype=object)
    """
    data = nw.to_native(data, pass_through=True)
    if name is None:
        own = getattr(data, "name", None)
        name = own if isinstance(own, str) and own else "values"
    column = _read(data, name)
    if column is None:
        if _is_table(data):
            raise InvalidTable(f"a {type(data).__name__} is a table: name the column that is meant (by=…)")
        raise InvalidTable(
            f"cannot take a {type(data).__name__} for a column: give a pandas or polars Series, an Arrow array, "
            "a NumPy array, or a list of cells"
        )
    if not len(column):
        raise InvalidTable(f"the column {name!r} has no cells: give one that has some")
    return column


def _is_table(data: Any) -> bool:
    return isinstance(data, Mapping) or isinstance(
        nw.from_native(data, pass_through=True), (nw.DataFrame, nw.LazyFrame)
    )


def _read(data: Any, name: str) -> Column | None:
    if isinstance(data, np.ndarray):
        return read_array(data, name)
    if isinstance(data, (list, tuple)):
        return read_cells(data, name)
    pandas, polars, arrow = imported("pandas"), imported("polars"), imported("pyarrow")
    if pandas is not None and isinstance(data, pandas.Series):
        from clusterby.tables.cells_pandas import read_pandas

        return read_pandas(data, name)
    if polars is not None and isinstance(data, polars.Series):
        from clusterby.tables.cells_polars import read_polars

        return read_polars(data, name)
    if arrow is not None and isinstance(data, (arrow.Array, arrow.ChunkedArray)):
        from clusterby.tables.cells_arrow import read_arrow

        return read_arrow(data, name)
    return None
