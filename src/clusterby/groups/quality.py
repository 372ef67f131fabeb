"""How good a clustering is, measured in the space it was made in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clusterby.core.embeddings import Embeddings
from clusterby.core.partition import NOISE, Partition
from clusterby.groups.exemplars import distances_to_centers
from clusterby.ops.silhouette import mean_silhouette

__all__ = ["Quality", "measure_quality"]

_SAMPLE = 3_000
"""Rows the silhouette is measured on; it compares all pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Measures of a clustering, all in the embedding space, noise left out.

    Parameters
    ----------
    silhouette : float
        Mean silhouette, −1 to 1 (Rousseeuw 1987): how much nearer rows are to their own cluster than to the
        next; NaN with fewer than two clusters.
    sample : int
        How many rows the silhouette was measured on.
    explained : float
        The share of the rows' variance that lies between clusters, 0 to 1.
    cohesion : mapping of int to float
        For each cluster one minus its variance over that of all rows: 1 where all its rows are equal, 0
        where it is as wide as the whole table, below 0 where it is wider.
    noise : float
        The share of rows in no cluster.
    """

    silhouette: float
    sample: int
    explained: float
    cohesion: Mapping[int, float]
    noise: float


def measure_quality(embeddings: Embeddings, partition: Partition, *, random_state: int) -> Quality:
    """Return the measures of a partition of these vectors."""
    member = partition.labels != NOISE
    noise = 1 - float(member.mean())
    if not partition.n_clusters:
        return Quality(silhouette=float("nan"), sample=0, explained=0.0, cohesion={}, noise=noise)
    vectors, labels = embeddings.vectors[member], partition.labels[member]
    spread = float(vectors.var(axis=0, dtype=np.float64).sum())
    distances = distances_to_centers(embeddings, partition)[member]
    place = np.searchsorted(partition.clusters, labels)
    within = np.bincount(place, weights=distances) / np.bincount(place)
    cohesion = 1 - within / spread if spread > 0 else np.ones_like(within)
    score, sample = mean_silhouette(vectors, labels, most=_SAMPLE, random_state=random_state)
    return Quality(
        silhouette=score,
        sample=sample,
        explained=1 - float(distances.mean()) / spread if spread > 0 else 1.0,
        cohesion=dict(zip(partition.clusters.tolist(), cohesion.tolist(), strict=True)),
        noise=noise,
    )
