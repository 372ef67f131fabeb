"""Bring what was begun with a run to its end; each can be begun again at any point where it was broken off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from clusterby.fiftyone import fields
from clusterby.fiftyone.items import target_of
from clusterby.fiftyone.pending import Pending, set_pending
from clusterby.fiftyone.store import UNFINISHED, config_at, has_results, read, take_place, update_config
from clusterby.fiftyone.target import join_path
from clusterby.fiftyone.write import finish_fields, write_fields
from clusterby.fiftyone.writer import writing

__all__ = ["finish_rename", "finish_replacement", "is_whole", "paths_of", "remove_run", "write_again"]


def paths_of(config: Any) -> dict[str, str]:
    """Return the paths of a run's fields by its config, by their roles; see :attr:`Stored.paths`."""
    return {
        "labels": join_path(config.parent, config.cluster_field),
        "names": join_path(config.parent, config.names_field),
    }


def remove_run(dataset: Any, key: str) -> list[str]:
    """Delete a run of ours and its fields; return their paths."""
    homes = paths_of(config_at(dataset, key)).values()
    own = [
        path
        for path, mark in fields.marked_fields(dataset)
        if path in homes or (mark.run == key and fields.stands_here(dataset, path, mark))
    ]
    for path in own:
        fields.drop(dataset, path)
    dataset.delete_run(key)  # last: it says that there is something to delete
    return own


def write_again(dataset: Any, key: str, *, at: str | None = None) -> None:
    """Write the fields of a run from its results, or from those at another key; they stay in state ``"writing"``."""
    stored = read(dataset, at or key)
    with writing() as writer:
        write_fields(target_of(dataset, stored), key, stored, writer=writer)


def finish_replacement(dataset: Any, key: str) -> None:
    """Put a run that is whole in the place of another, with its fields."""
    stored = read(dataset, key + UNFINISHED)
    write_again(dataset, key, at=key + UNFINISHED)
    take_place(dataset, key)
    set_pending(dataset, key, None)
    finish_fields(dataset, key, stored)


def finish_rename(dataset: Any, key: str, pending: Pending, *, tried: Iterable[str] = ()) -> None:
    """Give a run the key and the fields that it is to have, whatever has been done of that; fields are written anew.

    Parameters
    ----------
    dataset : Dataset
    key : str
        What the run's key is now.
    pending : Pending
        What it is to be.
    tried : iterable of str
        Paths that fields were about to have, and are not to have any more.
    """
    stored = read(dataset, key)
    goal = replace(stored, cluster_field=pending.cluster_field, names_field=pending.names_field)
    paths = {*stored.paths.values(), *goal.paths.values(), *tried}
    for path in paths:
        if dataset.get_field(path) is None:
            fields.forget(dataset, path)  # FiftyOne renames first the values, then the field, then its index
    for path, mark in fields.marked_fields(dataset):
        if path in paths and mark.path in paths:
            fields.drop(dataset, path)
    with writing() as writer:
        write_fields(target_of(dataset, stored), pending.key, goal, writer=writer)
    if key != pending.key:
        dataset.rename_run(key, pending.key)
    update_config(dataset, pending.key, goal)
    finish_fields(dataset, pending.key, goal)


def is_whole(dataset: Any, key: str) -> bool:
    """Whether there is a run of that key with its results."""
    return bool(dataset.has_run(key)) and has_results(dataset, key)
