"""Rename and delete runs, with their fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone import fields, original
from clusterby.fiftyone.alone import undisturbed
from clusterby.fiftyone.clean import check_idle
from clusterby.fiftyone.colors import rename_colors
from clusterby.fiftyone.compute import check_run_key
from clusterby.fiftyone.items import target_of
from clusterby.fiftyone.load import opened
from clusterby.fiftyone.pending import Pending, set_pending
from clusterby.fiftyone.settle import finish_rename, remove_run
from clusterby.fiftyone.store import Stored, read, update_config
from clusterby.fiftyone.write import finish_fields, write_fields
from clusterby.fiftyone.writer import Writer, writing

__all__ = ["delete_clusters", "rename_clusters"]


@undisturbed
def delete_clusters(dataset: Any, run_key: str) -> list[str]:
    """Delete a run and its fields; return the paths of the fields.

    A run of the original plugin loses its field only if it is the plugin's default one: another may be anybody's.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    InvalidParameter
        If a process is writing it now, or somebody has made its fields read-only.
    """
    dataset, config = opened(dataset, run_key)
    if original.is_original(config):
        return original.delete(dataset, run_key)
    check_idle(dataset, run_key)
    fields.check_writable(dataset, run_key)
    with writing() as writer:
        set_pending(dataset, run_key, Pending(do="delete", writer=writer))
        return remove_run(dataset, run_key)


@undisturbed
def rename_clusters(dataset: Any, run_key: str, new_run_key: str) -> dict[str, str]:
    """Give a run another key, and its fields the names that go with it; return what became of the fields.

    A field that was named by hand keeps its name.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    InvalidParameter
        If the key is taken or no identifier, or a field of the new name is there.
    """
    dataset, config = opened(dataset, run_key)
    check_run_key(dataset, new_run_key)
    if original.is_original(config):
        raise InvalidParameter(
            f"run {run_key!r} was written by the original plugin, which ties its field to the key: cluster again"
        )
    check_idle(dataset, run_key)
    fields.check_writable(dataset, run_key)
    stored = read(dataset, run_key)
    goal = _renamed(stored, run_key, new_run_key)
    for role, path in goal.paths.items():
        if path != stored.paths[role] and dataset.get_field(path) is not None:
            raise InvalidParameter(
                f"new_run_key={new_run_key!r}: the dataset has a field {path!r} already; choose another key"
            )
    moves = {stored.paths[role]: path for role, path in goal.paths.items()}
    moves = {old: new for old, new in moves.items() if dataset.get_field(old) is not None}
    with writing() as writer:
        try:
            set_pending(dataset, run_key, _intent(writer, new_run_key, goal))
            _rename(dataset, run_key, new_run_key, goal, moves, writer)
        except BaseException:
            at = run_key if dataset.has_run(run_key) else new_run_key
            back = _intent(writer, run_key, stored)
            set_pending(dataset, at, back)
            finish_rename(dataset, at, back, tried=goal.paths.values())
            raise
    return moves


def _renamed(stored: Stored, key: str, new_key: str) -> Stored:
    """Return what is stored with fields of other names, if these bear the key."""
    if stored.cluster_field != f"{key}_cluster":
        return stored
    name = f"{new_key}_cluster"
    return replace(stored, cluster_field=name, names_field=f"{name}_name")


def _intent(writer: Writer, key: str, goal: Stored) -> Pending:
    return Pending(
        do="rename", writer=writer, key=key, cluster_field=goal.cluster_field, names_field=goal.names_field
    )  # fmt: skip


def _rename(
    dataset: Any, key: str, new_key: str, goal: Stored, moves: dict[str, str], writer: Writer
) -> None:
    for old in moves:
        fields.remark(dataset, old, state="writing", writer=writer)
    if goal.kind == "patches":  # FiftyOne would copy the labels of the current group slice only
        if any(old != new for old, new in moves.items()):
            for old in moves:
                fields.drop(dataset, old)
            write_fields(target_of(dataset, goal), new_key, goal, writer=writer)
    else:
        for old, new in moves.items():
            if old != new:
                _rename_field(dataset, old, new)
                rename_colors(dataset, old, new)
    dataset.rename_run(key, new_key)
    update_config(dataset, new_key, goal)
    finish_fields(dataset, new_key, goal)


def _rename_field(dataset: Any, old: str, new: str) -> None:
    if old.startswith("frames."):
        dataset.rename_frame_field(old.removeprefix("frames."), new.removeprefix("frames."))
    else:
        dataset.rename_sample_field(old, new)
