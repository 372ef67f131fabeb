"""The rows with their clusters, as a csv or parquet file."""

from __future__ import annotations

from pathlib import Path

from clusterby.groups.clusterby import ClusterBy
from clusterby.tables import open_table, write_table

__all__ = ["SUFFIXES", "write_labels"]

SUFFIXES = (".csv", ".parquet")


def write_labels(groups: ClusterBy, path: Path) -> Path:
    """Write every row with its cluster, its cluster's name where there are any, and return the path."""
    frame = groups.to_frame(
        name_column="cluster_name" if groups.names_ else None,
        score_column="cluster_strength" if groups.probabilities_ is not None else None,
    )
    return write_table(open_table(frame), path)
