"""Values of ours as a native column of each library: masked cells become missing values."""

from __future__ import annotations

from typing import Any

import numpy as np

from clusterby.core.errors import InvalidTable
from clusterby.tables.cells import object_array

__all__ = ["to_arrow", "to_list", "to_pandas", "to_polars"]


def to_pandas(values: Any) -> Any:
    """Return the values as pandas would hold them, in the same memory where possible.

    Parameters
    ----------
    values : ndarray or masked array, (n,) or (n, d)
        Masked integers make a nullable Int64 and masked booleans a nullable boolean; strings are of
        pandas' own string type; an (n, d) array makes an object array of n arrays.

    Examples
    --------
    >>> import numpy as np
    >>> to_pandas(np.ma.masked_equal([0, 1, -1], -1))
    <IntegerArray>
    [0, 1, <NA>]
    Length: 3, dtype: Int64
    """
    import pandas as pd

    data, masked = np.ma.getdata(values), np.ma.getmaskarray(values)
    if data.ndim == 2:
        cells = to_list(values)
        return object_array(cells, len(cells))
    if data.dtype.kind in "OU":
        return pd.Series(to_list(values)).array
    if not masked.any():
        return data
    match data.dtype.kind:
        case "i" | "u":
            return pd.arrays.IntegerArray(data.astype(np.int64, copy=False), masked)
        case "b":
            return pd.arrays.BooleanArray(data, masked)
        case _:
            return np.where(masked, np.datetime64("NaT") if data.dtype.kind == "M" else np.nan, data)


def to_polars(values: Any, name: str) -> Any:
    """Return the values as a polars Series; an (n, d) array makes an Array column of width d.

    Raises
    ------
    InvalidTable
        If an object array mixes types.
    """
    import polars as pl

    return pl.Series(name, pl.from_arrow(to_arrow(values, name)))


def to_arrow(values: Any, name: str) -> Any:
    """Return the values as an Arrow array; an (n, d) array makes a fixed-size list of width d.

    Parameters
    ----------
    values : ndarray or masked array, (n,) or (n, d)
        NaN stays a value among floats; in an object array it is missing, as None is.
    name : str
        The column's name, for the error.

    Raises
    ------
    InvalidTable
        If an object array mixes types, or holds what Arrow cannot.

    Examples
    --------
    >>> import numpy as np
    >>> to_arrow(np.ma.masked_equal([0, 1, -1], -1), "cluster").to_pylist()
    [0, 1, None]
    """
    import pyarrow as pa

    data, masked = np.ma.getdata(values), np.ma.getmaskarray(values)
    if data.ndim == 2:
        kind = pa.list_(pa.from_numpy_dtype(data.dtype), data.shape[1])
        if masked.any():
            return pa.array(to_list(values), type=kind)
        return pa.FixedSizeListArray.from_arrays(pa.array(data.flatten()), type=kind)
    data = data.astype(
        object if data.dtype.kind == "U" else data.dtype
    )  # a copy: Arrow would share the memory
    try:
        return pa.array(data, mask=masked, from_pandas=data.dtype == object)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InvalidTable(f"the cells of the new column {name!r} are not all of one type: {error}") from None


def to_list(values: Any) -> list[Any]:
    """Return the values as Python objects, None where masked; an (n, d) array makes n arrays.

    Examples
    --------
    >>> import numpy as np
    >>> to_list(np.ma.masked_equal([0, 1, -1], -1))
    [0, 1, None]
    """
    data, masked = np.ma.getdata(values), np.ma.getmaskarray(values)
    if data.ndim == 2:
        missing: list[bool] = np.any(masked, axis=1).tolist()
        return [None if gone else row.copy() for row, gone in zip(data, missing, strict=True)]
    if data.dtype.kind == "M":
        data = data.astype("datetime64[us]")
    cells = data.astype(object)
    cells[masked] = None
    return list(cells)
