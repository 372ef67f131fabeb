"""First names of clusters: the words that fit each one best."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.partition import Partition
from clusterby.ops.condition import Conditioned

__all__ = ["first_names"]

_BY_WORD = frozenset({"scores", "softmax"})
"""Methods that make one dimension of each word."""


def first_names(
    blocks: Sequence[tuple[Conditioned | None, FloatArray]], partition: Partition
) -> dict[int, str]:
    """Return a name for each cluster, from the candidate words of the instructions that were followed.

    A word that fits two clusters best is given to both, with a number: ``"beach"`` and ``"beach 2"``. Where several columns
    have words, a name has one of each.

    Parameters
    ----------
    blocks : sequence of (Conditioned or None, float32 (k, r))
        For each column what an instruction made of its vectors, and the clusters' centers in its dimensions.
    partition : Partition
        The clusters.
    """
    words = [_best_words(how, centers) for how, centers in blocks if how is not None and how.followed.words]
    if not words:
        return {}
    best = [", ".join(chosen) for chosen in zip(*words, strict=True)]
    names: dict[int, str] = {}
    for cluster, name in zip(partition.clusters.tolist(), best, strict=True):
        taken = {*best, *names.values()}
        numbered = (f"{name} {number}" for number in count(2))
        names[cluster] = name if name not in names.values() else next(n for n in numbered if n not in taken)
    return names


def _best_words(how: Conditioned, centers: FloatArray) -> list[str]:
    fit = centers if how.subspace.method in _BY_WORD else centers @ how.words.T
    return [how.followed.words[best] for best in np.argmax(fit, axis=1)]
