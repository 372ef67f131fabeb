"""Where to split scores in two."""

from __future__ import annotations

import numpy as np

from clusterby.core.column import FloatArray

__all__ = ["otsu_threshold"]


def otsu_threshold(scores: FloatArray) -> float:
    """Return the least score of the upper side when scores are split where the two sides differ most.

    Parameters
    ----------
    scores : float32 (m,)
        Finite, at least one. Every split between two different scores is tried, not those of a histogram.

    Notes
    -----
    Otsu (1979), *A threshold selection method from gray-level histograms*: the split with the largest
    variance between the sides.

    Examples
    --------
    >>> import numpy as np
    >>> round(otsu_threshold(np.array([0.1, 0.9, 0.15, 0.8], dtype="float32")), 2)
    0.8
    """
    ordered = np.sort(scores.astype(np.float64))
    below = np.arange(1, len(ordered))
    sums = np.cumsum(ordered)
    mean_below = sums[:-1] / below
    mean_above = (sums[-1] - sums[:-1]) / (len(ordered) - below)
    between = below * (len(ordered) - below) * (mean_above - mean_below) ** 2
    between[ordered[1:] == ordered[:-1]] = -1.0  # equal scores stay together
    if not len(between) or between.max() <= 0:
        return float(ordered[0])
    return float(ordered[1:][between.argmax()])
