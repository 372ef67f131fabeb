"""Set the fields of a run from its record: the results are the truth, the fields follow them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import fiftyone as fo
import numpy as np

from clusterby.core.partition import NOISE
from clusterby.core.progress import Advance
from clusterby.fiftyone import fields
from clusterby.fiftyone.colors import set_colors
from clusterby.fiftyone.store import Stored
from clusterby.fiftyone.target import Target
from clusterby.fiftyone.writer import Writer

__all__ = ["change_fields", "finish_fields", "write_fields"]


def write_fields(
    target: Target, key: str, stored: Stored, *, writer: Writer, advance: Advance | None = None
) -> None:
    """Make the fields of a run anew and set them by id; they stay in state ``"writing"``.

    Fields that the run had before are deleted, under whatever names.
    """
    for path, mark in fields.marked_fields(target.dataset):
        own = mark.run == key and fields.stands_here(target.dataset, path, mark)
        if own or path in stored.paths.values():
            fields.drop(target.dataset, path)
    _write(target, key, stored, "labels", _labels(stored), writer, advance)
    _write(target, key, stored, "names", _names(stored), writer, None)
    _decorate(target, stored)


def change_fields(target: Target, key: str, stored: Stored, old: Stored, *, writer: Writer) -> None:
    """Set what an edit has changed of the fields of a run; they stay in state ``"writing"``."""
    if not stored.record.names:
        fields.drop(target.dataset, stored.paths["names"])
    for role, of in _VALUES.items():
        there = target.dataset.get_field(stored.paths[role]) is not None
        before, now = (of(old) if there else {}), of(stored)
        changed = {i: now.get(i) for i in {**before, **now} if _plain(before.get(i)) != _plain(now.get(i))}
        if changed:
            _write(target, key, stored, role, changed, writer, None)
    _decorate(target, stored)


def finish_fields(dataset: Any, key: str, stored: Stored) -> None:
    """Let the fields of a run be done."""
    for path in stored.paths.values():
        if dataset.get_field(path) is not None:
            fields.remark(dataset, path, state="done", run=key)


def _write(
    target: Target,
    key: str,
    stored: Stored,
    role: fields.Role,
    values: Mapping[str, Any],
    writer: Writer,
    advance: Advance | None,
) -> None:
    """Make a field, if it is not there, and set it for the items that are."""
    if role == "names" and not stored.record.names:
        return
    fields.declare(
        target.dataset, stored.paths[role], run=key, role=role, writer=writer,
        holds="classifications" if role == "labels" and stored.as_classification else "words",
        description=_description(key, stored) if role == "labels" else f"Names of the clusters of run {key}",
    )  # fmt: skip
    present = set(target.ids)
    name = stored.cluster_field if role == "labels" else stored.names_field
    target.write(name, {i: value for i, value in values.items() if i in present}, advance)


def _decorate(target: Target, stored: Stored) -> None:
    """Give the labels their index and their colors."""
    path = stored.paths["labels"]
    if target.dataset.get_field(path) is None:
        return
    if target.kind != "patches":  # an index over a list of labels serves no sidebar
        target.dataset.create_index(f"{path}.label" if stored.as_classification else path)
    set_colors(target.dataset, path, stored.record.partition.clusters.tolist())


def _labels(stored: Stored) -> dict[str, Any]:
    if not stored.as_classification:
        return {identifier: str(label) for identifier, label in stored.labels_by_id().items()}
    strengths = stored.record.partition.strengths
    known = np.full(len(stored.record.rows), np.nan) if strengths is None else strengths
    return {
        identifier: fo.Classification(
            label=str(label), confidence=None if np.isnan(strength) else float(strength)
        )
        for (identifier, label), strength in zip(stored.labels_by_id().items(), known, strict=True)
    }


def _plain(value: Any) -> Any:
    """Return a value as it can be compared: two classifications never equal one another."""
    return (value.label, value.confidence) if isinstance(value, fo.Classification) else value


def _names(stored: Stored) -> dict[str, Any]:
    names = stored.record.names
    return {i: names[label] for i, label in stored.labels_by_id().items() if label in names}


_VALUES: Mapping[fields.Role, Callable[[Stored], dict[str, Any]]] = {"labels": _labels, "names": _names}


def _description(key: str, stored: Stored) -> str:
    partition = stored.record.partition
    noise = int(np.count_nonzero(partition.labels == NOISE))
    left = f", {noise:,} in none (-1)" if noise else ""
    about = "".join(f" about {followed.about}" for followed in stored.record.followed if followed.about)
    return f"Clusters of run {key}: {partition.n_clusters} by {partition.method} from {stored.source.name}{about}{left}"
