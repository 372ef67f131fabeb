"""What a killed process left behind: finished if its results are there, removed if not."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from clusterby.fiftyone import fields
from clusterby.fiftyone.store import UNFINISHED, Stored, finish, has_results, is_ours, read, update_config
from clusterby.fiftyone.target import Target, join_path, resolve_target
from clusterby.fiftyone.write import finish_fields, write_labels, write_names

__all__ = ["clean_up", "target_of"]

log = logging.getLogger(__name__)


def clean_up(dataset: Any, *, force: str | None = None) -> list[str]:
    """Finish or remove what processes that are gone left half-written; return the keys of these runs.

    Every call of this package begins with it. Runs and fields that another process is writing now are left to it.

    Parameters
    ----------
    dataset : Dataset
    force : str, optional
        A run that counts as left behind, though this process is writing it.
    """
    marked = list(fields.marked_fields(dataset))
    busy = {m.run for _, m in marked if m.state == "writing" and m.run != force and fields.writer_is_alive(m)}
    mended = _settle_runs(dataset, busy)
    homes = _fields_of_runs(dataset)
    for path, mark in marked:
        if mark.run in busy:
            continue
        key = homes.get(path) or (mark.run if mark.run in homes.values() else None)
        if key is None:
            fields.drop(dataset, path)
            mended.append(mark.run)
        elif path not in homes:
            _move_home(dataset, key, path, mark)
            mended.append(key)
        elif mark.run != key:
            fields.set_state(dataset, path, mark.state, run=key)
            mended.append(key)
    for key in {
        homes[path] for path, m in marked if path in homes and m.state == "writing" and m.run not in busy
    }:
        _write_again(dataset, key)
        mended.append(key)
    for key in sorted(set(mended)):
        log.warning("run %r of %s was left half-written: cleaned up", key, dataset.name)
    return sorted(set(mended))


def target_of(dataset: Any, stored: Stored) -> Target:
    """Return the items of a run that the dataset still has, in the order in which they were clustered."""
    if stored.kind == "samples":
        present = set(dataset.select(list(stored.ids)).values("id"))
        ids = tuple(i for i in stored.ids if i in present)
        view = dataset.select(list(ids), ordered=True)
        return Target(view=view, dataset=dataset, kind="samples", patches_field=None, ids=ids, sample_ids=ids)
    if stored.kind == "patches":
        return resolve_target(dataset.to_patches(stored.patches_field).select(list(stored.ids), ordered=True))
    return resolve_target(dataset.to_frames().select(list(stored.ids), ordered=True))


def _settle_runs(dataset: Any, busy: set[str]) -> list[str]:
    """Remove runs that never got their results; put those in place that were to replace another."""
    mended = []
    for key in dataset.list_runs():
        plain = key.removesuffix(UNFINISHED)
        if plain in busy or not is_ours(dataset.get_run_info(key).config):
            continue
        if not has_results(dataset, key):
            dataset.delete_run(key)
            mended.append(plain)
        elif key.endswith(UNFINISHED):
            finish(dataset, plain)
            mended.append(plain)
    return mended


def _fields_of_runs(dataset: Any) -> dict[str, str]:
    """Return the key of the run that each field belongs to by the runs' own account."""
    found = {}
    for key in dataset.list_runs():
        config = dataset.get_run_info(key).config
        if is_ours(config):
            found[join_path(config.parent, config.cluster_field)] = key
            found[join_path(config.parent, config.names_field)] = key
    return found


def _move_home(dataset: Any, key: str, path: str, mark: fields.Mark) -> None:
    """Let a run that was being renamed know its field under the new name; drop the field if it has another one."""
    stored = read(dataset, key)
    word = "cluster_field" if mark.role == "labels" else "names_field"
    if dataset.get_field(stored.path_of(getattr(stored, word))) is not None:
        fields.drop(dataset, path)
        return
    name = path.rpartition(".")[2]
    moved = (
        replace(stored, cluster_field=name) if mark.role == "labels" else replace(stored, names_field=name)
    )
    update_config(dataset, key, moved)


def _write_again(dataset: Any, key: str) -> None:
    stored = read(dataset, key)
    target = target_of(dataset, stored)
    with fields.writing() as token:
        for name in (stored.cluster_field, stored.names_field):
            if dataset.get_field(target.path_of(name)) is not None:
                fields.drop(dataset, target.path_of(name))
        write_labels(target, key, stored, token=token)
        write_names(target, key, stored, token=token)
        finish_fields(target, stored)
