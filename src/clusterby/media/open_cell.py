"""Open the file that a cell names or holds."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from clusterby.core.errors import UnreadableCell
from clusterby.media.formats import is_url
from clusterby.media.paths import locate

__all__ = ["open_cell"]


@contextmanager
def open_cell(cell: Any, *, base: Path | None = None, otherwise: str = "not a file") -> Iterator[IO[bytes]]:
    """Yield the stream of a file, and close it afterwards.

    Parameters
    ----------
    cell : str, PathLike or bytes
        A path (a relative one is looked for in the working folder, then in `base`), or what a file holds.
    base : Path, optional
        The second folder in which a relative path is looked for.
    otherwise : str
        What the reason says of a cell of any other type.

    Raises
    ------
    UnreadableCell
        If there is no such file, it is no regular file, holds nothing, or may not be opened.

    Examples
    --------
    >>> with open_cell(b"RIFF") as stream:
    ...     stream.read()
    b'RIFF'
    """
    if isinstance(cell, (bytes, bytearray, memoryview)):
        if not len(cell):
            raise UnreadableCell("no bytes")
        yield io.BytesIO(cell)
        return
    if not isinstance(cell, (str, os.PathLike)):
        raise UnreadableCell(f"{otherwise}: {type(cell).__name__}")
    try:
        stream = _open_file(cell, base)
    except OSError as error:
        raise UnreadableCell(f"cannot be opened: {(error.strerror or 'no reason given').lower()}") from None
    with stream:
        yield stream


def _open_file(cell: str | os.PathLike[str], base: Path | None) -> IO[bytes]:
    text = os.fsdecode(cell)
    if is_url(text):
        raise UnreadableCell("an address on the web: nothing is fetched, download the file first")
    if not text.strip():
        raise UnreadableCell("an empty path")
    found = locate(text, base=base)
    if found is None:
        raise UnreadableCell("no such file")
    path, facts = Path(found[0]), found[1]
    if stat.S_ISDIR(facts.st_mode):
        raise UnreadableCell("a folder, not a file")
    if not stat.S_ISREG(facts.st_mode):  # opening a pipe would wait for ever
        raise UnreadableCell("not a regular file")
    if not facts.st_size:
        raise UnreadableCell("empty file")
    return path.open("rb")
