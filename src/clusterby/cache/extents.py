"""Where the vectors lie in a file: read from there, they cost one copy instead of three."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray

__all__ = ["Extents", "find_extents"]


class Extents:
    """The parts of a Lance file that hold its vectors, uncompressed and in order.

    Parameters
    ----------
    path : Path
        The file.
    parts : list of (int, int)
        Offset and length of each part, in bytes; each holds whole vectors.
    dimension : int
        Of the vectors.
    """

    def __init__(self, path: Path, parts: list[tuple[int, int]], dimension: int) -> None:
        self.path, self.parts, self.dimension = path, parts, dimension

    def chunks(self, rows: int) -> Iterator[FloatArray]:
        """Yield all vectors in order, float32 (m, d) with m up to `rows`; each is overwritten by the next.

        Raises
        ------
        OSError
            If the file cannot be read, or ends too early.
        """
        width = 4 * self.dimension
        room = np.empty((rows, self.dimension), dtype=np.float32)
        with self.path.open("rb", buffering=0) as stream:
            for offset, length in self.parts:
                stream.seek(offset)
                for start in range(0, length, rows * width):
                    part = room[: min(rows, (length - start) // width)]
                    _fill(stream, part.data.cast("B"))
                    yield part


def find_extents(fragment: Any, folder: Path | None, dimension: int) -> Extents | None:
    """Return where a fragment's vectors lie; None where they must be read through Lance.

    Asks the file's own metadata and takes nothing for granted: one buffer for each page of the column, in which just as many
    bytes lie as its vectors have. What is read is checked row by row in any case.

    Parameters
    ----------
    fragment : lance.LanceFragment
        The fragment.
    folder : Path, optional
        The dataset on the local disk; None elsewhere.
    dimension : int
        Of the vectors.
    """
    files = fragment.data_files()
    if folder is None or fragment.num_deletions or len(files) != 1 or not dimension:
        return None
    path = folder / "data" / files[0].path
    try:
        from lance.file import LanceFileReader

        metadata = LanceFileReader(str(path)).metadata()
        place = metadata.schema.get_field_index("vector")
        pages = metadata.columns[place].pages
        parts = [(buffer.position, buffer.size) for page in pages for buffer in page.buffers]
    except Exception:  # noqa: BLE001 - whatever this version of Lance says otherwise: the usual way remains
        return None
    width = 4 * dimension
    plain = len(parts) == len(pages) and not any(size % width for _, size in parts)
    return (
        Extents(path, parts, dimension)
        if plain and sum(s for _, s in parts) == fragment.physical_rows * width
        else None
    )


def _fill(stream: Any, room: memoryview) -> None:
    while len(room):
        count = stream.readinto(room)
        if not count:
            raise OSError("the file ends too early")
        room = room[count:]
