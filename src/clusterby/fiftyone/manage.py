"""Rename and delete runs, with their fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone import fields, original
from clusterby.fiftyone.clean import clean_up, target_of
from clusterby.fiftyone.colors import forget_colors, rename_colors
from clusterby.fiftyone.compute import check_run_key
from clusterby.fiftyone.load import config_of
from clusterby.fiftyone.store import read, update_config

__all__ = ["delete_clusters", "rename_clusters"]


def delete_clusters(dataset: Any, run_key: str) -> list[str]:
    """Delete a run and its fields; return the paths of the fields.

    A run of the original plugin loses its field only if it is the plugin's default one: another may be anybody's.

    Raises
    ------
    UnknownName
        If the dataset has no such clustering.
    """
    clean_up(dataset)
    config = config_of(dataset, run_key)
    deleted = []
    if original.is_original(config):
        field = original.field_of(config, run_key)
        if field == f"{run_key}_cluster" and dataset.get_field(field) is not None:
            dataset.delete_sample_field(field)
            deleted.append(field)
        dataset.delete_run(run_key)
        return deleted
    own = [path for path, mark in fields.marked_fields(dataset) if mark.run == run_key]
    dataset.delete_run(run_key)  # first: fields without a run are cleaned up, a run without its fields is not
    for path in own:
        forget_colors(dataset, path)
        fields.drop(dataset, path)
    return own


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
    clean_up(dataset)
    config = config_of(dataset, run_key)
    check_run_key(dataset, new_run_key)
    if original.is_original(config):
        raise InvalidParameter(
            f"run {run_key!r} was written by the original plugin, which ties its field to the key: cluster again"
        )
    stored = read(dataset, run_key)
    by_key = stored.cluster_field == f"{run_key}_cluster"
    name = f"{new_run_key}_cluster" if by_key else stored.cluster_field
    renamed = replace(
        stored, cluster_field=name, names_field=f"{name}_name" if by_key else stored.names_field
    )
    target = target_of(dataset, stored)
    moves = {
        target.path_of(old): target.path_of(new)
        for old, new in (
            (stored.cluster_field, renamed.cluster_field),
            (stored.names_field, renamed.names_field),
        )
        if dataset.get_field(target.path_of(old)) is not None
    }
    for old, new in moves.items():
        if old != new and dataset.get_field(new) is not None:
            raise InvalidParameter(
                f"new_run_key={new_run_key!r}: the dataset has a field {new!r} already; choose another key"
            )
    dataset.rename_run(run_key, new_run_key)  # each step leaves what clean_up() can finish
    for old, new in moves.items():
        fields.set_state(dataset, old, "done", run=new_run_key)
        if old != new:
            _rename_field(dataset, old, new)
            rename_colors(dataset, old, new)
    update_config(dataset, new_run_key, renamed)
    return moves


def _rename_field(dataset: Any, old: str, new: str) -> None:
    if old.startswith("frames."):
        dataset.rename_frame_field(old.removeprefix("frames."), new.removeprefix("frames."))
    else:
        dataset.rename_sample_field(old, new)
