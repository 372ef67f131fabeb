"""One batch of cells: decoded and prepared on a thread, encoded by the model, halved where memory does not suffice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column
from clusterby.core.errors import UnreadableCell
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder
from clusterby.encoders.base import PreparingEncoder
from clusterby.media import decode_cell
from clusterby.ops.regions import RowRegions

__all__ = ["Batch", "decode_batch", "encode_batch"]

log = logging.getLogger(__name__)


class Batch(NamedTuple):
    """Cells on their way to the model.

    Parameters
    ----------
    rows : list of int
        The rows that could be decoded.
    items : list
        Their decoded cells.
    prepared : object
        What the encoder's ``prepare`` made of the items; None if it has none.
    faults : dict of int to str
        The other rows, with the reason.
    """

    rows: list[int]
    items: list[Any]
    prepared: Any
    faults: dict[int, str]


def decode_batch(
    column: Column,
    modality: Modality,
    rows: Sequence[int],
    *,
    texts: NDArray[np.object_] | None = None,
    prepare: Callable[[list[Any]], Any] | None = None,
    how: Mapping[str, Any] = MappingProxyType({}),
    regions: RowRegions | None = None,
) -> Batch:
    """Return these rows of a column, decoded as `how` says, and prepared where there is a function for it.

    Texts were decoded already: one for each row of the column. Of images their regions are cut out, if there are any.
    """
    items: list[Any] = []
    good: list[int] = []
    faults: dict[int, str] = {}
    if texts is not None:
        items, good = texts[list(rows)].tolist(), list(rows)
    else:
        for row in rows:
            cut = None if regions is None else regions.cut(row)
            try:
                items.append(decode_cell(column.cells[row], modality, base=column.base, cut=cut, **how))
                good.append(row)
            except UnreadableCell as error:
                faults[row] = column.faults.get(row, str(error))
    return Batch(good, items, prepare(items) if prepare is not None and items else None, faults)


def encode_batch(encoder: Encoder, batch: Batch) -> NDArray[Any]:
    """Return the batch's vectors; where memory does not suffice, those of its halves."""
    if not batch.items:
        return np.empty((0, 1), dtype=np.float32)
    try:
        if isinstance(encoder, PreparingEncoder):
            return encoder.encode_prepared(batch.prepared)
        return encoder.encode(batch.items)
    except (MemoryError, RuntimeError) as error:
        if len(batch.items) == 1 or not _out_of_memory(error):
            raise
    log.info("%s: memory does not suffice for %d cells at a time: halved", encoder.name, len(batch.items))
    return np.concatenate([_encode_half(encoder, half) for half in _halves(batch.items)])


def _encode_half(encoder: Encoder, items: list[Any]) -> NDArray[Any]:
    prepared = encoder.prepare(items) if isinstance(encoder, PreparingEncoder) else None
    return encode_batch(encoder, Batch(list(range(len(items))), items, prepared, {}))


def _halves(items: list[Any]) -> tuple[list[Any], list[Any]]:
    middle = len(items) // 2
    return items[:middle], items[middle:]


def _out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()
