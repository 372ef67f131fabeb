"""How two clusterings of one dataset agree."""

from __future__ import annotations

from typing import Any

import numpy as np

from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone.load import load_clusters
from clusterby.groups import ClusterBy
from clusterby.runs.comparison import Comparison, compare_labels

__all__ = ["compare_clusters", "compare_results", "labels_by_id"]


def compare_clusters(dataset: Any, a: str, b: str) -> Comparison:
    """Return how two clusterings of a dataset agree about the items that are in both.

    Parameters
    ----------
    dataset : Dataset
    a, b : str
        Their keys.

    Returns
    -------
    Comparison
        The contingency table, the adjusted Rand index, and which clusters split or merged.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    InvalidParameter
        If no item was clustered in both: one is of samples and the other of patches, say.
    """
    return compare_results(load_clusters(dataset, a), load_clusters(dataset, b), keys=(a, b))


def compare_results(one: ClusterBy, other: ClusterBy, *, keys: tuple[str, str]) -> Comparison:
    """Return how two results that were loaded from a dataset agree; `keys` is what messages call them.

    Raises
    ------
    InvalidParameter
        If no item was clustered in both.
    """
    first, second = labels_by_id(one), labels_by_id(other)
    both = [identifier for identifier in first if identifier in second]
    if not both:
        raise InvalidParameter(
            f"runs {keys[0]!r} and {keys[1]!r} have no item in common: compare runs of the same samples, patches or frames"
        )
    return compare_labels(
        np.array([first[i] for i in both], dtype=np.int64), np.array([second[i] for i in both], dtype=np.int64),
        only=(len(first) - len(both), len(second) - len(both)),
        names=(one.names_, other.names_), matched="identity",
    )  # fmt: skip


def labels_by_id(groups: ClusterBy) -> dict[str, int]:
    """Return the cluster of each item that was clustered, by its id."""
    ids = groups.table.ids(groups.embeddings.rows)
    return dict(zip(ids, groups.partition.labels.tolist(), strict=True))
