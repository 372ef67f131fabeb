"""Runs that the original clustering plugin wrote: listed, inspected and loaded, and never rewritten."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from fiftyone.core.runs import Run

from clusterby.clusterers.fit import Fitted
from clusterby.core.column import FloatArray, Skipped
from clusterby.core.embeddings import LateEmbeddings
from clusterby.core.errors import InvalidParameter, InvalidTable, InvalidVectors
from clusterby.core.partition import Partition
from clusterby.fiftyone.colors import forget_colors
from clusterby.fiftyone.store import config_at
from clusterby.fiftyone.target import Target, resolve_target
from clusterby.groups import ClusterBy
from clusterby.groups.making import Known, Making
from clusterby.runs.plain import to_plain
from clusterby.tables import open_table

__all__ = ["delete", "field_of", "info", "is_original", "restored"]

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
    run = Run._get_run_doc(dataset, key)  # its class may be nowhere, and FiftyOne would import it
    created = None if run.timestamp is None else run.timestamp.isoformat(timespec="seconds")
    config = config_at(dataset, key)
    return {
        "run_key": key, **_parameters(config), "method": config.method, "cluster_field": field_of(config, key),
        "fiftyone": run.version, "created": created, "written_by": "the original clustering plugin",
    }  # fmt: skip


def delete(dataset: Any, key: str) -> list[str]:
    """Delete a run, and its field if that is the plugin's default one; return the field's path.

    Raises
    ------
    InvalidParameter
        If somebody has made the field read-only.
    """
    path = f"{key}_cluster"
    field = dataset.get_field(path) if field_of(config_at(dataset, key), key) == path else None
    if field is not None and field.read_only:
        raise InvalidParameter(
            f"the field {path!r} of run {key!r} is read-only: set its read_only to False and save it first"
        )
    if field is not None:
        forget_colors(dataset, path)
        dataset.delete_sample_field(path)
    dataset.delete_run(key)
    return [] if field is None else [path]


def _parameters(config: Any) -> dict[str, Any]:
    """Return the parameters of a method as they were kept with a run."""
    kept: dict[str, Any] = to_plain(vars(config))
    return {k: v for k, v in kept.items() if k not in ("cls", "type", "method", "cluster_field")}


def restored(dataset: Any, key: str) -> tuple[Target, ClusterBy]:
    """Return what a run is about, and its clusters as the field holds them; it kept no vectors, centers or seed.

    Clusters are numbered as the field numbers them; where they have been named over, in the order of their names.

    Raises
    ------
    InvalidTable
        If the field is gone.
    """
    config = config_at(dataset, key)
    field = field_of(config, key)
    target = resolve_target(dataset.load_run_view(key))
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
        parameters=_parameters(config),
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
    known = Known(quality=None, exemplars=exemplars, distances=np.full(len(rows), np.nan, dtype=np.float32))
    return target, ClusterBy(making, partition, names=names, known=known)


def _is_whole(word: str) -> bool:
    return word.removeprefix("-").isdecimal()
