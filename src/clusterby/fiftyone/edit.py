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
from clusterby.fiftyone.store import read
from clusterby.groups import ClusterBy
from clusterby.groups.describe import marks
from clusterby.runs import RunRecord, record_of
from clusterby.runs.record import EXEMPLARS

__all__ = ["marking_names", "merge_clusters", "name_clusters", "rename_cluster"]


def rename_cluster(dataset: Any, run_key: str, cluster: int, name: str) -> ClusterBy:
    """Give a cluster a name; its id stays. See :meth:`clusterby.ClusterBy.renamed` for what is refused."""
    return _edit(dataset, run_key, lambda groups: groups.renamed({cluster: name}))


def merge_clusters(dataset: Any, run_key: str, clusters: Iterable[int]) -> ClusterBy:
    """Let clusters be one, under the lowest of their ids; see :meth:`clusterby.ClusterBy.merged`."""
    ids = list(clusters)
    return _edit(dataset, run_key, lambda groups: groups.merged(ids))


def name_clusters(dataset: Any, run_key: str, *, names: Mapping[int, str] | None = None) -> ClusterBy:
    """Name a run's clusters: as given, or by what marks each of them in the dataset's other fields.

    A cluster that nothing marks keeps the name it has, or gets none. Two that the same values mark are told apart by their
    next mark, or else numbered.
    """

    def name(groups: ClusterBy) -> ClusterBy:
        found = dict(names) if names is not None else marking_names(groups)
        return groups.renamed(found) if found else groups

    return _edit(dataset, run_key, name)


def marking_names(groups: ClusterBy) -> dict[int, str]:
    """Return a name for each cluster that values of other fields mark: ``"red, small"``."""
    found: dict[int, str] = {}
    words: dict[int, list[str]] = {int(c): [] for c in groups.partition.clusters}
    for mark in marks(groups.table, groups.rows, leave_out=groups.by, most=6):
        if int(mark.key) not in words:
            continue
        word = (
            mark.value if mark.value is not None else f"{'high' if mark.effect > 0 else 'low'} {mark.column}"
        )
        if word not in words[int(mark.key)]:
            words[int(mark.key)].append(word)
    for cluster, said in words.items():
        for most in range(1, len(said) + 1):
            name = ", ".join(said[:most])
            if name not in found.values():
                found[cluster] = name
                break
        else:
            if said:
                found[cluster] = _numbered(said[0], found)
    return found


@undisturbed
def _edit(dataset: Any, run_key: str, change: Callable[[ClusterBy], ClusterBy]) -> ClusterBy:
    """Replace a run's result by an edited one, and set what that changes of its fields."""
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
    target, groups = restored(dataset, stored)
    edited = change(groups)
    if edited is groups:
        return groups
    record = _record(edited, over(stored.record, stored.ids, target.ids))
    edit_run(target, run_key, replace(stored, record=record, ids=target.ids), stored)
    return edited


def _record(edited: ClusterBy, earlier: RunRecord) -> RunRecord:
    """Return the record of an edited result; what its vectors would tell stays open where they are not kept."""
    if np.array_equal(edited.partition.labels, earlier.partition.labels):
        return replace(earlier, names=dict(edited.names_))
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
        quality=None,
        distances=distances,
        exemplars={
            cluster: np.array(sorted(rows, key=nearness.__getitem__)[:EXEMPLARS], dtype=np.int64)
            for cluster, rows in best.items()
        },
    )


def _numbered(word: str, taken: Mapping[int, str]) -> str:
    number = 2
    while f"{word} {number}" in taken.values():
        number += 1
    return f"{word} {number}"
