"""One writer at a time per dataset, whichever process or thread it is in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from fiftyone.core.odm import get_db_conn
from pymongo.errors import DuplicateKeyError

from clusterby.core.errors import InvalidTable
from clusterby.fiftyone.current import current_dataset, read_anew
from clusterby.fiftyone.writer import Writer, is_alive, writer_of, writing

__all__ = ["alone", "undisturbed"]

P = ParamSpec("P")
T = TypeVar("T")

COLLECTION = "clusterby.writers"
"""Where the database keeps who is writing: a document per dataset."""

_POLL = 0.05  # seconds

_held = threading.local()


@contextmanager
def alone(dataset: Any, *, wait: float = 600.0) -> Iterator[None]:
    """Keep every other writer out of a dataset inside the block, and begin with what the last one has left there.

    FiftyOne saves what changed of a schema by position, from each process' own copy of it: of two writers at once one undoes
    what the other did, or leaves a field that nothing can read. A block inside another one of the same thread changes nothing.

    Parameters
    ----------
    dataset : Dataset
    wait : float
        The most seconds to wait for another writer that is alive; one that is gone is not waited for.

    Raises
    ------
    InvalidTable
        If it is still writing then.
    """
    key = dataset._doc.id
    mine: set[Any] = _held.__dict__.setdefault("datasets", set())
    if key in mine:
        yield
        return
    writers = get_db_conn()[COLLECTION]
    with writing() as writer:
        _enter(writers, dataset, writer, wait)
        mine.add(key)
        try:
            read_anew(dataset)
            yield
        finally:
            mine.discard(key)
            writers.delete_one({"_id": key, "token": writer.token})


def undisturbed(work: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Let a function read or write a dataset while nobody else writes it: a run is never met half-written."""

    @wraps(work)
    def worked(dataset: Any, *args: P.args, **kwargs: P.kwargs) -> T:
        with alone(current_dataset(dataset)):
            return work(dataset, *args, **kwargs)

    return cast("Callable[Concatenate[Any, P], T]", worked)


def _enter(writers: Any, dataset: Any, writer: Writer, wait: float) -> None:
    key, deadline = dataset._doc.id, time.monotonic() + wait
    while True:
        try:
            writers.insert_one({"_id": key, **writer.plain()})
            return
        except DuplicateKeyError:
            other = writers.find_one({"_id": key})
        if other is None:
            continue
        before = writer_of(other)
        if not is_alive(before):
            writers.delete_one({"_id": key, "token": other.get("token")})
        elif time.monotonic() > deadline:
            who = (
                "another process"
                if before is None
                else f"process {before.pid} on {before.host} since {before.since}"
            )
            raise InvalidTable(f"dataset {dataset.name!r} is being written by {who}: wait for it to end")
        else:
            time.sleep(_POLL)
