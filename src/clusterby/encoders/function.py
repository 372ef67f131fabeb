"""A user's own function as an encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.encoders.base import Items

__all__ = ["FunctionEncoder"]


class FunctionEncoder:
    """Wraps a function from a list of decoded cells to an array (m, d).

    Parameters
    ----------
    function : callable
        Takes a list of m cells of one modality, returns m vectors.

    Examples
    --------
    >>> encoder = FunctionEncoder(lambda texts: [[len(t), t.count("a")] for t in texts])
    >>> encoder.encode(["banana", "kiwi"]).tolist()
    [[6.0, 3.0], [4.0, 0.0]]
    """

    revision = "function"

    def __init__(self, function: Callable[[list[Any]], Any]) -> None:
        self._function = function
        self.name = str(getattr(function, "__name__", type(function).__name__)).strip("<>")

    def encode(self, items: Items) -> FloatArray:
        """Return what the function gives, as float32."""
        return np.asarray(self._function(list(items)), dtype=np.float32)
