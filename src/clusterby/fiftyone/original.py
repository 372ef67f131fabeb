"""Runs that the original clustering plugin wrote: listed, inspected and loaded, and never rewritten."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from clusterby.clusterers.fit import Fitted
from clusterby.core.column import FloatArray, Skipped
from clusterby.core.embeddings import LateEmbeddings
from clusterby.core.errors import InvalidTable, InvalidVectors
from clusterby.core.partition import Partition
from clusterby.fiftyone.target import resolve_target
from clusterby.groups import ClusterBy
from clusterby.groups.clusterby import Known, Making
from clusterby.tables import open_table

__all__ = ["field_of", "info", "is_original", "load"]

_METHODS = frozenset({"kmeans", "birch", "agglomerative", "hdbscan"})


def is_original(config: Any) -> bool:
    """Whether a run's config was written by the original plugin."""
    return (
        getattr(config, "method", None) in _METHODS
        and hasattr(config, "cluster_field")
        and not hasattr(config, "schema")
    )


def field_of(config: Any, key: str) -> str:
    """Return the field that its labels are in."""
    return getattr(config, "cluster_field", None) or f"{key}_cluster"


def info(dataset: Any, key: str) -> dict[str, Any]:
    """Return what is known of a run."""
    run = dataset.get_run_info(key)
    kept = {k: v for k, v in run.config.serialize().items() if k not in ("cls", "type")}
    created = None if run.timestamp is None else run.timestamp.isoformat(timespec="seconds")
    return {
        "run_key": key, **kept, "cluster_field": field_of(run.config, key), "fiftyone": run.version, "created": created,
        "written_by": "the original clustering plugin",
    }  # fmt: skip


def load(dataset: Any, key: str) -> ClusterBy:
    """Return a run's clusters as its field holds them; it kept no vectors, centers or seed.

    Clusters are numbered as the field numbers them; where they have been named over, in the order of their names.

    Raises
    ------
    InvalidTable
        If the field is gone.
    """
    config = dataset.get_run_info(key).config
    field = field_of(config, key)
    view = dataset.load_run_view(key)
    target = resolve_target(view)
    local = target.local_path(field)
    if target.view.get_field(local) is None:
        raise InvalidTable(
            f"run {key!r} of the original plugin wrote field {field!r}, which is gone: delete the run"
        )
    values = [getattr(value, "label", value) for value in target.values(local)]
    rows = np.array([i for i, value in enumerate(values) if value is not None], dtype=np.int64)
    if not len(rows):
        raise InvalidTable(f"field {field!r} of run {key!r} is empty: delete the run")
    words = [str(values[row]) for row in rows]
    numbered = all(_is_whole(word) for word in words)
    number = {w: int(w) if numbered else i for i, w in enumerate(sorted(set(words)))}
    labels = np.array([number[word] for word in words], dtype=np.int64)
    clusters = np.unique(labels[labels >= 0])
    partition = Partition(
        labels=labels, centers=np.full((len(clusters), 1), np.nan, dtype=np.float32), method=config.method,
        parameters={k: v for k, v in config.serialize().items() if k not in ("cls", "type", "method", "cluster_field")},
    )  # fmt: skip

    def gone() -> FloatArray:
        raise InvalidVectors(
            "the original plugin stored no vectors with its runs: cluster again to have them"
        )

    making = Making(
        table=open_table(target.view),
        by=MappingProxyType({field: 1.0}),
        embedder=None,
        embeddings=LateEmbeddings(
            gone, dimension=1, rows=rows, n_rows=len(values), column=field, space="",
            skipped=tuple(
                Skipped(row=i, column=field, reason="no label") for i, value in enumerate(values) if value is None
            ),
        ),
        fitted=Fitted(partition=partition, estimator=None, spec=None, predicts="nearest_neighbors"),
    )  # fmt: skip
    exemplars = {int(c): rows[labels == c] for c in clusters}
    names = {} if numbered else {i: word for word, i in number.items()}
    return ClusterBy(
        making, partition, names=names,
        known=Known(quality=None, exemplars=exemplars, distances=np.full(len(rows), np.nan, dtype=np.float32)),
    )  # fmt: skip


def _is_whole(word: str) -> bool:
    return word.removeprefix("-").isdecimal()
