"""The keys by which rows are grouped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.tables.shape import check_column

__all__ = ["Keys", "check_keys", "rows_by_key"]

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
    order = np.argsort(codes, kind="stable").astype(np.int64)
    order = order[np.searchsorted(codes[order], 0) :]
    keys = list(keys)
    ends = np.cumsum(np.bincount(codes[order], minlength=len(keys)))
    return dict(zip(keys, np.split(order, ends[:-1]), strict=True)) if keys else {}
