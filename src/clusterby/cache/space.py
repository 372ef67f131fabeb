"""One embedding space on disk: a Lance dataset of keys, vectors and checksums."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clusterby.cache.alive import recall, remember
from clusterby.cache.checks import checksums
from clusterby.cache.damage import open_dataset
from clusterby.cache.fragments import (
    Fragment,
    as_slice,
    open_fragment,
    read_blocks,
    shielded,
    state_of,
)
from clusterby.cache.keys import KeyArray, KeyIndex, no_keys
from clusterby.cache.records import pack_records, record_schema, unpack_records
from clusterby.cache.refusal import in_our_words
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import InvalidVectors, UnreadableSource

__all__ = ["Space"]

log = logging.getLogger(__name__)

_MANY = 48  # fragments, after which they are rewritten as one
_KEEP_VERSIONS = 600  # seconds for which another process may still read what compaction replaced
_ROWS_PER_FRAGMENT = 1 << 20
_FORMAT: Literal["2.0"] = "2.0"  # of Lance's files: whole vectors are read in half the time of 2.1 and 2.2


class Space:
    """The vectors of one embedding space.

    Parameters
    ----------
    uri : str
        Where the dataset lies; it need not exist yet.
    name : str
        What the cache calls it.
    folder : Path, optional
        The same as a local folder, for the lock beside it; None in an object store, where writers do without.
    facts : mapping
        What makes up the space; stored with the first row.
    read_only : bool
        Whether nothing may be written.
    """

    def __init__(
        self,
        uri: str,
        *,
        name: str = "",
        folder: Path | None = None,
        facts: Mapping[str, Any] = MappingProxyType({}),
        read_only: bool = False,
    ) -> None:
        self.uri, self.name = uri, name
        self.facts = dict(facts)
        self.read_only = read_only
        self._folder = folder
        self._fragments: list[Fragment] = []
        self._index = KeyIndex(no_keys())
        self._checks = np.empty(0, dtype=np.uint64)
        self._version: int | None = None
        self._dataset: Any = None
        self._damaged: set[int] = set()
        self._lock: Any = None

    def __len__(self) -> int:
        return len(self._index)

    @property
    def dimension(self) -> int | None:
        """Of the vectors; None while there are none."""
        return None if self._dataset is None else int(self._dataset.schema.field("vector").type.list_size)

    @property
    def schema(self) -> Any:
        """The Arrow schema; None while there is nothing."""
        return None if self._dataset is None else self._dataset.schema

    def find(self, keys: KeyArray) -> IntArray:
        """Return the place of each key, int64 (m,); −1 where it is not stored. See :meth:`refresh`."""
        return self._index.find(keys)

    def refresh(self) -> None:
        """Take in what other processes have stored meanwhile."""
        lock = None if self.read_only else self.locked
        opened = open_dataset(self.uri, folder=self._folder, lock=lock)
        if opened is None:
            self._dataset, self._version, self._fragments, self._index = None, None, [], KeyIndex(no_keys())
            return
        if opened.version == self._version:
            return
        known = {f.state: f for f in self._fragments}
        self._fragments, start = [], 0
        for reader in opened.get_fragments():
            fragment = known.get(state_of(reader)) or self._open_fragment(reader)
            self._fragments.append(Fragment(reader, fragment.keys, fragment.checks, start))
            start += len(fragment.keys)
        self._dataset, self._version = opened, opened.version
        self._index = KeyIndex(np.concatenate([no_keys(), *(f.keys for f in self._fragments)]))
        self._checks = np.concatenate([np.empty(0, np.uint64), *(f.checks for f in self._fragments)])

    def read(self, keys: KeyArray) -> tuple[NDArray[np.bool_], FloatArray]:
        """Return which keys are stored, bool (m,), and the vectors of those, float32 (k, d), in their order.

        A row whose checksum is wrong counts as not stored; it is reported, and replaced by the next :meth:`append`.
        What :meth:`remember` was told of is returned itself, not a copy.
        """
        places = self.find(keys)
        found = places >= 0
        if not found.any():
            return found, np.empty((0, self.dimension or 0), dtype=np.float32)
        places, keys = places[found], keys[found]
        checks = self._checks[places]
        alive = recall(self.uri, keys, checks)
        if alive is not None:
            return found, alive
        vectors = np.empty((len(places), self.dimension or 0), dtype=np.float32)
        order = np.argsort(places, kind="stable")
        good = np.zeros(len(places), dtype=bool)
        for first, last, block in read_blocks(
            self._dataset, self._fragments, places[order], folder=self._folder
        ):
            chosen = as_slice(order[first:last])
            good[chosen] = checksums(keys[chosen], block) == checks[chosen]
            vectors[chosen] = block
        if not good.all():
            self._report(places[~good])
            found[found] = good
            vectors = vectors[good]
        return found, vectors

    def remember(self, keys: KeyArray, vectors: FloatArray) -> None:
        """Spare the next :meth:`read` of these keys the disk, as long as somebody holds their vectors."""
        remember(self.uri, keys, vectors)

    def append(self, keys: KeyArray, vectors: FloatArray) -> int:
        """Store vectors, all or none; return how many were new.

        Raises
        ------
        InvalidVectors
            If their dimension is not that of the space.
        UnwritableTarget
            If the disk is full, or nothing can be written there.
        """
        if self.read_only:
            return 0
        with self.locked(), in_our_words(self.uri):
            self.refresh()
            self._mend()
            if self.dimension not in (None, vectors.shape[1]):
                raise InvalidVectors(
                    f"vectors of {vectors.shape[1]} dimensions for a space of {self.dimension} ({self.uri}): an encoder must "
                    "change its revision when its vectors change"
                )
            new = self.find(keys) < 0
            if not new.any():
                return 0
            self._write(keys[new], vectors[new])
            self.refresh()
            return int(new.sum())

    def compact(self, *, at_once: bool = False) -> None:
        """Rewrite many small fragments as few large ones; drops the second of equal keys, and old versions.

        Parameters
        ----------
        at_once : bool
            Whether to do so however few there are, and to free the space of old versions even if another process
            may still read them.
        """
        if self.read_only or (not at_once and len(self._fragments) < _MANY):
            return
        from datetime import timedelta

        with self.locked(), in_our_words(self.uri):
            self.refresh()
            if self._dataset is None:
                return
            self._drop_doubles()
            self._dataset.optimize.compact_files(
                target_rows_per_fragment=_ROWS_PER_FRAGMENT, materialize_deletions_threshold=0.0
            )
            self.refresh()
            kept = timedelta(seconds=0 if at_once else _KEEP_VERSIONS)
            self._dataset.cleanup_old_versions(older_than=kept)

    def delete(self, *, before: float | None = None, oldest: int = 0) -> int:
        """Delete rows by when they were stored; return how many.

        Parameters
        ----------
        before : float, optional
            Unix time in seconds: rows stored earlier are deleted.
        oldest : int
            How many of the oldest rows are deleted.
        """
        with self.locked(), in_our_words(self.uri):
            self.refresh()
            if self._dataset is None:
                return 0
            rows = len(self)
            limits = [] if before is None else [int(before * 1e6)]
            if oldest:
                stored = self._dataset.to_table(columns=["stored"])["stored"].to_numpy()
                limits.append(int(np.sort(stored)[min(oldest, rows) - 1]) + 1)
            early = f"stored < {max(limits, default=0)}"
            if self._dataset.count_rows(early):
                self._dataset.delete(early)
            self.refresh()
            return rows - len(self)

    def _write(self, keys: KeyArray, vectors: FloatArray) -> None:
        import lance

        schema = record_schema(vectors.shape[1], self.facts)
        records = pack_records(schema, keys, vectors, checksums(keys, vectors), time.time())
        if self._dataset is None:
            try:
                lance.write_dataset(records, self.uri, mode="create", data_storage_version=_FORMAT)
            except OSError as error:
                if "already exists" not in str(error):
                    raise
            else:
                return
        lance.write_dataset(records, self.uri, mode="append")

    def _open_fragment(self, reader: Any) -> Fragment:
        try:
            return open_fragment(reader)
        except UnreadableSource as error:
            log.warning("part of the cache at %s is damaged and will be made anew: %s", self.uri, error)
            self._damaged.add(reader.fragment_id)
            rows = reader.count_rows()
            return Fragment(reader, np.zeros((rows, 2), np.uint64), np.zeros(rows, np.uint64))

    def _report(self, places: IntArray) -> None:
        starts = np.array([f.start for f in self._fragments])
        hit = np.unique(np.searchsorted(starts, places, side="right") - 1)
        self._damaged |= {self._fragments[i].reader.fragment_id for i in hit}
        log.warning(
            "%d of the vectors stored in %s are damaged: they are not used, but made anew",
            len(places),
            self.uri,
        )

    def _mend(self) -> None:
        """Replace each damaged fragment by its sound rows."""
        import lance

        damaged = [f for f in self._fragments if f.reader.fragment_id in self._damaged]
        for fragment in damaged:
            try:
                keys, vectors, checks = shielded(partial(_read_all, fragment.reader))
            except UnreadableSource:
                continue
            sound = checksums(keys, vectors) == checks
            if sound.any():
                self._write(keys[sound], vectors[sound])
        if damaged:
            gone = [f.reader.fragment_id for f in damaged]
            operation = lance.LanceOperation.Delete(
                updated_fragments=[], deleted_fragment_ids=gone, predicate="damaged"
            )
            lance.LanceDataset.commit(self.uri, operation, read_version=lance.dataset(self.uri).version)
            self.refresh()
        self._damaged.clear()

    def _drop_doubles(self) -> None:
        """Delete the second of equal keys: two writers without a lock may both have stored one."""
        keys = np.concatenate([no_keys(), *(f.keys for f in self._fragments)])
        doubled = np.flatnonzero(self.find(keys) != np.arange(len(keys)))
        if len(doubled):
            ids = self._dataset.to_table(columns=[], with_row_id=True)["_rowid"].to_numpy()[doubled]
            self._dataset.delete(f"_rowid IN ({', '.join(map(str, ids))})")
            self.refresh()

    def locked(self) -> Any:
        """Return a context in which no other process writes; nothing in an object store."""
        if self._folder is None:
            return nullcontext()
        if self._lock is None:
            from filelock import FileLock

            with in_our_words(self.uri):
                self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(f"{self._folder}.lock")  # may be taken again by the thread that holds it
        return self._lock


def _read_all(reader: Any) -> tuple[KeyArray, FloatArray, NDArray[np.uint64]]:
    return unpack_records(reader.to_table())
