"""Write a run and its fields, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clusterby.core.progress import track
from clusterby.fiftyone import fields
from clusterby.fiftyone.clean import clean_up
from clusterby.fiftyone.pending import Pending, set_pending
from clusterby.fiftyone.settle import is_whole, write_again
from clusterby.fiftyone.store import UNFINISHED, Stored, register, same_view, take_place
from clusterby.fiftyone.target import Target
from clusterby.fiftyone.write import change_fields, finish_fields, write_fields
from clusterby.fiftyone.writer import Writer, writing

__all__ = ["edit_run", "overwrite_run", "write_run"]


def write_run(target: Target, key: str, stored: Stored) -> None:
    """Write a run's fields, then register it with its results; what fails is taken back."""
    dataset = target.dataset
    with writing() as writer:
        try:
            _write_tracked(target, key, stored, writer)
            register(target.view, dataset, key, stored)
            finish_fields(dataset, key, stored)
        except BaseException:
            if dataset.has_run(key):
                dataset.delete_run(key)
            clean_up(dataset, force=key)
            raise


def overwrite_run(target: Target, key: str, stored: Stored, old: Stored) -> None:
    """Replace a run and its fields by others; what fails leaves the old ones."""
    _replace(
        target.dataset, key, stored, old,
        view=target.view, put=lambda writer: _write_tracked(target, key, stored, writer),
    )  # fmt: skip


def edit_run(target: Target, key: str, stored: Stored, old: Stored) -> None:
    """Replace a run by an edited one, and set what that changes of its fields; what fails leaves the old ones."""
    _replace(
        target.dataset, key, stored, old,
        view=None, put=lambda writer: change_fields(target, key, stored, old, writer=writer),
    )  # fmt: skip


def _write_tracked(target: Target, key: str, stored: Stored, writer: Writer) -> None:
    n = len(stored.record.rows)
    with track(f"write {n:,} labels", n) as advance:
        write_fields(target, key, stored, writer=writer, advance=advance)


def _replace(
    dataset: Any, key: str, stored: Stored, old: Stored, *, view: Any, put: Callable[[Writer], None]
) -> None:
    """Register a run beside the old one, put its fields, then let it take the old one's place.

    The old run is there until the new one and its fields are whole: at each point one of the two can be restored from
    its results.
    """
    at = key + UNFINISHED
    with writing() as writer:
        try:
            for path in old.paths.values():
                if dataset.get_field(path) is not None:
                    fields.remark(dataset, path, state="writing", writer=writer)
            register(
                dataset if view is None else view, dataset, at, stored,
                pending=Pending(do="replace", writer=writer),
            )  # fmt: skip
            if view is None:
                same_view(dataset, at, key)
            put(writer)
            take_place(dataset, key)
        except BaseException:
            _back(dataset, key, old)
            raise
        set_pending(dataset, key, None)
        finish_fields(dataset, key, stored)


def _back(dataset: Any, key: str, old: Stored) -> None:
    """Restore the old run's fields; if the run is gone already, finish with the new one."""
    at = key + UNFINISHED
    if not is_whole(dataset, key):
        clean_up(dataset, force=key)
        return
    if is_whole(dataset, at):
        write_again(dataset, key)
    if dataset.has_run(at):
        dataset.delete_run(at)
    finish_fields(dataset, key, old)
