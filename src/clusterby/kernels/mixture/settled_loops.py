"""The compiled loops of settled rows: which still are, and what scores tell of the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from clusterby.kernels.compiled import compiled_fast

__all__ = ["doubtful_rows", "settle_rows"]


@compiled_fast
def doubtful_rows(
    own: Any, bounds: Any, spread: Any, least: Any, limit: float, d: int, start: int, stop: int, found: Any
) -> int:
    """Lower the bounds of the rows between `start` and `stop`; write those not settled, return how many."""
    count = 0
    for row in range(start, stop):
        at = own[row]
        settled = at >= 0
        if settled:
            excess, uneven = np.float64(spread[row, 0]), np.float64(spread[row, 1])
            length = np.sqrt(max(0.0, excess + d))
            for g in range(bounds.shape[1]):
                slope = min(least[1, at, g] * excess, least[2, at, g] * excess)
                fall = least[3, at, g] * length + least[4, at, g] * uneven
                bound = bounds[row, g] + least[0, at, g] + slope - fall
                bound -= 1e-6 * (abs(bound) + abs(slope) + fall)  # what is kept in single precision
                bounds[row, g] = bound
                settled = settled and bound > limit
        if not settled:
            found[count] = row
            count += 1
    return count


@compiled_fast
def settle_rows(
    scores: Any,
    constants: Any,
    errors: Any,
    unit: float,
    negligible: float,
    shifted: Any,
    first: int,
    rows: Any,
    means: Any,
    factors: Any,
    groups: Any,
    own: Any,
    bounds: Any,
    spread: Any,
    before: Any,
) -> None:
    """Find rows of a tile that belong to one component, and bounds of its lead over each group of others.

    Their scores become zeros, and `own` is their component; of other rows it is −1, and nothing else is known. Where
    rows were goes to `before`. A log-density v of component c may be off by errors[c] − unit · v. Rows new to a
    component are measured from it: with u = (row − mean) · factor, |u|² − d and the norm of u² less its mean.
    """
    m, k = scores.shape
    d = means.shape[1]
    for i in range(m):
        best, second, at = -np.inf, -np.inf, 0
        for c in range(k):
            value = scores[i, c] + constants[c]
            if value > best:
                second, best, at = best, value, c
            elif value > second:
                second = value
        row = rows[i]
        before[i] = own[row]
        own[row] = -1
        if best > -np.inf and not second - best > negligible:
            own[row] = at
            for g in range(bounds.shape[1]):
                bounds[row, g] = np.inf
            sure = best + unit * best - errors[at]
            for c in range(k):
                value = scores[i, c] + constants[c]
                bound = sure - value + unit * value - errors[c]
                bound -= 1e-6 * abs(bound)
                g = groups[at, c]
                if g >= 0 and not bound >= bounds[row, g]:
                    bounds[row, g] = bound
                scores[i, c] = 0.0
            if at != before[i]:
                total, squared = 0.0, 0.0
                for j in range(d):
                    u = (np.float64(shifted[i, first + j]) - means[at, j]) * factors[at, j]
                    total += u * u
                    squared += u * u * u * u
                spread[row, 0] = total - d
                spread[row, 1] = np.sqrt(max(0.0, squared * (1.0 + 1e-12) - total * total / d))
