"""What is clustered, item by item, and where in the source dataset its labels belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import fiftyone as fo
from fiftyone.core.clips import ClipsView
from fiftyone.core.patches import EvaluationPatchesView, PatchesView
from fiftyone.core.video import FramesView

from clusterby.core.errors import InvalidParameter, InvalidTable, nearest
from clusterby.core.progress import Advance
from clusterby.fiftyone.current import current_dataset

__all__ = ["Kind", "Target", "join_path", "label_path", "positions", "resolve_target"]

Kind = Literal["samples", "patches", "frames"]

_WRITE = 20_000  # items at a time, so that writing can be seen and cancelled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """The items of a collection, in its order.

    Parameters
    ----------
    view : dataset or view
        Its samples are the items: of patches a patches view, of frames a frames view.
    dataset : Dataset
        The source dataset, which labels are written to.
    kind : {"samples", "patches", "frames"}
    patches_field : str, optional
        The field that patches come from.
    ids : tuple of str
        Of each item: the sample, the label or the frame.
    sample_ids : tuple of str
        Of the sample that each item belongs to.
    """

    view: Any
    dataset: Any
    kind: Kind
    patches_field: str | None
    ids: tuple[str, ...]
    sample_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def path_of(self, name: str) -> str:
        """Return where in the source dataset a field of the items is: ``"objects.detections.NAME"`` say."""
        return join_path(self.parent, name)

    @property
    def parent(self) -> str:
        """What the items' fields are part of in the source dataset: nothing, ``"frames"`` or ``"objects.detections"``."""
        if self.kind == "patches":
            return label_path(self.dataset, str(self.patches_field))
        return "frames" if self.kind == "frames" else ""

    def local_path(self, name: str) -> str:
        """Return where in the view a field of the items is: ``"objects.NAME"`` in a patches view."""
        return f"{self.patches_field}.{name}" if self.kind == "patches" else name

    def values(self, path: str) -> list[Any]:
        """Return a field's value for each item, in order."""
        found: list[Any] = self.view.values(path)
        return found

    def write(self, name: str, values: Mapping[str, Any], advance: Advance | None = None) -> None:
        """Set a field of some items, by their ids; no other item is touched."""
        owner = dict(zip(self.ids, self.sample_ids, strict=True)) if self.kind == "patches" else {}
        ids = list(values)
        for start in range(0, len(ids), _WRITE):
            part = ids[start : start + _WRITE]
            if self.kind == "patches":
                self.dataset.set_label_values(
                    self.path_of(name),
                    [{"sample_id": owner[i], "label_id": i, "value": values[i]} for i in part],
                )
            else:
                by = "id" if self.kind == "samples" else "frames.id"
                self.dataset.set_values(self.path_of(name), {i: values[i] for i in part}, key_field=by)
            if advance is not None:
                advance(len(part))


def join_path(parent: str, name: str) -> str:
    """Return the path of a field.

    Examples
    --------
    >>> join_path("", "color"), join_path("frames", "color")
    ('color', 'frames.color')
    """
    return f"{parent}.{name}" if parent else name


def label_path(dataset: Any, field: str) -> str:
    """Return the path of the labels of a field that holds a list of them: ``"objects.detections"``.

    Raises
    ------
    InvalidParameter
        If there is no such field, or it holds no list of labels with boxes or shapes.
    """
    schema = dataset.get_field_schema(embedded_doc_type=(fo.Detections, fo.Polylines))
    if field not in schema:
        near = nearest(field, schema)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(schema) or "none in this dataset"
        raise InvalidParameter(
            f"patches_field={field!r}: no field of detections or polylines.{hint} There are: {listed}"
        )
    kind = schema[field].document_type
    return f"{field}.{'detections' if kind is fo.Detections else 'polylines'}"


def resolve_target(samples: Any, *, patches_field: str | None = None) -> Target:
    """Return the items of a collection.

    Parameters
    ----------
    samples : Dataset or DatasetView
        A dataset, a view, a patches view, a frames view, or a slice of a grouped dataset.
    patches_field : str, optional
        Take the patches of this field instead of the samples.

    Raises
    ------
    InvalidTable
        If it is no collection, is empty, is grouped without a slice chosen, or consists of clips.
    InvalidParameter
        If it has no such field of labels.
    """
    dataset = current_dataset(samples)
    if samples.media_type == "group":
        slices = ", ".join(map(repr, samples.group_slices))
        raise InvalidTable(
            f"{samples.name or 'the view'} holds groups: choose a slice with select_group_slices(), one of {slices}"
        )
    if isinstance(samples, (ClipsView, EvaluationPatchesView)):
        raise InvalidTable(
            f"a {type(samples).__name__} has no items that labels can be written to: give samples, patches or frames"
        )
    view, kind = samples, _kind(samples)
    if patches_field is not None and kind != "samples":
        raise InvalidParameter(
            f"patches_field={patches_field!r} beside a view of {kind}: give one of the two"
        )
    if patches_field is not None:
        label_path(dataset, patches_field)
        view, kind = samples.to_patches(patches_field), "patches"
    if isinstance(view, PatchesView) and isinstance(view._source_collection, FramesView):
        raise InvalidTable(
            "patches of frames have no labels of their own to write to: give frames or patches"
        )
    ids = view.values("id")
    if not ids:
        what = f"patches in {patches_field!r}" if patches_field else "samples"
        raise InvalidTable(f"the view has no {what}: there is nothing to cluster")
    return Target(
        view=view,
        dataset=dataset,
        kind=kind,
        patches_field=view.patches_field if kind == "patches" else None,
        ids=tuple(ids),
        sample_ids=tuple(ids if kind == "samples" else view.values("sample_id")),
    )


def _kind(samples: Any) -> Kind:
    if isinstance(samples, PatchesView):
        return "patches"
    return "frames" if isinstance(samples, FramesView) else "samples"


def positions(ids: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Return where each wanted id stands among the ids, −1 where it does not.

    Examples
    --------
    >>> positions(["a", "b"], ["b", "c"])
    [1, -1]
    """
    place = {identifier: i for i, identifier in enumerate(ids)}
    return [place.get(identifier, -1) for identifier in wanted]
