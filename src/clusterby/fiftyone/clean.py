"""What a killed process left behind: finished if it was written down whole, removed if not."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from bson import DBRef

from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.fiftyone import fields
from clusterby.fiftyone.alone import alone
from clusterby.fiftyone.current import current_dataset
from clusterby.fiftyone.pending import pending_of, set_pending
from clusterby.fiftyone.settle import (
    finish_rename,
    finish_replacement,
    is_whole,
    paths_of,
    remove_run,
    write_again,
)
from clusterby.fiftyone.store import UNFINISHED, config_at, has_results, is_ours, read, update_config
from clusterby.fiftyone.write import finish_fields
from clusterby.fiftyone.writer import Writer, is_alive

__all__ = ["check_idle", "clean_up"]

log = logging.getLogger(__name__)


def clean_up(dataset: Any, *, force: str | None = None) -> list[str]:
    """Finish or remove what processes that are gone left half-written; return the keys of these runs.

    Every call of this package begins with it. Runs and fields that another process is writing now are left to it, and so are
    copies that somebody made of a run's field.

    Parameters
    ----------
    dataset : Dataset or DatasetView
    force : str, optional
        A run that counts as left behind, though this process is writing it.
    """
    dataset = current_dataset(dataset)
    with alone(dataset):  # else what another is doing might look like what it left behind
        busy = set(_busy(dataset)) - {force}
        mended = _settle_runs(dataset, busy) | _settle_fields(dataset, busy)
    for key in sorted(mended):
        log.warning("run %r of %s was left half-written: cleaned up", key, dataset.name)
    return sorted(mended)


def check_idle(dataset: Any, key: str) -> None:
    """Refuse a run that a process is writing now.

    Raises
    ------
    InvalidParameter
    """
    writer = _busy(dataset).get(key)
    if writer is not None:
        raise InvalidParameter(
            f"run {key!r} is being written by process {writer.pid} on {writer.host} since {writer.since}: wait for it, or "
            "choose another key"
        )


def _busy(dataset: Any) -> dict[str, Writer]:
    """Return the runs that a living process is writing, by their keys."""
    found = {
        mark.run: mark.writer
        for _, mark in fields.marked_fields(dataset)
        if mark.state == "writing" and mark.writer is not None and is_alive(mark.writer)
    }
    for key in dataset.list_runs():
        pending = pending_of(config_at(dataset, key))
        if pending is not None and pending.writer is not None and is_alive(pending.writer):
            found |= dict.fromkeys({key.removesuffix(UNFINISHED), pending.key} - {""}, pending.writer)
    return found


def _settle_runs(dataset: Any, busy: set[str]) -> set[str]:
    """Bring to its end what was begun with runs, and remove those that never got their results."""
    mended = _forget_lost(dataset, busy)
    half = {m.run for _, m in fields.marked_fields(dataset) if m.state == "writing"}
    for key in dataset.list_runs():
        plain = key.removesuffix(UNFINISHED)
        if plain in busy or not dataset.has_run(key) or not is_ours(config_at(dataset, key)):
            continue
        pending = pending_of(config_at(dataset, key))
        try:
            if pending is not None and pending.do == "delete":
                remove_run(dataset, key)
            elif pending is not None and pending.do == "rename":
                finish_rename(dataset, key, pending)
            elif not has_results(dataset, key) and (key in half or key != plain):
                dataset.delete_run(key)
            elif key != plain:
                finish_replacement(dataset, plain)
            elif pending is not None:
                set_pending(dataset, key, None)
            else:
                continue
        except (InvalidParameter, InvalidTable) as error:
            log.warning("run %r of %s cannot be cleaned up: %s", key, dataset.name, error)
            continue
        mended.add(plain)
    return mended


def _forget_lost(dataset: Any, busy: set[str]) -> set[str]:
    """Remove references to runs of ours that are gone: what FiftyOne leaves if it is killed while it deletes a run."""
    ours = {mark.run for _, mark in fields.marked_fields(dataset)}
    runs = dataset._doc.runs  # FiftyOne lists only those that are there
    lost = {
        key
        for key, run in runs.items()
        if isinstance(run, DBRef) and (key in ours or key.endswith(UNFINISHED)) and key not in busy
    }
    for key in lost:
        del runs[key]
    if lost:
        dataset.save()
    return {key.removesuffix(UNFINISHED) for key in lost}


def _settle_fields(dataset: Any, busy: set[str]) -> set[str]:
    """Remove fields whose run is gone, write those again that are half-written, and follow those that were renamed."""
    configs = {key: config_at(dataset, key) for key in dataset.list_runs()}
    homes = {path: key for key, c in configs.items() if is_ours(c) for path in paths_of(c).values()}
    again: set[str] = set()
    mended: set[str] = set()
    for path, mark in fields.marked_fields(dataset):
        key = homes.get(path)
        if {mark.run, key} & busy or dataset.get_field(path).read_only:
            continue
        here = fields.stands_here(dataset, path, mark)
        if mark.role == "scores" and here:
            if mark.state == "writing":
                fields.drop(dataset, path)
                log.warning("field %r of %s was left half-written: removed", path, dataset.name)
        elif key is not None and mark.state == "writing":
            again.add(key)
        elif key is not None:
            if mark.run != key or not here:
                fields.remark(dataset, path, run=key)
        elif here:
            fields.drop(dataset, path)
            mended.add(mark.run)
        elif not _moved(dataset, path, mark):
            fields.disown(dataset, path)
    return mended | {key for key in again if _written_again(dataset, key)}


def _written_again(dataset: Any, key: str) -> bool:
    try:
        write_again(dataset, key)
    except (InvalidParameter, InvalidTable) as error:
        log.warning("the fields of run %r of %s cannot be written again: %s", key, dataset.name, error)
        return False
    finish_fields(dataset, key, read(dataset, key))
    return True


def _moved(dataset: Any, path: str, mark: fields.Mark) -> bool:
    """Whether a field is a run's own that somebody renamed; then the run is told."""
    if not is_whole(dataset, mark.run) or not is_ours(config_at(dataset, mark.run)):
        return False
    stored = read(dataset, mark.run)
    if stored.paths[mark.role] != mark.path or dataset.get_field(mark.path) is not None:
        return False
    parent, _, name = path.rpartition(".")
    now = {"labels": "cluster_field", "names": "names_field"}[mark.role]
    moved: dict[str, Any] = {now: name, "parent": parent}
    if stored.kind == "patches":
        moved["patches_field"] = parent.rpartition(".")[0]
    update_config(dataset, mark.run, replace(stored, **moved))
    fields.remark(dataset, path)
    return True
