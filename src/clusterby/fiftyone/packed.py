"""Arrays as text, for results that are stored as JSON: no list of a million numbers, no rounding, no pickle."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.errors import InvalidTable

__all__ = ["pack", "unpack"]

_KINDS = frozenset({"float32", "float64", "int64"})


def pack(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as a dict of plain values, its bytes compressed.

    Examples
    --------
    >>> unpack(pack(np.array([[1.5, np.inf]], dtype="float32"))).tolist()
    [[1.5, inf]]
    """
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    data = base64.b64encode(zlib.compress(little.tobytes(), level=1)).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}


def unpack(packed: Mapping[str, Any]) -> NDArray[Any]:
    """Return the array that was packed.

    Raises
    ------
    InvalidTable
        If it is damaged.
    """
    try:
        if packed["dtype"] not in _KINDS:
            raise ValueError(packed["dtype"])
        kind = np.dtype(packed["dtype"])
        data = zlib.decompress(base64.b64decode(packed["data"], validate=True))
        return np.frombuffer(data, dtype=kind.newbyteorder("<")).reshape(packed["shape"]).astype(kind)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise InvalidTable(
            f"the results of the run are damaged: an array of them cannot be read ({error})"
        ) from None
