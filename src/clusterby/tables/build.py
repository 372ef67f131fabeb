"""A new native table of a given kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from clusterby.tables.library import Library, give_in

__all__ = ["build_native"]


def build_native(columns: Mapping[str, Sequence[Any] | NDArray[Any]], *, kind: str) -> Any:
    """Return a native table of these columns.

    Parameters
    ----------
    columns : mapping of str to sequence or array
        Per name its values, None for missing; all of one length.
    kind : {"pandas", "polars", "pyarrow", "dict"}
        As :attr:`Table.kind` says it.

    Examples
    --------
    >>> build_native({"cluster": [0, 1], "value": ["cat", None]}, kind="dict")
    {'cluster': [0, 1], 'value': ['cat', None]}
    """
    lists = {name: v.tolist() if isinstance(v, np.ndarray) else list(v) for name, v in columns.items()}
    if kind == "dict":
        return lists
    import pyarrow as pa

    return give_in(cast("Library", kind), pa.table(lists))
