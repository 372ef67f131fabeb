"""`--save KEY`: a clustering that is kept as a run on its FiftyOne dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter
from clusterby.groups.clusterby import ClusterBy
from clusterby.tables.base import Table
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["check_save", "save_clusters"]


def check_save(key: str, table: Table, by: Any, *, encoder: str, modality: str | None) -> FiftyOneTable:
    """Return the table that a run can be kept of; refuse any other, before any work is done.

    Raises
    ------
    InvalidParameter
        If the table is no FiftyOne dataset, or the run could not be told by one field and one encoder.
    """
    if not isinstance(table, FiftyOneTable):
        raise InvalidParameter(
            f"--save {key}: runs are kept on fiftyone:NAME alone, those of other tables not yet; write --labels FILE"
        )
    if not isinstance(by, str):
        raise InvalidParameter(f"--save {key}: a run is made by one field; give --by once, without a weight")
    if modality is not None:
        raise InvalidParameter(f"--save {key}: the modality is the field's own; leave --modality out")
    if encoder != "auto" and table.type_of(by) == "vector":
        raise InvalidParameter(f"--save {key}: {by!r} holds vectors already; leave --encoder out")
    return table


def save_clusters(
    key: str, table: FiftyOneTable, by: str, *, encoder: str, parameters: Mapping[str, Any], **options: Any
) -> tuple[ClusterBy, dict[str, Any]]:
    """Cluster a dataset by one of its fields and keep the run; return the clusters, and what to say of the run."""
    if table.type_of(by) == "vector":
        vectors: dict[str, Any] = {"embeddings": by}
    else:
        vectors = {"encoder": encoder, "by": None if by == "filepath" else by}
    groups = cbf.compute_clusters(table.native, key, **vectors, **options, **parameters)
    info = cbf.clustering_info(table.native, key)
    return groups, {"run": key, "field": info["cluster_field"], "encoders": list(info["encoder"])}
