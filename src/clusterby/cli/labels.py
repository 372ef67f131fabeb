"""The rows with their clusters, as a csv or parquet file."""

from __future__ import annotations

from pathlib import Path

from clusterby.cli.source import open_frame
from clusterby.groups.frame import labelled_frame
from clusterby.groups.result import ClusterBy
from clusterby.tables import open_table, write_table

__all__ = ["SUFFIXES", "write_labels"]

SUFFIXES = (".csv", ".parquet")


def write_labels(groups: ClusterBy, path: Path) -> Path:
    """Write every row with its cluster, its cluster's name where there are any, and return the path.

    Samples of a FiftyOne dataset are written by their ids, with the fields that hold no vectors.
    """
    strengths = groups.probabilities_
    frame = labelled_frame(
        open_frame(groups.table), groups.labels_, label_column="cluster", rows=None, embeddings=None,
        names=("cluster_name" if groups.names_ else None, groups.names_),
        strengths=(None if strengths is None else "cluster_strength", strengths, groups.partition.method),
    )  # fmt: skip
    return write_table(open_table(frame), path)
