"""`--save KEY`: a clustering that is kept, in the project's folder or as a run on its FiftyOne dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import clusterby as cb
import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter
from clusterby.groups.result import ClusterBy
from clusterby.runs.key import check_key, check_no_twin
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["check_free", "check_save", "save_clusters"]


def check_free(key: str, *, overwrite: bool) -> None:
    """Refuse a key of the project that is taken, before any work is done.

    Raises
    ------
    InvalidParameter
        If it is no key, or there is such a run and it is not to be replaced, or one that differs by case alone.
    """
    known = [facts.key for facts in cb.runs.list()]
    if check_key(key) in known and not overwrite:
        raise InvalidParameter(
            f"--save {key}: there is a run of that key; choose another one, or give --overwrite"
        )
    check_no_twin(key, known)


def check_save(key: str, table: FiftyOneTable, by: Any, *, encoder: str) -> None:
    """Refuse a run that could not be told by one field and one encoder, before any work is done.

    Raises
    ------
    InvalidParameter
        If it could not.
    """
    if not isinstance(by, str):
        raise InvalidParameter(f"--save {key}: a run is made by one field; give --by once, without a weight")
    if encoder != "auto" and table.type_of(by) == "vector":
        raise InvalidParameter(f"--save {key}: {by!r} holds vectors already; leave --encoder out")


def save_clusters(
    key: str,
    table: FiftyOneTable,
    by: str,
    *,
    encoder: str,
    parameters: Mapping[str, Any],
    modality: str | None = None,
    **options: Any,
) -> tuple[ClusterBy, dict[str, Any]]:
    """Cluster a dataset by one of its fields and keep the run; return the clusters, and what to say of the run."""
    if table.type_of(by) == "vector":
        vectors: dict[str, Any] = {"embeddings": by}
    else:
        vectors = {"encoder": encoder, "by": None if by == "filepath" else by, "modality": modality}
    groups = cbf.compute_clusters(table.native, key, **vectors, **options, **parameters)
    info = cbf.clustering_info(table.native, key)
    return groups, {"run": key, "field": info["cluster_field"], "encoders": list(info["encoder"])}
