"""Which rows of a matrix hold numbers alone, at the speed of reading it once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["finite_rows"]


def finite_rows(vectors: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each row whether all of its numbers are finite, bool (n,).

    A NaN or an infinity anywhere makes the sum of squares of the whole matrix one, so that a matrix without any, the
    usual case, is read once and nothing is written.

    Parameters
    ----------
    vectors : float (n, d)
        The matrix.

    Examples
    --------
    >>> finite_rows(np.array([[1.0, 2.0], [np.nan, 0.0], [1e300, 1e300]])).tolist()
    [True, False, True]
    """
    flat = vectors.reshape(-1) if vectors.flags.c_contiguous else None
    if flat is not None:
        with np.errstate(all="ignore"):
            if np.isfinite(np.dot(flat, flat)):
                return np.ones(len(vectors), dtype=bool)
    return np.asarray(np.isfinite(vectors).all(axis=1))
