"""Runs as they come back from a dataset, in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidTable, InvalidVectors
from clusterby.fiftyone import original
from clusterby.fiftyone.alone import undisturbed
from clusterby.fiftyone.clean import clean_up
from clusterby.fiftyone.current import current_dataset
from clusterby.fiftyone.items import target_of
from clusterby.fiftyone.seen import seen_of
from clusterby.fiftyone.store import UNFINISHED, Stored, config_at, has_results, is_ours, read, unknown_run
from clusterby.fiftyone.target import Target, positions
from clusterby.fiftyone.vectors import read_again
from clusterby.groups import ClusterBy
from clusterby.groups.making import Seen
from clusterby.ops.condition import Conditioned
from clusterby.ops.kept import usable_cache
from clusterby.runs import RunRecord, groups_of
from clusterby.runs.over import moved
from clusterby.runs.plain import to_plain
from clusterby.tables import open_table

__all__ = [
    "clustering_info",
    "clustering_view",
    "list_clusterings",
    "load_clusters",
    "loaded",
    "opened",
    "over",
    "restored",
]


@undisturbed
def list_clusterings(dataset: Any) -> list[str]:
    """Return the keys of a dataset's clusterings, those of the original clustering plugin among them.

    Examples
    --------
    >>> list_clusterings("flowers")
    Traceback (most recent call last):
    clusterby.core.errors.InvalidTable: a str is no FiftyOne collection: give a dataset or a view
    """
    clean_up(dataset)
    dataset = current_dataset(dataset)
    return sorted(key for key in dataset.list_runs() if _is_clustering(dataset, key))


@undisturbed
def load_clusters(dataset: Any, run_key: str) -> ClusterBy:
    """Return a run's result, as :func:`compute_clusters` returned it, with every edit since.

    Its table are the items that were clustered and are still there; vectors are read from where they came from when
    something needs them.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    InvalidTable
        If the run is damaged, or none of its items is left.
    """
    return loaded(dataset, run_key)[1]


@undisturbed
def clustering_info(dataset: Any, run_key: str) -> dict[str, Any]:
    """Return what a run was made with, as plain values: method, parameters, seed, source of the vectors, versions, when.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    """
    dataset, config = opened(dataset, run_key)
    if original.is_original(config):
        return original.info(dataset, run_key)
    left_out = ("cls", "type", "run_kind", "pending")
    found = {name: value for name, value in to_plain(vars(config)).items() if name not in left_out}
    return {"run_key": run_key, "fiftyone": dataset.get_run_info(run_key).version, **found}


@undisturbed
def clustering_view(dataset: Any, run_key: str) -> Any:
    """Return the view that was clustered: of patches or frames if these were.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    InvalidTable
        If the view cannot be made any more, because a field that it is of is gone, say.
    """
    dataset, _ = opened(dataset, run_key)
    try:
        return dataset.load_run_view(run_key)
    except (AttributeError, KeyError, ValueError) as error:
        raise InvalidTable(f"the view of run {run_key!r} cannot be made any more: {error}") from None


def loaded(dataset: Any, key: str) -> tuple[Target, ClusterBy]:
    """Return the items of a clustering that are still there, and its result over them."""
    dataset, config = opened(dataset, key)
    if original.is_original(config):
        return original.restored(dataset, key)
    return restored(dataset, read(dataset, key))


def restored(dataset: Any, stored: Stored) -> tuple[Target, ClusterBy]:
    """Return the items of a stored run that are still there, and its result over them."""
    target = target_of(dataset, stored)
    if not len(target):
        raise InvalidTable("none of the items that were clustered is left in the dataset: delete the run")
    record = over(stored.record, stored.ids, target.ids)
    if not len(record.rows):
        raise InvalidTable(
            "only items without a cluster are left of those that were clustered: delete the run"
        )
    clustered = _some_of(target, [target.ids[row] for row in record.rows.tolist()])

    def vectors() -> FloatArray:
        found, how = read_again(clustered(), stored.source), record.conditioned
        return found if how is None else _transformed(found, how)

    def seen() -> Seen:
        raw = None if record.conditioned is None else lambda: read_again(clustered(), stored.source)
        return seen_of(target, stored.source, raw)

    return target, groups_of(record, open_table(target.view), vectors, cache=usable_cache(), seen=seen)


def _transformed(vectors: FloatArray, how: Conditioned) -> FloatArray:
    """Return vectors as the words of the run made them."""
    had = len(how.subspace.center)
    if vectors.shape[1] != had:
        raise InvalidVectors(
            f"the vectors have {vectors.shape[1]} dimensions now and had {had} when they were clustered: cluster again"
        )
    return how.subspace.transform(vectors)


def _some_of(target: Target, ids: Sequence[str]) -> Any:
    """Return what makes a target of some of the items, in that order."""

    def make() -> Target:
        if list(ids) == list(target.ids):
            return target
        owner = dict(zip(target.ids, target.sample_ids, strict=True))
        return replace(
            target,
            view=target.view.select(list(ids), ordered=True),
            ids=tuple(ids),
            sample_ids=tuple(owner[i] for i in ids),
        )

    return make


def opened(dataset: Any, key: Any) -> tuple[Any, Any]:
    """Clean up, and return the source dataset with the config of a clustering, of ours or of the original plugin's.

    Raises
    ------
    UnknownName
        If there is none.
    """
    clean_up(dataset)
    dataset = current_dataset(dataset)
    if not isinstance(key, str) or not dataset.has_run(key):
        raise unknown_run(dataset, key)
    config = config_at(dataset, key)
    if not is_ours(config) and not original.is_original(config):
        raise unknown_run(dataset, key)
    return dataset, config


def _is_clustering(dataset: Any, key: str) -> bool:
    """Whether a run is a clustering, and not one that another process is about to write."""
    config = config_at(dataset, key)
    if original.is_original(config):
        return True
    return is_ours(config) and not key.endswith(UNFINISHED) and has_results(dataset, key)


def over(record: RunRecord, ids: Sequence[str], left: Sequence[str]) -> RunRecord:
    """Return a record over the items that are left; their positions are those among them."""
    if list(ids) == list(left):
        return record
    return moved(record, np.array(positions(left, ids), dtype=np.int64), len(left))
