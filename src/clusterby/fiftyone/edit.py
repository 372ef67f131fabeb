"""Edit and name the clusters of a run: the results first, then the fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.fiftyone import fields, original
from clusterby.fiftyone.alone import undisturbed
from clusterby.fiftyone.change import edit_run
from clusterby.fiftyone.clean import check_idle
from clusterby.fiftyone.load import opened, over, restored
from clusterby.fiftyone.store import Stored, read
from clusterby.fiftyone.target import Target
from clusterby.groups import ClusterBy
from clusterby.runs import RunRecord, record_of
from clusterby.runs.record import EXEMPLARS

__all__ = ["merge_clusters", "name_clusters", "rename_cluster"]


def rename_cluster(dataset: Any, run_key: str, cluster: int, name: str) -> ClusterBy:
    """Give a cluster a name; its id stays. See :meth:`clusterby.ClusterBy.renamed` for what is refused."""
    return _edit(dataset, run_key, lambda groups: groups.renamed({cluster: name}))


def merge_clusters(dataset: Any, run_key: str, clusters: Iterable[int]) -> ClusterBy:
    """Let clusters be one, under the lowest of their ids; see :meth:`clusterby.ClusterBy.merged`."""
    ids = list(clusters)
    return _edit(dataset, run_key, lambda groups: groups.merged(ids))


def name_clusters(
    dataset: Any,
    run_key: str,
    *,
    namer: Any = "auto",
    names: Mapping[int, str] | None = None,
    column: str | None = None,
    replace_names: bool = True,
    **options: Any,
) -> ClusterBy:
    """Name a run's clusters: as given, or by a namer; their ids stay.

    A cluster that the namer cannot name keeps the name it has, or gets none; ``naming_`` of the result says why.

    Parameters
    ----------
    dataset : Dataset or DatasetView
    run_key : str
    namer, column, replace_names, **options
        As for :meth:`clusterby.ClusterBy.name`. Nothing leaves the machine unless `namer` says so.
    names : mapping of int to str, optional
        Names to give instead.

    Raises
    ------
    UnknownName, InvalidParameter, EndpointError
        If there is no such run or namer, or a chat model cannot be asked; the run stays as it was.
    """
    if names is not None:
        return _edit(dataset, run_key, lambda groups: groups.renamed(names) if names else groups)
    before = _editable(dataset, run_key)[2]
    named = before.name(
        namer, column=column, replace_names=replace_names, **options
    )  # nobody is kept out meanwhile
    found, known = named.naming_, before.naming_.names
    new = replace(found, names={c: name for c, name in found.names.items() if known.get(c) != name})

    def name(groups: ClusterBy) -> ClusterBy:
        if not np.array_equal(groups.partition.labels, named.partition.labels):
            raise InvalidParameter(
                f"the clusters of run {run_key!r} were changed while they were being named: name them again; what a model "
                "answered is kept"
            )
        return groups.with_names(new)

    return _edit(dataset, run_key, name) if new.names else named


@undisturbed
def _edit(dataset: Any, run_key: str, change: Callable[[ClusterBy], ClusterBy]) -> ClusterBy:
    """Replace a run's result by an edited one, and set what that changes of its fields."""
    stored, target, groups = _editable(dataset, run_key)
    edited = change(groups)
    if edited is groups:
        return groups
    record = _record(edited, over(stored.record, stored.ids, target.ids))
    edit_run(target, run_key, replace(stored, record=record, ids=target.ids), stored)
    return edited


@undisturbed
def _editable(dataset: Any, run_key: str) -> tuple[Stored, Target, ClusterBy]:
    """Return a run that may be edited: as it is stored, its items, and its result."""
    dataset, config = opened(dataset, run_key)
    if original.is_original(config):
        raise InvalidParameter(
            f"run {run_key!r} was written by the original plugin and is never rewritten: cluster again to edit clusters"
        )
    check_idle(dataset, run_key)
    fields.check_writable(dataset, run_key)
    stored = read(dataset, run_key)
    for role, path in stored.paths.items():
        fields.check_field(dataset, path, run=run_key, role=role)
    return stored, *restored(dataset, stored)


def _record(edited: ClusterBy, earlier: RunRecord) -> RunRecord:
    """Return the record of an edited result; what its vectors would tell stays open where they are not kept."""
    if np.array_equal(edited.partition.labels, earlier.partition.labels):
        return replace(earlier, names=dict(edited.names_), naming=edited.naming_.names)
    try:
        return record_of(edited, seconds=earlier.seconds, earlier=earlier)
    except InvalidVectors:
        return _record_without_vectors(edited, earlier)


def _record_without_vectors(edited: ClusterBy, earlier: RunRecord) -> RunRecord:
    """Return the record of merged clusters: their exemplars are the best of each, and distances to their centers unknown."""
    before, now = earlier.partition.labels, edited.partition.labels
    distances = earlier.distances.copy()
    distances[np.isin(now, np.unique(now[before != now]))] = np.nan
    nearness = dict(zip(earlier.rows.tolist(), earlier.distances.tolist(), strict=True))
    best: dict[int, list[int]] = {int(c): [] for c in edited.partition.clusters}
    for cluster, rows in earlier.exemplars.items():
        best[edited.edits.merged_into.get(cluster, cluster)] += rows.tolist()
    return replace(
        earlier,
        partition=edited.partition,
        made=earlier.made or earlier.partition,
        merged_into=dict(edited.edits.merged_into),
        names=dict(edited.names_),
        naming=edited.naming_.names,
        quality=None,
        distances=distances,
        exemplars={
            cluster: np.array(sorted(rows, key=nearness.__getitem__)[:EXEMPLARS], dtype=np.int64)
            for cluster, rows in best.items()
        },
    )
