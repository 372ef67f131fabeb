"""A pandas column as cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from clusterby.core.column import Column
from clusterby.tables.cells import make_column, object_array, read_array, read_cells

__all__ = ["read_pandas"]


def read_pandas(series: Any, name: str) -> Column:
    """Return a pandas Series as a column.

    NumPy types are read as NumPy arrays; an object column by its cells, as a list would be; nullable,
    string and Arrow types through Arrow; periods and intervals stay objects. The index plays no part.

    Parameters
    ----------
    series : pandas.Series
        Never changed.
    name : str
        The column's name.

    Examples
    --------
    >>> import pandas as pd
    >>> read_pandas(pd.Series(["a", None]), "caption").type
    'string'
    """
    import pandas as pd

    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return read_array(series.to_numpy(), name)
    if isinstance(dtype, pd.CategoricalDtype):
        categories = [*series.cat.categories, None]  # code −1 finds the None at the end
        lookup = object_array(categories, len(categories))
        return make_column(name, lookup[series.cat.codes.to_numpy()], "category")
    if isinstance(dtype, pd.DatetimeTZDtype):
        return make_column(name, series.to_numpy(dtype="datetime64[us]"), "date")
    if isinstance(dtype, pd.SparseDtype):
        return read_array(np.asarray(series), name)
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        return read_cells(series.astype(object).to_numpy(), name)
    return _read_extension(series, name)


def _read_extension(series: Any, name: str) -> Column:
    import pyarrow as pa

    from clusterby.tables.cells_arrow import read_arrow

    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return read_cells(series.astype(object).to_numpy(), name)
    return read_arrow(array, name)
