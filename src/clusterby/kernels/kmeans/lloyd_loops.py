"""The compiled loops of k-means: which rows must be looked at again, and what one look at them tells.

Rows are read from a read-only array, so that a memory map and an array in memory run the same machine code.
Bounds are kept in the vectors' own precision and rounded outwards; `noise` is how many units in the last place
a sum of d products may be off, d + 16.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clusterby.kernels.compiled import compiled_fast

__all__ = [
    "add_rows",
    "doubtful_rows",
    "forget_times",
    "gather_rows",
    "least_of",
    "may_move",
    "settle_rows",
    "squared_distances",
    "steps_since",
]


@compiled_fast
def doubtful_rows(
    labels: Any,
    upper: Any,
    lower: Any,
    least: Any,
    upper_at: Any,
    lower_at: Any,
    steps: Any,
    farthest: Any,
    start: int,
    stop: int,
    found: Any,
) -> int:
    """Write the rows between `start` and `stop` whose nearest center may have changed; return how many."""
    groups = lower.shape[1]
    most = np.zeros(len(farthest))
    for t in range(len(farthest)):
        most[t] = farthest[t, 0].max()
    m = 0
    for row in range(start, stop):
        own = labels[row]
        near = upper[row] + steps[upper_at[row], own]
        at = lower_at[row]
        if near < least[row] - most[at]:
            continue
        failed = 0
        for g in range(groups):
            failed += near >= lower[row, g] - farthest[at, 0, g]
        if failed and may_move(near, own, lower[row], farthest[at]):
            found[m] = row
            m += 1
    return m


@compiled_fast
def may_move(near: float, own: int, lower: Any, farthest: Any) -> bool:
    """Whether some center other than a row's own may be as near as `near` by its bounds."""
    for g in range(len(lower)):
        drift = farthest[0, g]
        if farthest[2, g] == own:
            drift = farthest[1, g]
        if near >= lower[g] - drift:
            return True
    return False


@compiled_fast
def forget_times(
    labels: Any,
    upper: Any,
    lower: Any,
    least: Any,
    upper_at: Any,
    lower_at: Any,
    steps: Any,
    farthest: Any,
    start: int,
    stop: int,
) -> None:
    """Let the bounds of the rows between `start` and `stop` refer to the current centers, as time 0."""
    outwards = 1.0 + 8.0 * np.finfo(upper.dtype).eps
    for row in range(start, stop):
        upper[row] = (upper[row] + steps[upper_at[row], labels[row]]) * outwards
        at = lower_at[row]
        lowest = np.inf
        for g in range(lower.shape[1]):
            bound = max(0.0, lower[row, g] - farthest[at, 0, g]) / outwards
            lower[row, g] = bound
            lowest = min(lowest, bound)
        least[row] = lowest / outwards
        upper_at[row] = 0
        lower_at[row] = 0


@compiled_fast
def gather_rows(
    vectors: Any,
    scale: Any,
    rows: Any,
    centers: Any,
    labels: Any,
    upper: Any,
    lower: Any,
    upper_at: Any,
    lower_at: Any,
    farthest: Any,
    now: int,
    tile: Any,
    kept: Any,
) -> int:
    """Copy rows to `tile`, but for those whose own center is nearest by their exact distance; return how many."""
    d = vectors.shape[1]
    exact = 1.0 + (d + 16) * np.finfo(tile.dtype).eps
    m = 0
    for i in range(len(rows)):
        row = rows[i]
        own = labels[row]
        if len(scale) > 0:
            factor = scale[row]
            for j in range(d):
                tile[m, j] = vectors[row, j] * factor
        else:
            for j in range(d):
                tile[m, j] = vectors[row, j]
        if own >= 0:
            squared = tile.dtype.type(0)
            for j in range(d):
                gap = tile[m, j] - centers[own, j]
                squared += gap * gap
            near = np.sqrt(squared * exact)
            upper[row] = near
            upper_at[row] = now
            if not may_move(upper[row] * exact, own, lower[row], farthest[lower_at[row]]):
                continue
        kept[m] = row
        m += 1
    return m


@compiled_fast
def settle_rows(
    tile: Any,
    shifted: Any,
    dots: Any,
    centers: Any,
    norms: Any,
    order: Any,
    starts: Any,
    kept: Any,
    unit: bool,
    labels: Any,
    upper: Any,
    lower: Any,
    least: Any,
    upper_at: Any,
    lower_at: Any,
    now: int,
    changed: Any,
    before: Any,
) -> int:
    """Give each row of a tile its nearest center and new bounds; write which rows changed, return how many.

    Distances come from the products `dots` (k, m); where two are nearer to each other than rounding, they are
    computed again from differences in float64, and of equals the center that comes first by `order` wins.
    """
    m, d = len(kept), tile.shape[1]
    groups = len(starts) - 1
    real = tile.dtype.type
    eps = np.finfo(tile.dtype).eps
    lost = (d + 16) * eps
    longest = norms.max()
    lengths = np.empty(m, dtype=tile.dtype)
    errors = np.empty(m, dtype=tile.dtype)
    for i in range(m):
        length = real(0)
        for j in range(d):
            length += shifted[i, j] * shifted[i, j]
        lengths[i] = length
        errors[i] = lost * (length + longest + 2.0 * np.sqrt(np.float64(length) * longest))

    first = np.full((groups, m), real(np.inf), dtype=tile.dtype)
    second = np.full((groups, m), real(np.inf), dtype=tile.dtype)
    which = np.full((groups, m), np.int32(-1), dtype=np.int32)
    low = np.full(m, real(np.inf), dtype=tile.dtype)
    next_low = np.full(m, real(np.inf), dtype=tile.dtype)
    near = np.full(m, np.int32(-1), dtype=np.int32)
    for g in range(groups):
        for c in range(starts[g], starts[g + 1]):
            least_of(dots[c], norms[c], np.int32(c), first[g], second[g], which[g])
        for i in range(m):
            value, best, other = first[g, i], low[i], second[g, i]
            less = value < best
            runner = best if less else value
            other = other if less else next_low[i]
            next_low[i] = runner if runner < other else other
            low[i] = value if less else best
            near[i] = which[g, i] if less else near[i]

    count = 0
    for i in range(m):
        squared = max(0.0, np.float64(low[i]) + lengths[i] + errors[i])
        limit = low[i] + 2 * errors[i]
        if unit and lengths[i] == 0:
            squared = 0.0
            for c in range(len(order)):
                if order[c] == 0:
                    near[i] = c
        elif next_low[i] <= limit:
            squared = np.inf
            for c in range(len(order)):
                if not norms[c] - 2 * dots[c, i] > limit:  # nor where products overflowed
                    exact = 0.0
                    for j in range(d):
                        gap = np.float64(tile[i, j]) - np.float64(centers[c, j])
                        exact += gap * gap
                    if exact < squared or (exact == squared and order[c] < order[near[i]]):
                        squared = exact
                        near[i] = c
        if near[i] < 0:  # float64 overflowed too
            near[i] = 0
        row = kept[i]
        upper[row] = np.sqrt(squared) * (1.0 + 4.0 * eps)
        upper_at[row] = now
        lower_at[row] = now
        least[row] = np.inf
        if labels[row] != near[i]:
            changed[count] = row
            before[count] = labels[row]
            labels[row] = near[i]
            count += 1

    inwards = real(1.0 - 4.0 * eps)
    for g in range(groups):
        for i in range(m):
            other = second[g, i] if which[g, i] == near[i] else first[g, i]
            other = other + lengths[i] - errors[i]
            first[g, i] = np.sqrt(other if other > 0 else real(0)) * inwards
        for i in range(m):
            row = kept[i]
            bound = first[g, i]
            if unit and lengths[i] == 0:
                bound = real(np.inf)
            lower[row, g] = bound
            if bound < least[row]:
                least[row] = bound
    return count


@compiled_fast
def least_of(products: Any, norm: Any, center: Any, first: Any, second: Any, which: Any) -> None:
    """Take one center into account in the two least values of each row, and in which center has the least."""
    for i in range(len(products)):
        value = norm - products[i] - products[i]
        best, other = first[i], second[i]
        less = value < best
        runner = best if less else value
        second[i] = runner if runner < other else other
        first[i] = value if less else best
        which[i] = center if less else which[i]


@compiled_fast
def steps_since(history: Any, known: int, starts: Any, steps: Any, farthest: Any) -> None:
    """Write how far each center is from where it was at each time known, and the two farthest per group.

    `history` holds the centers (times, k, d), the current ones at `known` − 1.
    """
    d = history.shape[2]
    for t in range(known):
        for g in range(len(starts) - 1):
            largest, next_largest, which = 0.0, 0.0, -1
            for c in range(starts[g], starts[g + 1]):
                squared = 0.0
                for j in range(d):
                    gap = np.float64(history[known - 1, c, j]) - np.float64(history[t, c, j])
                    squared += gap * gap
                step = np.sqrt(squared) * (1.0 + 1e-12)
                steps[t, c] = step
                if step > largest:
                    next_largest = largest
                    largest = step
                    which = c
                elif step > next_largest:
                    next_largest = step
            farthest[t, 0, g] = largest
            farthest[t, 1, g] = next_largest
            farthest[t, 2, g] = which


@compiled_fast
def add_rows(
    vectors: Any,
    scale: Any,
    weights: Any,
    rows: Any,
    before: Any,
    labels: Any,
    left: int,
    right: int,
    sums: Any,
) -> None:
    """Move rows from the sum of the cluster they were in, if any, to that of the one they are in.

    In columns `left` to `right` alone, so that several threads may work on one array of sums.
    """
    for i in range(len(rows)):
        row = rows[i]
        weight = weights[row]
        if len(scale) > 0:
            weight *= scale[row]
        old, new = before[i], labels[row]
        if old >= 0:
            for j in range(left, right):
                part = weight * vectors[row, j]
                sums[old, j] -= part
                sums[new, j] += part
        else:
            for j in range(left, right):
                sums[new, j] += weight * vectors[row, j]


@compiled_fast
def squared_distances(
    vectors: Any, scale: Any, labels: Any, centers: Any, start: int, stop: int, found: Any
) -> None:
    """Write the squared distance of each row between `start` and `stop` to its own center, by differences."""
    for row in range(start, stop):
        own = labels[row]
        squared = 0.0
        if len(scale) > 0:
            factor = scale[row]
            for j in range(vectors.shape[1]):
                gap = np.float64(vectors[row, j] * factor) - np.float64(centers[own, j])
                squared += gap * gap
        else:
            for j in range(vectors.shape[1]):
                gap = np.float64(vectors[row, j]) - np.float64(centers[own, j])
                squared += gap * gap
        found[row] = squared
