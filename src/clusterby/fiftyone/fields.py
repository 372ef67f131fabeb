"""The fields that runs write: whose they are stands in their info, and no other is ever touched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

import fiftyone as fo

from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone.colors import forget_colors
from clusterby.fiftyone.writer import Writer, writer_of

__all__ = [
    "Holds",
    "Mark",
    "Role",
    "check_field",
    "check_writable",
    "declare",
    "disown",
    "drop",
    "forget",
    "mark_of",
    "marked_fields",
    "remark",
    "stands_here",
]

Role = Literal["labels", "names", "scores"]
Holds = Literal["words", "numbers", "classifications"]
State = Literal["writing", "done"]

_INFO = "clusterby"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OF_SAMPLES = frozenset(
    {
        "id", "pk", "filepath", "tags", "metadata", "created_at", "last_modified_at", "frames", "groups", "group",
        "media_type", "media_reference", "dataset_id", "sample_id",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a field of ours says of itself.

    Parameters
    ----------
    run : str
        The key of the run that it belongs to; empty for one that belongs to none.
    role : {"labels", "names", "scores"}
    state : {"writing", "done"}
    path, dataset : str
        Where it was made. FiftyOne copies a field together with what it says of itself, to another path or another
        dataset, and then this is not true any more.
    writer : Writer or None
        Who wrote it last.
    """

    run: str
    role: Role
    state: State
    path: str
    dataset: str
    writer: Writer | None


def mark_of(field: Any) -> Mark | None:
    """Return the mark of a field, None where it has none."""
    info = (getattr(field, "info", None) or {}).get(_INFO)
    if not isinstance(info, Mapping):
        return None
    said = {name: info.get(name) for name in ("run", "role", "state", "path", "dataset")}
    if not all(isinstance(word, str) for word in said.values()) or said["role"] not in get_args(Role):
        return None
    return Mark(**cast("dict[str, Any]", said), writer=writer_of(info))


def stands_here(dataset: Any, path: str, mark: Mark) -> bool:
    """Whether a field is where its mark says that it was made, and no copy of that."""
    return mark.path == path and mark.dataset == str(dataset._doc.id)


def check_field(dataset: Any, path: str, *, run: str, role: Role) -> None:
    """Refuse a field that is not a name, is reserved, or is there and not this run's own.

    Parameters
    ----------
    dataset : Dataset
    path : str
    run, role
        As of :class:`Mark`.

    Raises
    ------
    InvalidParameter
    """
    parent, _, name = path.rpartition(".")
    word = {"labels": "cluster_field", "names": "names_field", "scores": "field"}[role]
    if not _NAME.fullmatch(name):
        raise InvalidParameter(
            f"{word}={name!r}: give a word of letters, digits and _ that begins with a letter"
        )
    if name in _reserved(parent):
        raise InvalidParameter(f"{word}={name!r} is reserved by FiftyOne: choose another name")
    if parent and getattr(dataset.get_field(parent), "read_only", False):
        raise InvalidParameter(f"{word}={name!r}: {parent!r} is read-only, and the field would be part of it")
    field = dataset.get_field(path)
    if field is None:
        return
    mark = mark_of(field)
    if mark is None or "scores" in (mark.role, role):  # scores are never written over
        raise InvalidParameter(
            f"{word}={name!r}: the dataset has a field {path!r} already; choose another name"
        )
    if mark.run != run:
        raise InvalidParameter(
            f"{word}={name!r}: the field {path!r} belongs to run {mark.run!r}; choose another name, or delete that run"
        )
    if mark.role != role:
        raise InvalidParameter(
            f"{word}={name!r}: the field {path!r} holds the run's {mark.role}; choose another name"
        )


def check_writable(dataset: Any, run: str) -> None:
    """Refuse to touch a run whose fields somebody has made read-only.

    Raises
    ------
    InvalidParameter
    """
    for path, mark in marked_fields(dataset):
        if mark.run == run and dataset.get_field(path).read_only:
            raise InvalidParameter(
                f"the field {path!r} of run {run!r} is read-only: set its read_only to False and save it first"
            )


def _reserved(parent: str) -> frozenset[str]:
    if parent == "frames":
        return _OF_SAMPLES | {"frame_number", "sample_id"}
    if parent:
        kind = fo.Detection if parent.endswith(".detections") else fo.Polyline
        return frozenset({"id", "pk", *kind._fields})
    return _OF_SAMPLES


def declare(
    dataset: Any,
    path: str,
    *,
    run: str,
    role: Role,
    writer: Writer,
    holds: Holds = "words",
    description: str,
    info: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Make a field of ours in state ``"writing"``, or put it in that state again.

    Parameters
    ----------
    dataset : Dataset
    path : str
    run, role, writer
        As of :class:`Mark`.
    holds : {"words", "numbers", "classifications"}
        What its values are.
    description : str
        For the tooltip in the App.
    info : mapping
        What else the field says of itself, beside its mark.

    Raises
    ------
    InvalidParameter
        If there is such a field and it is not this run's own.
    """
    check_field(dataset, path, run=run, role=role)
    mark = Mark(run=run, role=role, state="writing", path=path, dataset=str(dataset._doc.id), writer=writer)
    field = _savable(dataset, path)
    if field is not None:
        field.description = description
        _set_mark(field, mark)
        return
    add = dataset.add_frame_field if path.startswith("frames.") else dataset.add_sample_field
    kind: dict[str, Any] = {"ftype": fo.FloatField if holds == "numbers" else fo.StringField}
    if holds == "classifications":
        kind = {"ftype": fo.EmbeddedDocumentField, "embedded_doc_type": fo.Classification}
    add(path.removeprefix("frames."), **kind, description=description, info={**info, **_info(mark)})


def remark(
    dataset: Any,
    path: str,
    *,
    state: State | None = None,
    writer: Writer | None = None,
    run: str | None = None,
) -> None:
    """Let a field of ours say something else of itself, and that it stands where it does."""
    field = _savable(dataset, path)
    mark = mark_of(field)
    if mark is not None:
        said = replace(
            mark, state=state or mark.state, writer=writer or mark.writer, run=run or mark.run,
            path=path, dataset=str(dataset._doc.id),
        )  # fmt: skip
        _set_mark(field, said)


def disown(dataset: Any, path: str) -> None:
    """Remove the mark of a field, whose values stay: it is its owner's."""
    field = _savable(dataset, path)
    field.info = {name: value for name, value in field.info.items() if name != _INFO} or None
    field.save()


def drop(dataset: Any, path: str) -> None:
    """Delete a field with its index and its colors if it has a mark; another one stays."""
    if mark_of(dataset.get_field(path)) is None:
        return
    forget(dataset, path)
    if path.startswith("frames."):
        dataset.delete_frame_field(path.removeprefix("frames."))
    else:
        dataset.delete_sample_field(path)


def forget(dataset: Any, path: str) -> None:
    """Remove the index and the colors of a field of ours, before it goes or where it is gone: nobody would find them again.

    Values that FiftyOne has moved to a path before it made the field are removed, too.
    """
    forget_colors(dataset, path)
    if dataset.get_field(path) is None and "." not in path:
        dataset._sample_collection.update_many({path: {"$exists": True}}, {"$unset": {path: ""}})
    for index in {path, f"{path}.label"} & set(dataset.list_indexes()):
        dataset.drop_index(index)


def marked_fields(dataset: Any) -> list[tuple[str, Mark]]:
    """Return the path and the mark of every field that has one, of samples, of labels and of frames."""
    schemas: list[tuple[str, Mapping[str, Any]]] = [("", dataset.get_field_schema(flat=True))]
    if dataset._has_frame_fields():
        schemas.append(("frames.", dataset.get_frame_field_schema(flat=True) or {}))
    return list(_marked(schemas))


def _marked(schemas: list[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, Mark]]:
    for prefix, schema in schemas:
        for path, field in schema.items():
            mark = mark_of(field)
            if mark is not None:
                yield prefix + path, mark


def _savable(dataset: Any, path: str) -> Any:
    """Return a field that can be saved: one that was renamed would be saved under its old path (FiftyOne 1.22)."""
    field = dataset.get_field(path)
    if field is not None and field.path.removeprefix("frames.") != path.removeprefix("frames."):
        dataset._reload(hard=True)
        field = dataset.get_field(path)
    return field


def _info(mark: Mark) -> dict[str, Any]:
    said = {
        "run": mark.run, "role": mark.role, "state": mark.state, "path": mark.path, "dataset": mark.dataset,
    }  # fmt: skip
    return {_INFO: said | ({} if mark.writer is None else mark.writer.plain())}


def _set_mark(field: Any, mark: Mark) -> None:
    field.info = {**(field.info or {}), **_info(mark)}
    field.save()
