"""How well two groupings of the same rows agree."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clusterby.core.errors import InvalidVectors

__all__ = ["adjusted_rand_index"]


def adjusted_rand_index(a: ArrayLike, b: ArrayLike) -> float:
    """Return the adjusted Rand index of two labelings: 1 where they agree, about 0 where by chance.

    Parameters
    ----------
    a, b : array (n,)
        The labels; rows that are masked in either are left out.

    Raises
    ------
    InvalidVectors
        If they are not of one length.

    Notes
    -----
    Hubert & Arabie (1985), *Comparing partitions*.

    Examples
    --------
    >>> adjusted_rand_index([0, 0, 1, 1], ["x", "x", "y", "y"])
    1.0
    """
    from sklearn.metrics import adjusted_rand_score

    first: np.ma.MaskedArray[Any, Any] = np.ma.asarray(a)
    second: np.ma.MaskedArray[Any, Any] = np.ma.asarray(b)
    if first.shape != second.shape or first.ndim != 1:
        raise InvalidVectors(
            f"labels of shapes {first.shape} and {second.shape}: give one label per row in both"
        )
    both = ~(np.ma.getmaskarray(first) | np.ma.getmaskarray(second))
    return float(adjusted_rand_score(first.data[both], second.data[both]))
