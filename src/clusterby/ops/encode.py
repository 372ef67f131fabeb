"""Encode the cells of a column, each content once: looked up, and encoded only if it has never been."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusterby.cache import Cache, KeyIndex, Memo, Space
from clusterby.core.column import Column, FloatArray, IntArray
from clusterby.core.errors import InvalidVectors, UnwritableTarget
from clusterby.core.finite import finite_rows
from clusterby.core.modality import Modality
from clusterby.core.progress import track
from clusterby.encoders import Encoder
from clusterby.encoders.base import BillingEncoder, PreparingEncoder
from clusterby.engines import Engine
from clusterby.media import decode
from clusterby.ops.batches import Batch, decode_batch, encode_batch
from clusterby.ops.keys import CellKeys
from clusterby.ops.regions import RowRegions

__all__ = ["NOT_FINITE", "Encoded", "checked_vectors", "encode_column", "space_facts"]

log = logging.getLogger(__name__)

NOT_FINITE = "the encoder gave a vector that is not finite"

_BATCH = {Modality.IMAGE: 64, Modality.AUDIO: 16, Modality.TEXT: 256}
"""Items at a time where the encoder does not say."""

_COMMIT_SECONDS = 3.0
"""Work that may be lost when the process is killed."""

_WINDOW_SECONDS = 20.0
_WINDOW = 512, 65_536
"""After so much work, or so many rows, what other processes have stored meanwhile is looked up."""


class Encoded(NamedTuple):
    """What came of a column.

    Parameters
    ----------
    vectors : float32 (m, d)
        One per good row.
    rows : int64 (m,)
        Those rows, increasing.
    faults : dict of int to str
        Every other row, with the reason.
    """

    vectors: FloatArray
    rows: IntArray
    faults: dict[int, str]


def encode_column(
    column: Column,
    modality: Modality,
    encoder: Encoder,
    *,
    label: str,
    engine: Engine,
    cache: Cache | None,
    regions: RowRegions | None = None,
) -> Encoded:
    """Return the vectors of a column of images, sound or texts.

    Parameters
    ----------
    column : Column
        The cells.
    modality : Modality
        IMAGE, AUDIO or TEXT.
    encoder : Encoder
        One that need not be fitted.
    label : str
        What to call the work: ``"clip(image)"``.
    engine : Engine
        Where cells are decoded and prepared.
    cache : Cache, optional
        Where vectors are looked up and stored.
    regions : RowRegions, optional
        What is seen of each image. Its vector is kept under a key of its own for each region.
    """
    return _Work(column, modality, encoder, label, engine, cache, regions).run()


@dataclass(slots=True)
class _Pending:
    """Vectors that are not stored yet."""

    rows: list[IntArray] = field(default_factory=list)
    vectors: list[FloatArray] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


class _Work:
    def __init__(
        self,
        column: Column,
        modality: Modality,
        encoder: Encoder,
        label: str,
        engine: Engine,
        cache: Cache | None,
        regions: RowRegions | None,
    ) -> None:
        self._column, self._modality, self._encoder, self._label = column, modality, encoder, label
        self._engine, self._regions = engine, regions
        self._have = np.zeros(len(column), dtype=bool)
        self._vectors: FloatArray = np.empty((0, 1), dtype=np.float32)
        self._faults: dict[int, str] = {}
        self._texts: NDArray[np.object_] | None = None  # by row
        self._space: Space | None = None if cache is None else cache.space(space_facts(encoder))
        self._cache = cache
        self._encoded: list[IntArray] = []
        self._found = 0
        self._loaded = False
        self._pending = _Pending()
        self._batch_size = int(getattr(encoder, "batch_size", None) or _BATCH[modality])

    def run(self) -> Encoded:
        memo = Memo(None) if self._cache is None else self._cache.memo
        if self._modality is Modality.TEXT:
            decoded = decode(self._column, Modality.TEXT)
            self._faults = dict(decoded.faults)
            texts, rows = decoded.values, decoded.rows
            self._texts = np.full(len(self._column), "", dtype=object)
            self._texts[rows] = texts
            self._cells = CellKeys(
                self._column, self._modality, engine=self._engine, memo=memo, texts=texts, text_rows=rows
            )
        else:
            salt = None if self._regions is None else self._regions.salt
            self._cells = CellKeys(self._column, self._modality, engine=self._engine, memo=memo, salt=salt)
            rows = np.arange(len(self._column), dtype=np.int64)
            if self._regions is not None:
                self._faults = dict(self._regions.faults)
                rows = np.setdiff1d(rows, list(self._faults), assume_unique=True)
        self._look_up(rows[self._cells.known[rows]])
        todo = self._in_order(rows[~self._have[rows]])
        if len(todo):
            self._bill(todo)
            self._encode_all(todo)
        if self._space is not None and self._cache is not None:
            _tell(self._cache, self._space, self._label, self._found, sum(map(len, self._encoded)))
        good = np.flatnonzero(self._have).astype(np.int64, copy=False)
        vectors = self._vectors if len(good) == len(self._vectors) else self._vectors[good]
        if self._space is not None and len(good):
            self._space.remember(self._cells.keys[good], vectors)
        return Encoded(vectors if len(good) else np.empty((0, 1), np.float32), good, self._faults)

    def _in_order(self, rows: IntArray) -> IntArray:
        """Return the rows as they are best encoded: where texts are padded, those of like length together."""
        if self._texts is None or not isinstance(self._encoder, PreparingEncoder):
            return rows
        lengths = np.fromiter(map(len, self._texts[rows]), dtype=np.int64, count=len(rows))
        return rows[np.argsort(-lengths, kind="stable")]

    def _bill(self, rows: IntArray) -> None:
        if isinstance(self._encoder, BillingEncoder) and self._texts is not None:
            chosen = rows[self._first_of_each(rows) == np.arange(len(rows))]
            log.warning("%s: %s", self._label, self._encoder.estimate(self._texts[chosen].tolist()))

    def _encode_all(self, todo: IntArray) -> None:
        with track(f"encode {self._label}", len(todo)) as advance:
            try:
                for window in _windows(todo):
                    self._encode_window(window, advance)
                    self._commit()
            except BaseException:
                self._commit_in_passing()
                raise
        if self._space is not None:
            self._space.compact()

    def _encode_window(self, window: IntArray, advance: Callable[[int], None]) -> None:
        self._cells.read(window[~self._cells.known[window]])
        known = window[self._cells.known[window]]
        self._look_up(known)
        self._copy_earlier(known[~self._have[known]])
        missing = window[~self._have[window]]
        first = self._first_of_each(missing)
        chosen = missing[first == np.arange(len(missing))]
        advance(len(window) - len(chosen))
        if len(chosen) and not self._loaded:
            self._load()
        for batch in self._timed(self._prepared(chosen)):
            self._place(batch, encode_batch(self._encoder, batch))
            self._faults |= batch.faults
            advance(len(batch.rows) + len(batch.faults))
            if time.monotonic() - self._pending.since > _COMMIT_SECONDS:
                self._commit()
        self._repeat(missing, missing[first])

    def _load(self) -> None:
        """Load the model, on this thread and with a word of it, before the engine's threads need it."""
        load, self._loaded = getattr(self._encoder, "load", None), True
        if load is not None:
            with track(f"load {self._encoder.name}", 1) as advance:
                load()
                advance(1)

    def _timed(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Yield batches, and tell the encoder whether they are waited for longer than it works on them."""
        waited = worked = 0.0
        before = time.monotonic()
        for batch in batches:
            arrived = time.monotonic()
            yield batch
            waited, worked = waited + arrived - before, worked + time.monotonic() - arrived
            before = time.monotonic()
            if hasattr(self._encoder, "crowded"):
                self._encoder.crowded = waited > worked

    def _prepared(self, rows: IntArray) -> Iterator[Batch]:
        prepare = self._encoder.prepare if isinstance(self._encoder, PreparingEncoder) else None

        how = _decoding(self._encoder)

        def work(chosen: Sequence[int]) -> Batch:
            return decode_batch(
                self._column, self._modality, chosen, texts=self._texts, prepare=prepare, how=how,
                regions=self._regions,
            )  # fmt: skip

        return self._engine.map_batches(work, rows.tolist(), batch_size=self._batch_size, retries=2)

    def _first_of_each(self, rows: IntArray) -> IntArray:
        """Return for each place the first place whose row has the same key; a row without a key is alone."""
        first = np.arange(len(rows))
        known = np.flatnonzero(self._cells.known[rows])
        keys = self._cells.keys[rows[known]]
        first[known] = known[KeyIndex(keys).find(keys)]
        return first

    def _look_up(self, rows: IntArray) -> None:
        if self._space is None or not len(rows):
            return
        self._space.refresh()
        found, vectors = self._space.read(self._cells.keys[rows])
        if len(vectors):
            self._put(rows[found], vectors)
            self._found += len(vectors)

    def _copy_earlier(self, rows: IntArray) -> None:
        """Copy the vectors of rows that were encoded in an earlier window and have the same content."""
        if not len(rows) or not self._encoded:
            return
        earlier = np.concatenate(self._encoded)
        earlier = earlier[self._cells.known[earlier]]
        places = KeyIndex(self._cells.keys[earlier]).find(self._cells.keys[rows])
        if (places >= 0).any():
            self._put(rows[places >= 0], self._vectors[earlier[places[places >= 0]]])

    def _repeat(self, rows: IntArray, first: IntArray) -> None:
        """Give rows what came of the first row with the same content: its vector, or its fault."""
        again = rows != first
        for row, origin in zip(rows[again].tolist(), first[again].tolist(), strict=True):
            if origin in self._faults:
                self._faults[row] = self._faults[origin]
        copied = again & self._have[first]
        if copied.any():
            self._put(rows[copied], self._vectors[first[copied]])

    def _place(self, batch: Batch, vectors: NDArray[Any]) -> None:
        if not len(batch.rows):
            return
        checked = checked_vectors(self._encoder, vectors, len(batch.rows))
        rows = np.array(batch.rows, dtype=np.int64)
        finite = finite_rows(checked)
        if not finite.all():
            self._faults |= dict.fromkeys(rows[~finite].tolist(), NOT_FINITE)
            rows, checked = rows[finite], checked[finite]
        if len(rows):
            self._put(rows, checked)
            self._encoded.append(rows)
            self._pending.rows.append(rows)
            self._pending.vectors.append(checked)

    def _put(self, rows: IntArray, vectors: FloatArray) -> None:
        if len(rows) == len(self._column) and (np.diff(rows) == 1).all():
            self._vectors = vectors  # all at once and in order: nothing to copy
        if not len(self._vectors):
            self._vectors = np.empty((len(self._column), vectors.shape[1]), dtype=np.float32)
        if vectors.shape[1] != self._vectors.shape[1]:
            raise InvalidVectors(
                f"encoder {self._encoder.name!r} gave vectors of {vectors.shape[1]} dimensions after ones of "
                f"{self._vectors.shape[1]}: it must give the same number for every cell"
            )
        if self._vectors is not vectors:
            self._vectors[rows] = vectors
        self._have[rows] = True

    def _commit(self) -> None:
        pending = self._pending
        if self._space is not None and pending.rows:
            rows = np.concatenate(pending.rows)
            known = self._cells.known[rows]
            if known.any():
                self._space.append(self._cells.keys[rows[known]], np.concatenate(pending.vectors)[known])
        self._pending = (
            _Pending()
        )  # not before: after an interrupt all is appended again, which doubles nothing

    def _commit_in_passing(self) -> None:
        try:
            self._commit()
        except UnwritableTarget as error:
            log.warning("%s", error)


def _tell(cache: Cache, space: Space, label: str, found: int, encoded: int) -> None:
    if not cache.read_only:
        cache.memo.count(space.name, hits=found, misses=encoded)
    if found:
        log.info("%s: %s vectors from the cache, %s encoded", label, f"{found:,}", f"{encoded:,}")


def space_facts(encoder: Encoder) -> dict[str, Any]:
    """Return what makes up an encoder's space in the cache.

    An encoder that is known by several names says in ``identity`` what it is.
    """
    return {
        "encoder": getattr(encoder, "identity", None) or encoder.name,
        "revision": encoder.revision,
        **_decoding(encoder),
        "dtype": "float32",
    }


def _decoding(encoder: Encoder) -> dict[str, Any]:
    """Return how an encoder wants media decoded, as :func:`clusterby.media.decode_cell` takes it."""
    return {fact: getattr(encoder, fact, None) for fact in ("shrink_to", "sampling_rate", "max_seconds")}


def _windows(rows: IntArray) -> Iterator[IntArray]:
    """Yield runs of the rows, each of about as much work as is worth doing between looks at the store."""
    least, most = _WINDOW
    start, size = 0, least
    while start < len(rows):
        began = time.monotonic()
        yield rows[start : start + size]
        start += size
        rate = size / max(time.monotonic() - began, 1e-6)
        size = int(min(most, max(least, rate * _WINDOW_SECONDS)))


def checked_vectors(encoder: Encoder, vectors: NDArray[Any], count: int) -> FloatArray:
    """Return vectors as float32, if there is one for each cell.

    Raises
    ------
    InvalidVectors
        If there is not.
    """
    if vectors.ndim != 2 or len(vectors) != count or not vectors.shape[1]:
        raise InvalidVectors(
            f"encoder {encoder.name!r} gave an array of shape {vectors.shape} for {count} cells; it must "
            f"return one vector per cell: ({count}, d)"
        )
    return vectors.astype(np.float32, copy=False)
