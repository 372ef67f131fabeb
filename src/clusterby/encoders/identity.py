"""The encoder of columns that hold vectors already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray

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

    def encode(self, items: Sequence[Any]) -> FloatArray:
        """Return the items as float32 (m, d)."""
        return np.asarray(items, dtype=np.float32)
