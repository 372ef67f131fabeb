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
    name : str, optional
        What to call it; the function's own name unless given.
    revision : str
        Changes whenever the function gives other vectors. Given, its vectors are kept in the cache under name and
        revision; empty, they are not, for nobody can tell whether the function is still the same.
    batch_size : int, optional
        How many cells it is called with at most.
    sampling_rate : int, optional
        In hertz, at which sound is decoded for it.
    shrink_to : int, optional
        The shorter side, in pixels, to which larger images are decoded for it.

    Examples
    --------
    >>> encoder = FunctionEncoder(lambda texts: [[len(t), t.count("a")] for t in texts])
    >>> encoder.encode(["banana", "kiwi"]).tolist()
    [[6.0, 3.0], [4.0, 0.0]]
    """

    def __init__(
        self,
        function: Callable[[list[Any]], Any],
        *,
        name: str | None = None,
        revision: str = "",
        batch_size: int | None = None,
        sampling_rate: int | None = None,
        shrink_to: int | None = None,
    ) -> None:
        self._function = function
        self.name = name or str(getattr(function, "__name__", type(function).__name__)).strip("<>")
        self.revision = revision
        self.batch_size = batch_size
        self.sampling_rate = sampling_rate
        self.shrink_to = shrink_to

    def encode(self, items: Items) -> FloatArray:
        """Return what the function gives, as float32."""
        return np.asarray(self._function(list(items)), dtype=np.float32)
