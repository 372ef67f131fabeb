"""A dataset whose list of files is damaged: the list before it counts."""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from clusterby.cache.fragments import shielded
from clusterby.core.errors import UnreadableSource

__all__ = ["open_dataset"]

log = logging.getLogger(__name__)

_DAMAGED = re.compile(
    r"too small|sufficient data|invalid range|out of range|failed to decode|column indices|magic|utf-8|corrupt",
    re.IGNORECASE,
)
"""What Lance says of a manifest cut short or written over; not of one that is newer than it, or out of reach for now."""


def open_dataset(
    uri: str, *, folder: Path | None, lock: Callable[[], AbstractContextManager[Any]] | None
) -> Any:
    """Return the latest version of a Lance dataset that can be read; None if there is none.

    Parameters
    ----------
    uri : str
        Where it lies.
    folder : Path, optional
        The same on the local disk. Elsewhere nothing is mended.
    lock : callable, optional
        Gives a context in which no other process writes; None if nothing may be changed.

    Raises
    ------
    UnreadableSource
        If it is there and cannot be read.
    """
    import lance

    read = partial(shielded, partial(lance.dataset, uri))
    while True:
        try:
            return read()
        except UnreadableSource as error:
            said = str(error)
            if "was not found" in said and not _manifests(folder):
                return None
            if folder is None or lock is None or not _DAMAGED.search(said):
                raise UnreadableSource(f"the cache at {uri} cannot be read: {said}") from error
        with lock():
            try:
                return read()  # another process may have been faster
            except UnreadableSource:
                aside = _put_aside(folder)
        log.warning(
            "the cache at %s was damaged (%s): the version before it is used, the damaged file is in %s",
            uri,
            said,
            aside,
        )


def _put_aside(folder: Path) -> Path:
    """Move the newest list of files out of the way, or the whole folder if there is none; return where to."""
    newest = _manifests(folder)[:1]
    if not newest:
        aside = folder.with_name(f"{folder.name}.damaged-{time.time_ns()}")
        shutil.move(folder, aside)
        return aside
    aside = folder / "_damaged"
    aside.mkdir(exist_ok=True)
    newest[0].rename(aside / newest[0].name)
    (folder / "_versions" / "latest_version_hint.json").unlink(missing_ok=True)
    return aside


def _manifests(folder: Path | None) -> list[Path]:
    """Return the lists of files, the newest first, as Lance names them."""
    return [] if folder is None else sorted((folder / "_versions").glob("*.manifest"))
