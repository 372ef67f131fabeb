"""The rows with their clusters, as a csv or parquet file."""

from __future__ import annotations

from pathlib import Path

from clusterby.core.errors import InvalidParameter
from clusterby.groups.clusterby import ClusterBy
from clusterby.tables import open_table, write_table

__all__ = ["check_target", "write_labels"]

_SUFFIXES = (".csv", ".parquet")


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a path that cannot be written to, before any work is done.

    Raises
    ------
    InvalidParameter
        If the suffix is not one of a table, the folder is missing, or the file is there already.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise InvalidParameter(f"--labels {path}: the name must end in {' or '.join(_SUFFIXES)}")
    if not path.parent.is_dir():
        raise InvalidParameter(f"--labels {path}: there is no folder {path.parent}; make it first")
    if path.exists() and not overwrite:
        raise InvalidParameter(
            f"--labels {path}: the file is there already; choose another name, or add --overwrite"
        )


def write_labels(groups: ClusterBy, path: Path) -> Path:
    """Write every row with its cluster, its cluster's name where there are any, and return the path."""
    frame = groups.to_frame(
        name_column="cluster_name" if groups.names_ else None,
        score_column="cluster_strength" if groups.probabilities_ is not None else None,
    )
    return write_table(open_table(frame), path)
