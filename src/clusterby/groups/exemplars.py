"""The rows that stand for a cluster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.partition import NOISE, Partition

__all__ = ["distances_to_centers", "exemplar_rows"]

_BLOCK = 8_192
"""Rows whose centers are gathered at a time."""


def exemplar_rows(embeddings: Embeddings, partition: Partition, most: int) -> dict[int, IntArray]:
    """Return the table rows of each cluster that lie nearest its center, nearest first.

    Parameters
    ----------
    embeddings : Embeddings
        The vectors that were clustered.
    partition : Partition
        Their clusters.
    most : int
        How many rows a cluster may give.

    Returns
    -------
    dict of int to int64 (≤ most,)
        Positions in the table; rows at equal distance in table order.
    """
    distances = distances_to_centers(embeddings, partition)
    order = np.lexsort((embeddings.rows, distances, partition.labels))
    labels = partition.labels[order]
    starts = np.searchsorted(labels, partition.clusters)
    ends = np.searchsorted(labels, partition.clusters, side="right")
    return {
        int(cluster): embeddings.rows[order[start : min(end, start + most)]]
        for cluster, start, end in zip(partition.clusters, starts, ends, strict=True)
    }


def distances_to_centers(embeddings: Embeddings, partition: Partition) -> NDArray[np.float64]:
    """Return each vector's squared euclidean distance to its cluster's center, (m,); infinite for noise."""
    distances = np.full(len(embeddings), np.inf)
    if not partition.n_clusters:
        return distances
    place = np.searchsorted(partition.clusters, partition.labels)
    for start in range(0, len(embeddings), _BLOCK):
        block = slice(start, start + _BLOCK)
        member = partition.labels[block] != NOISE
        gap = embeddings.vectors[block][member] - partition.centers[place[block][member]]
        distances[block][member] = np.einsum("ij,ij->i", gap, gap, dtype=np.float64)
    return distances
