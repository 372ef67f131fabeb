"""In which order clusters are joined, from their centers and sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import FloatArray

__all__ = ["join_order"]


def join_order(centers: FloatArray, sizes: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs that are joined, each by the place of one of its clusters, in their order.

    Parameters
    ----------
    centers : float32 (k, d)
    sizes : float64 (k,)

    Notes
    -----
    Ward (1963): joined are the two whose union adds least to the variance within, n·m/(n + m) · ‖a − b‖². Takes k² memory and
    k³ steps of arithmetic: seconds for a thousand clusters.

    Examples
    --------
    >>> join_order(np.float32([[0.0], [1.0], [9.0]]), np.ones(3))
    [(0, 1), (0, 2)]
    """
    means, weights = centers.astype(np.float64), sizes.astype(np.float64).copy()
    k = len(means)
    cost = np.full((k, k), np.inf)
    for i in range(k - 1):
        cost[i, i + 1 :] = _cost(means[i], weights[i], means[i + 1 :], weights[i + 1 :])
    pairs: list[tuple[int, int]] = []
    for _ in range(k - 1):
        one, other = (int(v) for v in np.unravel_index(np.argmin(cost), cost.shape))
        pairs.append((one, other))
        total = weights[one] + weights[other]
        means[one] = (weights[one] * means[one] + weights[other] * means[other]) / total
        weights[one], weights[other] = total, 0
        cost[other, :] = cost[:, other] = np.inf
        alive = np.flatnonzero(weights)
        costs = _cost(means[one], total, means[alive], weights[alive])
        below, above = alive < one, alive > one
        cost[alive[below], one] = costs[below]
        cost[one, alive[above]] = costs[above]
    return pairs


def _cost(
    mean: NDArray[np.float64], weight: float, means: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    squared: NDArray[np.float64] = np.square(means - mean).sum(axis=1)
    return weight * weights / (weight + weights) * squared
