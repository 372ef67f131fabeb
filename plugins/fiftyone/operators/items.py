"""What is to be clustered: the chosen samples, patches or frames, seen without reading them all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import fiftyone as fo

import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError, InvalidParameter
from clusterby.fiftyone.target import join_path, label_path

from .form import Form, given

__all__ = ["Items", "ask_items", "chosen", "look_at", "patch_fields"]

_LOOK = 50  # samples that are looked at for what the schema does not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What a form tells of a collection.

    Parameters
    ----------
    kind : {"samples", "patches", "frames"}
    media : str
        The type of the media that an encoder would read.
    n : int
    parent : str
        What the new field will be part of in the dataset: see :class:`clusterby.fiftyone.target.Target`.
    vector_fields : list of str
    dimensions : mapping of str to int
        Of the vectors in these fields, where the first samples have one.
    brain_keys : list of str
        Of the brain runs that have vectors of such items.
    other_brain_keys : dict of str to str
        Of those that have vectors of something else, each with what that is: ``"the patches of 'objects'"``.
    region_fields : list of str
        Those that can hold a region of each image.
    """

    kind: str
    media: str
    n: int
    parent: str
    vector_fields: list[str]
    dimensions: dict[str, int]
    brain_keys: list[str]
    other_brain_keys: dict[str, str]
    region_fields: list[str]


def chosen(ctx: Any) -> Any:
    """Return the dataset, view or selection that the operator is to work on."""
    name = "target" if given(ctx.params, "target") else "view_target"
    return ctx.target_view(name, require_flat=True)


def patch_fields(dataset: Any) -> list[str]:
    """Return the fields whose labels can be clustered as patches."""
    return sorted(dataset.get_field_schema(embedded_doc_type=(fo.Detections, fo.Polylines)))


def look_at(collection: Any, patches_field: str | None) -> Items:
    """Return what a form tells of a collection.

    Raises
    ------
    InvalidTable, InvalidParameter
        As :func:`clusterby.fiftyone.resolve_target` does.
    """
    target = cbf.resolve_target(collection.limit(_LOOK))
    media = "image" if target.kind == "frames" else target.view.media_type
    if patches_field is None:
        names = cbf.vector_fields(target)
        lengths = _dimensions(target.view, {name: target.local_path(name) for name in names})
        kind, n, parent = target.kind, collection.count(), target.parent
    elif target.kind != "samples":
        raise InvalidParameter(
            f"patches_field={patches_field!r} beside a view of {target.kind}: give one of the two"
        )
    else:
        parent = label_path(target.dataset, patches_field)
        names = _patch_vector_fields(target.dataset.name, patches_field, target.dataset.last_modified_at)
        lengths = _dimensions(target.view, {name: join_path(parent, name) for name in names})
        kind, n = "patches", collection.count(parent)
    others = _other_brain_keys(target.dataset, kind, patches_field or target.patches_field)
    return Items(
        kind=kind, media=media, n=n, parent=parent, vector_fields=names, dimensions=lengths,
        brain_keys=[key for key in cbf.brain_keys(target.dataset) if key not in others], other_brain_keys=others,
        region_fields=[] if kind == "patches" else cbf.region_fields(collection),
    )  # fmt: skip


def ask_items(form: Form) -> Items | None:
    """Ask which field's patches are to be clustered, where samples are; tell what is wrong with the collection."""
    dataset, field = form.ctx.dataset, form.value("patches_field")
    try:
        items = look_at(chosen(form.ctx), field)
    except ClusterbyError as error:
        of_field = field is not None and "patches_field" in str(error)
        if not of_field:
            form.refuse("items_problem", "Nothing to cluster", str(error))
        items, problem = None, str(error) if of_field else None
    else:
        problem = None if items.n else f"patches_field={field!r}: there are none in it"
    offered = patch_fields(dataset)
    if problem or (offered and (items is None or items.kind == "samples" or field is not None)):
        form.choice(
            "patches_field", "Patches of", {name: name for name in offered}, error=problem,
            description="Cluster the labels of this field instead of the samples. Leave it empty for samples.",
        )  # fmt: skip
    return items if problem is None else None


def _other_brain_keys(dataset: Any, kind: str, patches_field: str | None) -> dict[str, str]:
    found = {}
    for key in cbf.brain_keys(dataset):
        field = getattr(dataset.get_brain_info(key).config, "patches_field", None)
        if kind == "frames" or field != patches_field:
            found[key] = "samples" if field is None else f"the patches of {field!r}"
    return found


@lru_cache(maxsize=64)  # FiftyOne writes a collection to its database for each view of patches
def _patch_vector_fields(name: str, patches_field: str, _modified: Any) -> list[str]:
    view = fo.load_dataset(name).limit(_LOOK).to_patches(patches_field)
    if not view.count():
        return []
    found: list[str] = cbf.vector_fields(cbf.resolve_target(view))
    return found


def _dimensions(view: Any, paths: dict[str, str]) -> dict[str, int]:
    found = {}
    for name, path in paths.items():
        cells = view.values(path)
        if path.count(".") > 1:  # of labels in a list: a list for each sample
            cells = [cell for labels in cells for cell in labels or ()]
        vector = next((cell for cell in cells if cell is not None and not isinstance(cell, bytes)), None)
        if vector is not None:
            found[name] = len(vector)
    return found
