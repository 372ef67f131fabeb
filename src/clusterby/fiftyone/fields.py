"""The fields that runs write: whose they are stands in their info, and no other is ever touched."""

from __future__ import annotations

import os
import re
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import fiftyone as fo
from clusterby.core.errors import InvalidParameter

__all__ = [
    "Mark",
    "check_field",
    "declare",
    "drop",
    "mark_of",
    "marked_fields",
    "set_state",
    "writer_is_alive",
    "writing",
]

Role = Literal["labels", "names"]
State = Literal["writing", "done"]

_INFO = "clusterby"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_STALE_HOURS = 24
_OF_SAMPLES = frozenset(
    {
        "id", "pk", "filepath", "tags", "metadata", "created_at", "last_modified_at", "frames", "groups", "group",
        "media_type", "dataset_id", "sample_id",
    }
)  # fmt: skip

_here: set[str] = set()
"""What threads of this process are writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a field of ours says of itself.

    Parameters
    ----------
    run : str
        The key of the run that it belongs to.
    role : {"labels", "names"}
    state : {"writing", "done"}
    host, pid, token, since : str, int, str, str
        Who writes: the machine, the process and what it is about; and since when in UTC.
    """

    run: str
    role: Role
    state: State
    host: str
    pid: int
    token: str
    since: str


def mark_of(field: Any) -> Mark | None:
    """Return the mark of a field, None where it is not ours."""
    info = (getattr(field, "info", None) or {}).get(_INFO)
    return Mark(**info) if isinstance(info, dict) else None


def check_field(dataset: Any, path: str, *, run: str, role: Role) -> None:
    """Refuse a field that is not a name, is reserved, or is there and not this run's own.

    Raises
    ------
    InvalidParameter
    """
    parent, _, name = path.rpartition(".")
    word = "cluster_field" if role == "labels" else "names_field"
    if not _NAME.fullmatch(name):
        raise InvalidParameter(
            f"{word}={name!r}: give a word of letters, digits and _ that begins with a letter"
        )
    if name in _reserved(parent):
        raise InvalidParameter(f"{word}={name!r} is reserved by FiftyOne: choose another name")
    field = dataset.get_field(path)
    if field is None:
        return
    mark = mark_of(field)
    if mark is None:
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


def _reserved(parent: str) -> frozenset[str]:
    if parent == "frames":
        return _OF_SAMPLES | {"frame_number", "sample_id"}
    if parent:
        kind = fo.Detection if parent.endswith(".detections") else fo.Polyline
        return frozenset({"id", "pk", *kind._fields})
    return _OF_SAMPLES


@contextmanager
def writing() -> Iterator[str]:
    """Yield a token for what is written inside the block: fields that bear it are being written, not left behind."""
    token = uuid.uuid4().hex
    _here.add(token)
    try:
        yield token
    finally:
        _here.discard(token)


def declare(
    dataset: Any, path: str, *, run: str, role: Role, token: str, confidence: bool = False, description: str
) -> None:
    """Make a field of ours in state ``"writing"``, or put it there again.

    Parameters
    ----------
    dataset : Dataset
    path : str
    run, role, token
        As of :class:`Mark`.
    confidence : bool
        Whether values are a ``Classification`` instead of a string.
    description : str
        For the tooltip in the App.
    """
    if dataset.get_field(path) is None:
        add = dataset.add_frame_field if path.startswith("frames.") else dataset.add_sample_field
        name = path.removeprefix("frames.")
        mark = _info(run, role, "writing", token)
        if confidence:
            add(
                name,
                fo.EmbeddedDocumentField,
                embedded_doc_type=fo.Classification,
                description=description,
                info=mark,
            )
        else:
            add(name, fo.StringField, description=description, info=mark)
        return
    field = dataset.get_field(path)
    field.description = description
    _set_info(field, _info(run, role, "writing", token))


def set_state(
    dataset: Any, path: str, state: State, *, run: str | None = None, token: str | None = None
) -> None:
    """Let a field of ours be in that state, under `token`; with `run`, let it belong to that run."""
    field = dataset.get_field(path)
    mark = mark_of(field)
    if mark is not None:
        _set_info(field, _info(run or mark.run, mark.role, state, token or mark.token))


def drop(dataset: Any, path: str) -> None:
    """Delete a field of ours with its index and color; one that is not ours stays."""
    if mark_of(dataset.get_field(path)) is None:
        return
    parent, _, name = path.rpartition(".")
    if parent == "frames":
        dataset.delete_frame_field(name)
    else:
        dataset.delete_sample_field(path)


def marked_fields(dataset: Any) -> Iterator[tuple[str, Mark]]:
    """Yield the path and the mark of every field of ours, of samples, of labels and of frames."""
    schemas: list[tuple[str, Mapping[str, Any]]] = [("", dataset.get_field_schema(flat=True))]
    if dataset.media_type in ("video", "group"):
        schemas.append(("frames.", dataset.get_frame_field_schema(flat=True) or {}))
    for prefix, schema in schemas:
        for path, field in schema.items():
            mark = mark_of(field)
            if mark is not None:
                yield prefix + path, mark


def writer_is_alive(mark: Mark) -> bool:
    """Whether the process that writes a field is there, as far as can be known from here."""
    if mark.host != socket.gethostname():
        begun = datetime.fromisoformat(mark.since)
        return (datetime.now(UTC) - begun).total_seconds() < _STALE_HOURS * 3600
    if mark.pid == os.getpid():
        return mark.token in _here
    try:
        os.kill(mark.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _info(run: str, role: Role, state: State, token: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        _INFO: {
            "run": run, "role": role, "state": state, "token": token,
            "host": socket.gethostname(), "pid": os.getpid(), "since": now,
        }
    }  # fmt: skip


def _set_info(field: Any, info: dict[str, Any]) -> None:
    field.info = {**(field.info or {}), **info}
    field.save()
