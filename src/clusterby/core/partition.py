"""Which vector belongs to which cluster, and how it came to be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidVectors

__all__ = ["NOISE", "Partition", "cluster_word"]

NOISE = -1
"""The label of a row that belongs to no cluster."""


def cluster_word(cluster: int) -> str:
    """Return what a cluster is called that has no name.

    Examples
    --------
    >>> cluster_word(3), cluster_word(NOISE)
    ('3', 'noise')
    """
    return "noise" if cluster == NOISE else str(cluster)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partition:
    """The result of clustering m vectors.

    Parameters
    ----------
    labels : int64 (m,)
        The cluster of each vector; −1 is noise.
    strengths : float32 (m,), optional
        How strongly each vector belongs to its cluster, 0 to 1, where the method says so.
    centers : float32 (k, d)
        The mean vector of each cluster, in the order of :attr:`clusters`, or the method's own.
    method : str
        The method's registered name or its class name.
    parameters : mapping of str to object
        Every parameter the clusterer ran with, defaults included.
    random_state : int, optional
        The seed; None where the method makes no random choice.
    k_scores : mapping of int to float, optional
        The score of each number of clusters that was tried, where k was chosen automatically.
    k_criterion : str, optional
        What those scores are.
    """

    labels: IntArray
    strengths: FloatArray | None = None
    centers: FloatArray
    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    random_state: int | None = None
    k_scores: Mapping[int, float] | None = None
    k_criterion: str | None = None

    def __post_init__(self) -> None:
        if self.labels.ndim != 1 or self.labels.dtype != np.int64:
            raise InvalidVectors(f"labels must be int64 (m,), not {self.labels.dtype} {self.labels.shape}")
        if self.strengths is not None and self.strengths.shape != self.labels.shape:
            raise InvalidVectors(f"{len(self.strengths)} strengths for {len(self.labels)} labels")
        if len(self.centers) != len(self.clusters):
            raise InvalidVectors(f"{len(self.centers)} centers for {len(self.clusters)} clusters")

    @property
    def clusters(self) -> IntArray:
        """The ids of the clusters that have members, increasing, noise left out."""
        ids = np.unique(self.labels)
        clusters: IntArray = ids[ids != NOISE]
        return clusters

    @property
    def sizes(self) -> dict[int, int]:
        """How many vectors each cluster has, by its id, noise left out."""
        ids, counts = np.unique(self.labels, return_counts=True)
        return {int(i): int(count) for i, count in zip(ids, counts, strict=True) if i != NOISE}

    @property
    def n_clusters(self) -> int:
        """How many clusters there are, noise left out."""
        return len(self.clusters)
