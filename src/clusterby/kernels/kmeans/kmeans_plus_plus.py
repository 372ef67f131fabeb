"""Where k-means starts: rows far from each other, drawn by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.progress import Advance
from clusterby.kernels.arrays import Floats
from clusterby.kernels.compiled import compiled_fast
from clusterby.kernels.kmeans.kmeans_rows import Rows, read_rows
from clusterby.kernels.parallel import blocks, in_parallel

__all__ = ["kmeans_plus_plus"]

_BLOCK_NUMBERS = 2**18


def kmeans_plus_plus(
    rows: Rows, k: int, random_state: np.random.RandomState, *, advance: Advance | None = None
) -> NDArray[np.int64]:
    """Return k rows to start k-means from, int64 (k,): greedy k-means++, drawn as scikit-learn draws.

    Every row is read k times: give a sample of what is large.

    Parameters
    ----------
    rows : Rows
        (n, d), n ≥ k; at least one with a positive weight.
    k : int
    random_state : RandomState
    advance : callable, optional
        Asked whether to go on after each row drawn.

    Notes
    -----
    Arthur & Vassilvitskii (2007), *k-means++: the advantages of careful seeding*, with 2 + ln k candidates for
    each center, of which the one that lowers the inertia most is taken.

    Examples
    --------
    >>> from clusterby.kernels.kmeans.kmeans_rows import make_rows
    >>> line = make_rows(np.array([[0.0], [0.0], [9.0]]))
    >>> sorted(line.vectors[kmeans_plus_plus(line, 2, np.random.RandomState(0))].ravel().tolist())
    [0.0, 9.0]
    """
    n = len(rows.vectors)
    weights = rows.weights
    chosen = np.empty(k, dtype=np.int64)
    chosen[0] = random_state.choice(n, p=weights / weights.sum())
    gaps, potential = _try(rows, chosen[:1], np.full(n, np.inf, dtype=rows.vectors.dtype))
    closest, total = gaps[0], potential[0]
    trials = 2 + int(np.log(k))
    for c in range(1, k):
        draws = random_state.uniform(size=trials) * total
        candidates = np.searchsorted(np.cumsum(weights * closest), draws)
        np.clip(candidates, None, n - 1, out=candidates)
        gaps, potential = _try(rows, candidates, closest)
        best = int(potential.argmin())
        chosen[c], closest, total = candidates[best], gaps[best], potential[best]
        if advance is not None:
            advance(0)
    return chosen


def _try(rows: Rows, candidates: NDArray[np.int64], closest: Floats) -> tuple[Floats, NDArray[np.float64]]:
    """Return the distance of each row to the nearest center if a candidate were one, (trials, n), and their sum."""
    picked = read_rows(rows, candidates)
    gaps = np.empty((len(picked), len(closest)), dtype=closest.dtype)

    def measure(block: slice) -> NDArray[np.float64]:
        sums = np.zeros(len(picked))
        _keep_nearer(
            rows.vectors, rows.scale, rows.weights, picked, closest, block.start, block.stop, gaps, sums
        )
        return sums

    size = max(256, _BLOCK_NUMBERS // rows.vectors.shape[1])
    return gaps, np.sum(in_parallel(measure, blocks(len(closest), size)), axis=0)


@compiled_fast
def _keep_nearer(
    vectors: Any,
    scale: Any,
    weights: Any,
    picked: Any,
    closest: Any,
    start: int,
    stop: int,
    gaps: Any,
    sums: Any,
) -> None:
    """Write the lesser of each row's distance so far and that to each candidate, and add them up."""
    d = vectors.shape[1]
    here = np.empty(d, dtype=picked.dtype)
    for row in range(start, stop):
        factor = scale[row] if len(scale) > 0 else picked.dtype.type(1)
        for j in range(d):
            here[j] = vectors[row, j] * factor
        nearest = closest[row]
        for c in range(len(picked)):
            squared = picked.dtype.type(0)
            for j in range(d):
                gap = here[j] - picked[c, j]
                squared += gap * gap
            if nearest < squared:
                squared = nearest
            gaps[c, row] = squared
            sums[c] += weights[row] * squared
