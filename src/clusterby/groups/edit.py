"""Changes a person makes to clusters: each gives new labels and says how to repeat it on new rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE, Partition
from clusterby.kernels.centers import nearest_center

__all__ = ["Edits", "check_names", "merge", "parse_merges", "reassign_noise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What was changed since the clusterer ran, so that predictions follow.

    Parameters
    ----------
    merged_into : mapping of int to int
        The cluster that each merged cluster of the clusterer became part of.
    noise_reassigned : bool
        Whether noise goes to the nearest center.
    """

    merged_into: Mapping[int, int] = field(default_factory=dict)
    noise_reassigned: bool = False

    def apply(self, labels: IntArray, vectors: FloatArray, partition: Partition) -> IntArray:
        """Return the clusterer's labels of these vectors as they are after the edits to `partition`."""
        labels = _mapped(labels, self.merged_into)
        if self.noise_reassigned and partition.n_clusters:
            lost = labels == NOISE
            labels[lost] = partition.clusters[nearest_center(vectors[lost], partition.centers)[0]]
        return labels


def parse_merges(groups: Iterable[Any], known: Iterable[int]) -> dict[int, int]:
    """Return into which cluster each cluster goes: the lowest id of its group.

    Parameters
    ----------
    groups : iterable of int, or iterable of iterables of int
        One group of clusters to merge, or several.
    known : iterable of int
        The clusters there are.

    Raises
    ------
    InvalidParameter
        If a group has fewer than two clusters, names one that is not there, or two groups share one.

    Examples
    --------
    >>> parse_merges([[4, 1], [2, 3]], known=range(5))
    {4: 1, 3: 2}
    """
    listed = list(groups)
    several = all(isinstance(g, (list, tuple, set)) for g in listed)
    known = set(known)
    into: dict[int, int] = {}
    taken: set[int] = set()
    for group in listed if several else [listed]:
        ids = set(group)
        if len(ids) < 2:
            raise InvalidParameter(f"merged({group!r}): give at least two clusters to merge")
        if unknown := ids - known:
            raise InvalidParameter(
                f"no cluster {', '.join(map(repr, sorted(unknown, key=str)))} to merge. There are: {_listed(known)}"
            )
        if twice := ids & taken:
            raise InvalidParameter(f"cluster {min(twice)} is in two of the groups to merge: name it once")
        taken |= ids
        into |= {i: min(ids) for i in sorted(ids, reverse=True) if i != min(ids)}
    return into


def merge(partition: Partition, into: Mapping[int, int]) -> Partition:
    """Return the partition with clusters merged; the center of each is the mean of theirs, by their sizes.

    Parameters
    ----------
    partition : Partition
    into : mapping of int to int
        The cluster that each one becomes part of.
    """
    labels = _mapped(partition.labels, into)
    old = partition.clusters
    weights = np.array([partition.sizes[int(c)] for c in old], dtype=np.float64)
    homes = np.array([into.get(int(c), int(c)) for c in old])
    new = np.unique(homes)
    shares = np.where(homes == new[:, None], weights, 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    return replace(partition, labels=labels, centers=(shares @ partition.centers).astype(np.float32))


def reassign_noise(partition: Partition, vectors: FloatArray) -> Partition:
    """Return the partition with every noise vector in the cluster whose center is nearest.

    Centers stay where they are, so that outliers do not move them. Where the method gives strengths,
    a reassigned vector's is one minus the ratio of its distances to the nearest and the next nearest center.
    """
    lost = partition.labels == NOISE
    if not lost.any() or not partition.n_clusters:
        return partition
    nearest, margin = nearest_center(vectors[lost], partition.centers)
    labels = partition.labels.copy()
    labels[lost] = partition.clusters[nearest]
    strengths = partition.strengths
    if strengths is not None:
        strengths = strengths.copy()
        strengths[lost] = margin
    return replace(partition, labels=labels, strengths=strengths)


def check_names(names: Mapping[int, str], known: Sequence[int], kept: Mapping[int, str]) -> dict[int, str]:
    """Return `kept` with the new names; each must be for a cluster there is, not empty, and borne by one alone.

    Raises
    ------
    InvalidParameter
        If one is not.
    """
    for cluster, name in names.items():
        if cluster not in known:
            raise InvalidParameter(f"no cluster {cluster!r} to rename. There are: {_listed(known)}")
        if not isinstance(name, str) or not name.strip():
            raise InvalidParameter(f"name {name!r} for cluster {cluster}: give a word or two")
    together = {**kept, **{cluster: name.strip() for cluster, name in names.items()}}
    bearers: dict[str, int] = {}
    for cluster, name in together.items():
        if name in bearers:
            raise InvalidParameter(
                f"clusters {bearers[name]} and {cluster} would both be named {name!r}: choose another name, or merge them"
            )
        bearers[name] = cluster
    return dict(sorted(together.items()))


def _mapped(labels: IntArray, into: Mapping[int, int]) -> IntArray:
    mapped = labels.copy()
    for old, new in into.items():
        mapped[labels == old] = new
    return mapped


def _listed(ids: Iterable[int], most: int = 20) -> str:
    ordered = sorted(ids)
    shown = ", ".join(map(str, ordered[:most]))
    return f"{shown} and {len(ordered) - most} more" if len(ordered) > most else shown
