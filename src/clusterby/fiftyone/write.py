"""Set the fields of a run from its record: the results are the truth, the fields follow them."""

from __future__ import annotations

from typing import Any

import numpy as np

import fiftyone as fo
from clusterby.core.partition import NOISE
from clusterby.fiftyone import fields
from clusterby.fiftyone.colors import forget_colors, set_colors
from clusterby.fiftyone.store import Stored
from clusterby.fiftyone.target import Target

__all__ = ["finish_fields", "write_labels", "write_names"]


def write_labels(
    target: Target, key: str, stored: Stored, *, token: str, earlier: Stored | None = None
) -> None:
    """Make the field of labels, in state ``"writing"``, and set it by id.

    Items that had a label in `earlier` and have none now lose it.
    """
    path = target.path_of(stored.cluster_field)
    if earlier is not None and earlier.cluster_field != stored.cluster_field:
        fields.drop(target.dataset, target.path_of(earlier.cluster_field))
    elif earlier is not None and earlier.as_classification != stored.as_classification:
        fields.drop(target.dataset, path)
    fields.declare(
        target.dataset, path, run=key, role="labels", token=token, confidence=stored.as_classification,
        description=_description(key, stored),
    )  # fmt: skip
    values = _label_values(stored)
    if earlier is not None:
        values = dict.fromkeys(set(earlier.ids) & set(target.ids)) | values
    target.write(stored.cluster_field, values)


def write_names(
    target: Target, key: str, stored: Stored, *, token: str, earlier: Stored | None = None
) -> None:
    """Set the field of names by id, made with the first name; clusters without one have none."""
    path = target.path_of(stored.names_field)
    names = stored.record.names
    if earlier is not None and earlier.names_field != stored.names_field:
        fields.drop(target.dataset, target.path_of(earlier.names_field))
    if not names:
        fields.drop(target.dataset, path)
        return
    before = {} if earlier is None else _names_by_id(earlier)
    fields.declare(
        target.dataset, path, run=key, role="names", token=token,
        description=f"Names of the clusters of run {key}",
    )  # fmt: skip
    now = _names_by_id(stored)
    present = set(target.ids)
    changed = {
        i: now.get(i) for i in {*before, *now} if i in present and (before.get(i) != now.get(i) or not before)
    }
    target.write(stored.names_field, changed)


def finish_fields(target: Target, stored: Stored, *, earlier: Stored | None = None) -> None:
    """Give the labels their index and their colors, and let the fields be done."""
    dataset = target.dataset
    path = target.path_of(stored.cluster_field)
    if target.kind != "patches":  # an index over a list of labels serves no sidebar
        dataset.create_index(f"{path}.label" if stored.as_classification else path)
    if earlier is not None and earlier.cluster_field != stored.cluster_field:
        forget_colors(dataset, target.path_of(earlier.cluster_field))
    set_colors(dataset, path, stored.record.partition.clusters.tolist())
    for name in (stored.cluster_field, stored.names_field):
        if dataset.get_field(target.path_of(name)) is not None:
            fields.set_state(dataset, target.path_of(name), "done")


def _label_values(stored: Stored) -> dict[str, Any]:
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


def _names_by_id(stored: Stored) -> dict[str, str]:
    names = stored.record.names
    return {i: names[label] for i, label in stored.labels_by_id().items() if label in names}


def _description(key: str, stored: Stored) -> str:
    partition = stored.record.partition
    noise = int(np.count_nonzero(partition.labels == NOISE))
    left = f", {noise:,} in none (-1)" if noise else ""
    return (
        f"Clusters of run {key}: {partition.n_clusters} by {partition.method} from {stored.source.name}{left}"
    )
