"""The clusters of a run as a file that any other tool reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clusterby.core.errors import UnwritableTarget
from clusterby.fiftyone.alone import undisturbed
from clusterby.fiftyone.load import loaded
from clusterby.fiftyone.target import Target
from clusterby.groups import ClusterBy
from clusterby.tables import build_native, open_table, write_table

__all__ = ["export_clusters", "write_clusters"]


def export_clusters(dataset: Any, run_key: str, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write each item's id, file, cluster, name and strength to a csv or parquet file; return its path.

    Raises
    ------
    UnwritableTarget
        If the file is there and not to be replaced, or cannot be written.
    """
    return write_clusters(*undisturbed(loaded)(dataset, run_key), path, overwrite=overwrite)


def write_clusters(target: Target, groups: ClusterBy, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a row per item: id, sample, file, cluster, name, strength and distance to the center.

    Items that were skipped are there, without a cluster.
    """
    rows = groups.embeddings.rows
    labels = np.ma.asarray(groups.labels_)
    names = [None if c is np.ma.masked else groups.names_.get(int(c)) for c in labels]
    distances = np.ma.MaskedArray(np.zeros(len(target)), mask=True)
    distances[rows] = groups.distances()
    columns = {
        "id": list(target.ids),
        "sample_id": list(target.sample_ids),
        "filepath": target.values("filepath"),
    }
    table = open_table(build_native(columns, kind="pyarrow"))
    strengths = groups.probabilities_
    new = {"cluster": labels, "name": np.array(names, dtype=object), "distance": distances}
    if strengths is not None:
        new["strength"] = strengths
    path = Path(path)
    if path.exists() and not overwrite:
        raise UnwritableTarget(f"{str(path)!r} is there already: give another name, or overwrite=True")
    return write_table(open_table(table.with_columns(new)), path)
