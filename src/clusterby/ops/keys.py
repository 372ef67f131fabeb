"""The keys of a column's cells: what each is made of, never where it stands."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from clusterby.cache import FileState, KeyArray, Memo, pack_keys
from clusterby.core.column import Column, IntArray
from clusterby.core.modality import Modality
from clusterby.engines import Engine
from clusterby.media.content import content_file, content_hash, content_key, file_hash, text_keys

__all__ = ["CellKeys"]

_FILES_AT_ONCE = 16


class CellKeys:
    """Keys of a column's rows, as far as they are known; the rest by reading files, when they are asked for.

    Parameters
    ----------
    column : Column
        The cells.
    modality : Modality
        How they are read.
    engine : Engine
        Where files are read.
    memo : Memo
        Which files' hashes are known.
    texts : object array, optional
        The decoded texts of the rows in `text_rows`; files are not asked for then.
    text_rows : int64 array, optional
        Their rows.
    salt : callable, optional
        Is given keys of contents and their rows, and returns the keys of what is seen of these contents.

    Attributes
    ----------
    keys : uint64 (n, 2)
        Each row's key.
    known : bool (n,)
        Whether there is one.
    """

    def __init__(
        self,
        column: Column,
        modality: Modality,
        *,
        engine: Engine,
        memo: Memo,
        texts: NDArray[np.object_] | None = None,
        text_rows: IntArray | None = None,
        salt: Callable[[KeyArray, IntArray], KeyArray] | None = None,
    ) -> None:
        self.keys: KeyArray = np.zeros((len(column), 2), dtype=np.uint64)
        self.known = np.zeros(len(column), dtype=bool)
        self._modality, self._engine, self._memo, self._salt = modality, engine, memo, salt
        self._files: dict[int, tuple[bytes, FileState]] = {}
        if texts is not None and text_rows is not None:
            self._set(text_rows, text_keys(texts))
            return
        self._look_at(column)

    def read(self, rows: IntArray) -> None:
        """Read the files of these rows, as far as their keys are not known."""
        wanted = [row for row in rows.tolist() if row in self._files]
        fresh: list[tuple[bytes, FileState, bytes]] = []
        done: list[int] = []
        hashes: list[bytes] = []
        for found in self._engine.map_batches(self._hash_files, wanted, batch_size=_FILES_AT_ONCE):
            for row, digest in found:
                path, state = self._files.pop(row)
                if digest is not None:
                    done.append(row)
                    hashes.append(digest)
                    fresh.append((path, state, digest))
        self._set(done, [content_key(self._modality, digest) for digest in hashes])
        self._memo.remember(fresh)

    def _look_at(self, column: Column) -> None:
        rows: list[int] = []
        hashes: list[bytes] = []
        for row, cell in enumerate(column.cells):
            file = content_file(cell, base=column.base)
            if file is not None:
                self._files[row] = (os.fsencode(file[0]), FileState.of(file[1]))
                continue
            digest = content_hash(cell)
            if digest is not None:
                rows.append(row)
                hashes.append(digest)
        remembered = self._memo.hashes(dict(self._files.values()))
        for row, (path, _) in list(self._files.items()):
            if path in remembered:
                del self._files[row]
                rows.append(row)
                hashes.append(remembered[path])
        self._set(rows, [content_key(self._modality, digest) for digest in hashes])

    def _set(self, rows: Sequence[int] | IntArray, keys: Sequence[bytes]) -> None:
        if len(rows):
            packed = pack_keys(keys)
            self.keys[rows] = (
                packed if self._salt is None else self._salt(packed, np.asarray(rows, dtype=np.int64))
            )
            self.known[rows] = True

    def _hash_files(self, rows: Sequence[int]) -> list[tuple[int, bytes | None]]:
        return [(row, _hash(self._files[row][0])) for row in rows]


def _hash(path: bytes) -> bytes | None:
    try:
        return file_hash(os.fsdecode(path))
    except OSError:
        return None  # decoding it will say why
