"""The keys by which rows are grouped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clusterby.core.errors import InvalidParameter
from clusterby.tables.shape import check_column

__all__ = ["Keys", "check_keys"]

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
