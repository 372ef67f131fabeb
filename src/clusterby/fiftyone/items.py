"""The items of a run that the dataset still has."""

from __future__ import annotations

from typing import Any

from clusterby.core.errors import InvalidTable
from clusterby.fiftyone.store import Stored
from clusterby.fiftyone.target import Target

__all__ = ["target_of"]


def target_of(dataset: Any, stored: Stored) -> Target:
    """Return the items of a run that the dataset still has, in the order in which they were clustered; perhaps none.

    Raises
    ------
    InvalidTable
        If the field that they are part of is gone.
    """
    whole = _whole(dataset, stored)
    present = set(whole.select(list(stored.ids)).values("id"))
    ids = tuple(i for i in stored.ids if i in present)
    view = whole.select(list(ids), ordered=True)
    samples = ids if stored.kind == "samples" or not ids else tuple(view.values("sample_id"))
    return Target(
        view=view, dataset=dataset, kind=stored.kind, patches_field=stored.patches_field, ids=ids, sample_ids=samples
    )  # fmt: skip


def _whole(dataset: Any, stored: Stored) -> Any:
    """Return all items that there are of a run's kind."""
    flat = dataset.select_group_slices(_slices(dataset, stored)) if dataset.media_type == "group" else dataset
    if stored.kind == "samples":
        return flat
    if stored.kind == "frames":
        return flat.to_frames()
    if dataset.get_field(stored.parent) is None:
        raise InvalidTable(f"the field {stored.parent!r} that the run is about is gone: delete the run")
    return flat.to_patches(stored.patches_field)


def _slices(dataset: Any, stored: Stored) -> list[str]:
    """Return the group slices that hold a run's items; of patches, those with labels of the field."""
    name = f"{dataset.group_field}.name"
    every = dataset.select_group_slices(
        _allow_mixed=True
    )  # of several media: a view that FiftyOne keeps to itself
    if stored.kind == "samples":
        return list(every.select(list(stored.ids)).distinct(name)) or [dataset.default_group_slice]
    media = {"patches": "image", "frames": "video"}[stored.kind]
    return [s for s, kind in dataset.group_media_types.items() if kind == media]
