"""The keys by which rows are grouped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.tables.shape import check_column

__all__ = ["Keys", "check_keys", "order_by_group", "rows_by_key"]

Keys = Mapping[str, "np.ma.MaskedArray[Any, Any] | None"]
"""Per key its name and its values (n,), masked where a row is in no group; None for the column of that name."""


def check_keys(keys: Keys, columns: Sequence[str], n_rows: int) -> Keys:
    """Return keys that fit the table.

    Raises
    ------
    UnknownColumn
        If a key names a column that is not there.
    InvalidParameter
        If there is no key, or one has not as many values as the table has rows.
    """
    if not keys:
        raise InvalidParameter("no key to group by: give at least one")
    for name, values in keys.items():
        if values is None:
            check_column(name, columns)
        elif values.shape != (n_rows,):
            raise InvalidParameter(f"the key {name!r} has values of shape {values.shape} for {n_rows} rows")
    return dict(keys)


def rows_by_key(codes: IntArray, keys: Iterable[Any]) -> dict[Any, IntArray]:
    """Return the rows of each group, increasing, by key.

    Parameters
    ----------
    codes : int64 (n,)
        The group of each row, numbered in the order of the keys; −1 for a row in none.
    keys : iterable of k keys
        Each group's key, in order.

    Examples
    --------
    >>> import numpy as np
    >>> rows = rows_by_key(np.array([1, -1, 0, 1]), ["cat", "dog"])
    >>> {key: members.tolist() for key, members in rows.items()}
    {'cat': [2], 'dog': [0, 3]}
    """
    keys = list(keys)
    order = order_by_group(codes, len(keys))
    counts = np.bincount(codes + 1, minlength=len(keys) + 1)  # those in no group come first
    return dict(zip(keys, np.split(order, np.cumsum(counts)[:-1])[1:], strict=True))


def order_by_group(codes: IntArray, k: int) -> IntArray:
    """Return the rows in the order of their groups, and of their positions within each.

    Parameters
    ----------
    codes : int64 (n,)
        The group of each row, less than k; −1 for a row in none, which comes first.
    k : int
        How many groups there are.

    Examples
    --------
    >>> import numpy as np
    >>> order_by_group(np.array([1, -1, 0, 1]), 2).tolist()
    [1, 2, 0, 3]
    """
    narrow = (
        codes.astype(np.int16) if k <= np.iinfo(np.int16).max else codes
    )  # NumPy sorts these by radix, in O(n)
    return np.argsort(narrow, kind="stable").astype(np.int64, copy=False)
