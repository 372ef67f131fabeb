"""The files of a space, read so that damage to one of them is damage to it alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from clusterby.cache.extents import Extents, find_extents
from clusterby.cache.keys import KeyArray
from clusterby.cache.records import unpack_keys, unpack_vectors
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.errors import UnreadableSource

__all__ = [
    "Block",
    "Fragment",
    "as_slice",
    "first_line",
    "open_fragment",
    "read_blocks",
    "shielded",
    "state_of",
]

log = logging.getLogger(__name__)

T = TypeVar("T")

Block: TypeAlias = tuple[int, int, FloatArray]
"""A run of the wanted places: from, to, and their vectors."""

_SPARSE = 1 / 16  # of a fragment's rows: below, taking them one by one beats reading it all
_BYTES_PER_BATCH = 2 << 20  # few enough to stay near the processor while they are checked and copied


@dataclass(slots=True)
class Fragment:
    """One file with the keys and checksums of its rows.

    Parameters
    ----------
    reader : lance.LanceFragment
        The file.
    keys, checks : uint64 (n, 2), uint64 (n,)
        Of its rows.
    start : int
        The place of its first row among those of all files.
    """

    reader: Any
    keys: KeyArray
    checks: NDArray[np.uint64]
    start: int = 0

    @property
    def stop(self) -> int:
        """The place after its last row."""
        return self.start + len(self.keys)

    @property
    def state(self) -> tuple[int, int, int]:
        """What changes when its rows do."""
        return state_of(self.reader)


def state_of(reader: Any) -> tuple[int, int, int]:
    """Return what changes when a file's rows do."""
    return reader.fragment_id, reader.physical_rows, reader.num_deletions


def open_fragment(reader: Any) -> Fragment:
    """Return a file with its keys.

    Raises
    ------
    UnreadableSource
        If it cannot be read.
    """
    rows = shielded(partial(reader.to_table, columns=["key", "check"]))
    return Fragment(reader, unpack_keys(rows), rows["check"].combine_chunks().to_numpy())


def read_blocks(
    dataset: Any, fragments: Sequence[Fragment], wanted: IntArray, *, folder: Path | None = None
) -> Iterator[Block]:
    """Yield the vectors in these places, which increase; files that cannot be read are left out.

    A block may be overwritten by the next one: copy it first.

    Parameters
    ----------
    dataset : lance.LanceDataset
        The version that the files are of.
    fragments : sequence of Fragment
        All of its files, in order.
    wanted : int64 (m,)
        Places among the rows of all of them.
    folder : Path, optional
        Where the dataset lies, if that is on the local disk.
    """
    dimension = int(dataset.schema.field("vector").type.list_size)
    dense: list[Fragment] = []
    for fragment in fragments:
        first, last = np.searchsorted(wanted, (fragment.start, fragment.stop))
        if first == last:
            continue
        if last - first < _SPARSE * len(fragment.keys) and not fragment.reader.num_deletions:
            yield from _sound(_take(fragment, wanted, first, last))
            continue
        extents = find_extents(fragment.reader, folder, dimension)
        if extents is None:
            dense.append(fragment)
        else:
            yield from _sound(_direct(extents, fragment, wanted))
    if not dense:
        return
    try:  # one scan reads ahead from file to file
        yield from _scan(dataset, dense, wanted)
    except UnreadableSource:
        for fragment in dense:
            yield from _sound(_scan(dataset, [fragment], wanted))


def _sound(blocks: Iterator[Block]) -> Iterator[Block]:
    try:
        yield from blocks
    except UnreadableSource as error:
        log.debug("part of the cache cannot be read: %s", error)


def _take(fragment: Fragment, wanted: IntArray, first: int, last: int) -> Iterator[Block]:
    places = (wanted[first:last] - fragment.start).tolist()
    yield first, last, unpack_vectors(shielded(partial(fragment.reader.take, places, columns=["vector"])))


def _direct(extents: Extents, fragment: Fragment, wanted: IntArray) -> Iterator[Block]:
    start = fragment.start
    chunks = extents.chunks(_rows_per_batch(extents.dimension))
    while (chunk := shielded(partial(next, chunks, None))) is not None:
        first, last = np.searchsorted(wanted, (start, start + len(chunk)))
        if first < last:
            yield first, last, chunk[as_slice(wanted[first:last] - start)]
        start += len(chunk)


def _rows_per_batch(dimension: int) -> int:
    return max(256, _BYTES_PER_BATCH // (4 * dimension))


def _scan(dataset: Any, fragments: Sequence[Fragment], wanted: IntArray) -> Iterator[Block]:
    dimension = int(dataset.schema.field("vector").type.list_size)
    scanner = dataset.scanner(
        columns=["vector"], fragments=[f.reader for f in fragments], scan_in_order=True,
        batch_size=_rows_per_batch(dimension),
    )  # fmt: skip
    starts = iter(fragments)
    start = stop = 0
    for batch in _ahead(scanner.to_batches()):
        if start == stop:
            fragment = next(starts)
            start, stop = fragment.start, fragment.stop
        first, last = np.searchsorted(wanted, (start, start + len(batch)))
        if first < last:
            yield first, last, unpack_vectors(batch)[as_slice(wanted[first:last] - start)]
        start += len(batch)


def _ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield batches, the next of which is read while one is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="clusterby") as reader:
        coming = reader.submit(next, batches, None)
        while (batch := shielded(coming.result)) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def as_slice(places: IntArray) -> IntArray | slice:
    """Return places that follow one another as a slice, which is copied to faster."""
    if places[-1] - places[0] == len(places) - 1 and (np.diff(places) == 1).all():
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def shielded(read: Callable[[], T]) -> T:
    """Return what `read` returns; whatever goes wrong below is an UnreadableSource."""
    try:
        return read()
    except BaseException as error:
        panicked = type(error).__name__ == "PanicException"  # of Rust; not an Exception
        if isinstance(error, Exception) or panicked:
            raise UnreadableSource(first_line(error)) from error
        raise


def first_line(error: BaseException) -> str:
    """Return what a library said, in one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text.partition(", /")[0][:300]  # Lance appends the line of its own source
