"""Disjoint sets of numbers, as parents in an array."""

from __future__ import annotations

from clusterby.kernels.arrays import Ints
from clusterby.kernels.compiled import compiled

__all__ = ["root"]


@compiled
def root(parents: Ints, one: int) -> int:
    """Return the number that stands for the set of `one`, and halve the path to it, in place.

    Parameters
    ----------
    parents : int (n,)
        Of each number another one of its set, or itself where it stands for the set.
    one : int
        0 to n − 1.

    Notes
    -----
    Path halving: Tarjan & van Leeuwen (1984), *Worst-case analysis of set union algorithms*.

    Examples
    --------
    >>> import numpy as np
    >>> parents = np.array([0, 0, 1, 2])
    >>> root(parents, 3), parents.tolist()
    (0, [0, 0, 1, 1])
    """
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one
