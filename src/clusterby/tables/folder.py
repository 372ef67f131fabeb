"""A folder of images, audio or texts as a table."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterby.core.errors import InvalidTable, UnreadableSource
from clusterby.core.modality import Modality
from clusterby.core.suffixes import SUFFIXES, suffixes_of
from clusterby.tables.base import Table
from clusterby.tables.frames import FrameTable
from clusterby.tables.library import choose_library, give_in

__all__ = ["read_folder"]

_NOUNS = {Modality.IMAGE: "images", Modality.AUDIO: "audio files", Modality.TEXT: "texts"}
"""What a folder may be a table of; of equally many the earlier, for a text beside a medium describes it."""

log = logging.getLogger(__name__)

_DIGITS = re.compile(r"(\d+)")


def read_folder(path: str | Path, *, kind: str | None = None) -> Table:
    """Return a table with a row per image, audio file or text in a folder and the folders within it.

    Its columns are ``image`` or ``audio`` (the file's absolute path) or ``text`` (what the file says),
    ``path`` and ``folder`` (relative to the folder given, with ``/``; ``"."`` is that folder itself),
    ``size`` in bytes and ``modified`` in UTC. Of images, audio files and texts, the table is of what there
    is most of. Rows are in natural order of their paths: ``2.png`` before ``10.png``. Hidden files and
    folders and links that lead back to a folder above are left out. A text that is empty or not UTF-8 is
    a missing cell, whose reason is in the column's ``faults``.

    Parameters
    ----------
    path : str or Path
        The folder.
    kind : {"pandas", "polars", "pyarrow"}, optional
        What the native table is to be; None is pandas if installed, else polars, else pyarrow.

    Raises
    ------
    UnreadableSource
        If the folder cannot be listed.
    InvalidTable
        If there is neither an image nor an audio file nor a text in it.
    """
    library = choose_library(kind)
    root = Path(path).absolute()
    files = list(_walk(root))
    found: dict[Modality, list[_File]] = {modality: [] for modality in _NOUNS}
    for file in files:
        known = SUFFIXES.get(file.suffix)
        if known in found:
            found[known].append(file)
    modality = max(found, key=lambda modality: len(found[modality]))
    if not found[modality]:
        raise InvalidTable(
            f"no images, audio files or texts in {str(path)!r}: none of its {len(files)} files ends in "
            f"{', '.join(sorted(suffixes_of(*_NOUNS)))}"
        )
    log.info(
        "%s: %d %s; left out %s", path, len(found[modality]), _NOUNS[modality], _rest(files, found, modality)
    )
    table, faults = _tabulate(sorted(found[modality], key=_natural), modality)
    return FrameTable(give_in(library, table), base=root, faults=faults, source=root)


@dataclass(frozen=True, slots=True)
class _File:
    """A file found in the folder; `folder` is relative to it, with a slash at the end unless empty."""

    folder: str
    entry: os.DirEntry[str]

    @property
    def path(self) -> str:
        return self.folder + self.entry.name

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.entry.name)[1].lower()  # noqa: PTH122 - twice as fast as a Path


def _walk(root: Path) -> Iterator[_File]:
    """Yield the files within, hidden ones left out; each folder is listed once and followed by its own."""
    waiting = [(str(root), "", frozenset[tuple[int, int]]())]
    while waiting:
        path, folder, above = waiting.pop()
        try:
            entries = list(os.scandir(path))
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            if not folder:
                raise UnreadableSource(f"cannot list the folder {path!r}: {error.strerror}") from error
            log.warning("left out the folder %r: %s", path, error.strerror)
            continue
        here = (status.st_dev, status.st_ino)
        if here in above:
            continue  # a link that leads back to a folder above
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if not _is_unicode(entry.path):
                log.warning("left out %r: its name is not Unicode", entry.path)
            elif entry.is_dir():
                waiting.append((entry.path, f"{folder}{entry.name}/", above | {here}))
            elif entry.is_file():
                yield _File(folder, entry)


def _rest(files: list[_File], found: dict[Modality, list[_File]], chosen: Modality) -> str:
    """Say what of a folder is not in its table."""
    others = [f"{len(of)} {_NOUNS[kind]}" for kind, of in found.items() if of and kind is not chosen]
    unknown = f"{len(files) - sum(map(len, found.values()))} other files"
    return f"{', '.join(others)} and {unknown}" if others else unknown


def _tabulate(files: list[_File], modality: Modality) -> tuple[Any, dict[str, dict[int, str]]]:
    import pyarrow as pa

    faults: dict[int, str] = {}
    cells: list[str | None] = []
    for row, file in enumerate(files):
        text, fault = _read_text(file.entry.path) if modality is Modality.TEXT else (file.entry.path, None)
        cells.append(text)
        if fault is not None:
            faults[row] = fault
    statuses = [file.entry.stat() for file in files]
    columns = {
        modality.value: pa.array(cells, pa.string()),
        "path": pa.array([file.path for file in files]),
        "folder": pa.array([file.folder.rstrip("/") or "." for file in files]),
        "size": pa.array([status.st_size for status in statuses], pa.int64()),
        "modified": pa.array(
            [status.st_mtime_ns // 1000 for status in statuses], pa.timestamp("us", tz="UTC")
        ),
    }
    return pa.table(columns), {modality.value: faults}


def _read_text(path: str) -> tuple[str | None, str | None]:
    """Return what the file says, or None and why it cannot be had."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        return None, f"cannot read {path!r}: {error.strerror}"
    if not content:
        return None, f"{path!r} is empty"
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return None, f"{path!r} is not UTF-8 text: byte 0x{content[error.start]:02x} at {error.start}"


def _natural(file: _File) -> tuple[list[list[str | int]], str]:
    parts = [_DIGITS.split(part) for part in file.path.casefold().split("/")]
    return [[int(piece) if i % 2 else piece for i, piece in enumerate(part)] for part in parts], file.path


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
