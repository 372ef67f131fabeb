"""The different values of a column, and which of them each row has."""

from __future__ import annotations

from typing import Any

import numpy as np

from clusterby.core.column import Column, IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.tables.cells import is_missing

__all__ = ["factorize"]


def factorize(column: Column) -> tuple[IntArray, list[Any]]:
    """Return a code per row and the value that each code stands for.

    Parameters
    ----------
    column : Column
        n cells.

    Returns
    -------
    codes : int64 (n,)
        The position of the row's value among the values; −1 where the cell is missing.
    values : list
        The different values, in the order in which they first appear.

    Raises
    ------
    InvalidParameter
        If the cells cannot be told apart: vectors, or objects that do not hash.

    Examples
    --------
    >>> from clusterby.tables.columns import as_column
    >>> codes, values = factorize(as_column(["cat", "dog", None, "cat"]))
    >>> codes.tolist(), values
    ([0, 1, -1, 0], ['cat', 'dog'])
    """
    if column.type == "vector":
        raise InvalidParameter(
            f"column {column.name!r} holds vectors, which have no values to count: cluster by it instead"
        )
    if column.type == "object":
        return _factorize_objects(column)
    import pyarrow as pa

    try:
        encoded = pa.array(column.cells, from_pandas=True).dictionary_encode()
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return _factorize_objects(column)  # categories of several Python types
    codes: IntArray = encoded.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return codes, encoded.dictionary.to_pylist()


def _factorize_objects(column: Column) -> tuple[IntArray, list[Any]]:
    known: dict[Any, int] = {}
    codes = np.full(len(column), -1, dtype=np.int64)
    try:
        for row, cell in enumerate(column.cells):
            if not is_missing(cell):
                codes[row] = known.setdefault(cell, len(known))
    except TypeError as error:
        raise InvalidParameter(
            f"column {column.name!r} holds cells that cannot be told apart: {error}"
        ) from None
    return codes, list(known)
