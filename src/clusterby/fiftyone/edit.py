"""Edit and name the clusters of a run: the results first, then the fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone import fields, original
from clusterby.fiftyone.clean import clean_up
from clusterby.fiftyone.load import config_of, restored
from clusterby.fiftyone.store import Stored, read, register
from clusterby.fiftyone.target import Target
from clusterby.fiftyone.write import finish_fields, write_labels, write_names
from clusterby.groups import ClusterBy
from clusterby.groups.describe import marks
from clusterby.runs import record_of

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
    own = {c for c in groups.table.columns if mark_is_ours(groups, c)}
    found: dict[int, str] = {}
    words: dict[int, list[str]] = {int(c): [] for c in groups.partition.clusters}
    for mark in marks(groups.table, groups.rows, leave_out={*groups.by, *own}, most=6):
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


def mark_is_ours(groups: ClusterBy, column: str) -> bool:
    """Whether a column of the table is a field that a run of ours wrote."""
    field = groups.table.native.get_field(column)
    return fields.mark_of(field) is not None


def _edit(dataset: Any, run_key: str, change: Callable[[ClusterBy], ClusterBy]) -> ClusterBy:
    """Replace a run's result by an edited one: the results first, then the fields."""
    clean_up(dataset)
    config = config_of(dataset, run_key)
    if original.is_original(config):
        raise InvalidParameter(
            f"run {run_key!r} was written by the original plugin and is never rewritten: cluster again to edit clusters"
        )
    stored = read(dataset, run_key)
    target, groups = restored(dataset, stored)
    edited = change(groups)
    if edited is groups:
        return groups
    record = record_of(edited, seconds=stored.record.seconds, earlier=stored.record)
    new = replace(stored, record=record, ids=target.ids)
    _save(dataset, run_key, target, new, stored)
    return edited


def _save(dataset: Any, run_key: str, target: Target, new: Stored, old: Stored) -> None:
    with fields.writing() as token:
        for name in (old.cluster_field, old.names_field):
            path = target.path_of(name)
            if dataset.get_field(path) is not None:
                fields.set_state(dataset, path, "writing", token=token)
        register(dataset.load_run_view(run_key), dataset, run_key, new)
        if new.labels_by_id() != old.labels_by_id():
            write_labels(target, run_key, new, token=token, earlier=old)
        write_names(target, run_key, new, token=token, earlier=old)
        finish_fields(target, new)


def _numbered(word: str, taken: Mapping[int, str]) -> str:
    number = 2
    while f"{word} {number}" in taken.values():
        number += 1
    return f"{word} {number}"
