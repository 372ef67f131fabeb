"""The encoder of columns that hold vectors already."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.encoders.base import Items

__all__ = ["IdentityEncoder"]


class IdentityEncoder:
    """Returns vectors as they are.

    Examples
    --------
    >>> IdentityEncoder().encode([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    name = "identity"
    revision = "1"

    def encode(self, items: Items) -> FloatArray:
        """Return the items as float32 (m, d)."""
        return np.asarray(items, dtype=np.float32)
