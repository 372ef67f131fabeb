"""Who is writing to a dataset, and whether they still are."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import psutil  # type: ignore[import-untyped]  # a dependency of FiftyOne's

__all__ = ["Writer", "is_alive", "writer_of", "writing"]

_STALE_HOURS = 24
_CLOCK_SECONDS = 5.0  # what the time of a process' start may be off

_here: set[str] = set()
"""What threads of this process are writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A process that writes to a dataset.

    Parameters
    ----------
    host : str
        The machine.
    pid : int
        The process.
    token : str
        What it is about: one for each piece of work.
    since : str
        When that began, in UTC, as ISO 8601.
    """

    host: str
    pid: int
    token: str
    since: str

    def plain(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self)


@contextmanager
def writing() -> Iterator[Writer]:
    """Yield the writer of what is written inside the block: it is being written, not left behind."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    writer = Writer(host=socket.gethostname(), pid=os.getpid(), token=uuid.uuid4().hex, since=now)
    _here.add(writer.token)
    try:
        yield writer
    finally:
        _here.discard(writer.token)


def writer_of(stored: Mapping[str, Any]) -> Writer | None:
    """Return the writer that was stored, None if what was stored is none.

    Examples
    --------
    >>> writer_of({"pid": 1}) is None
    True
    """
    try:
        writer = Writer(**{name: stored[name] for name in ("host", "pid", "token", "since")})
        datetime.fromisoformat(writer.since)
    except (KeyError, TypeError, ValueError):
        return None
    return writer if isinstance(writer.pid, int) else None


def is_alive(writer: Writer | None) -> bool:
    """Whether a writer is still there, as far as can be known from here; one of another machine is for a day."""
    if writer is None:
        return False
    began = datetime.fromisoformat(writer.since)
    if writer.host != socket.gethostname():
        return (datetime.now(UTC) - began).total_seconds() < _STALE_HOURS * 3600
    if writer.pid == os.getpid():
        return writer.token in _here
    try:
        started = psutil.Process(writer.pid).create_time()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
    return bool(
        started <= began.timestamp() + _CLOCK_SECONDS
    )  # a later process has been given the same number
