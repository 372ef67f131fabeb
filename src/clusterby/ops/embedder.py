"""How a table's rows become vectors: fitted once, then applied to any table with the same columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column, FloatArray, IntArray, Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidVectors, NothingToCluster, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.core.progress import track
from clusterby.encoders import Encoder, EncoderChoice, FittableEncoder
from clusterby.engines import Engine, LocalEngine
from clusterby.media import Decoded, decode, decode_cell
from clusterby.tables import Table

__all__ = ["Embedder", "Part"]

_BATCH = 64
"""Images decoded at a time: enough to keep an encoder busy, few enough to keep in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How one column becomes some of the dimensions.

    Parameters
    ----------
    choice : EncoderChoice
        The column, its modality, and the encoder with the reason for it.
    encoder : Encoder
        That encoder, fitted if it is of a kind that must be.
    center : float32 (d,), optional
        Subtracted from the column's vectors; None where the column stands alone.
    scale : float
        Multiplied with them.
    """

    choice: EncoderChoice
    encoder: Encoder
    center: FloatArray | None = None
    scale: float = 1.0

    def place(self, vectors: FloatArray) -> FloatArray:
        """Return the vectors as they stand beside those of other columns."""
        return vectors if self.center is None else (vectors - self.center) * np.float32(self.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedder:
    """The fitted way from a table's rows to vectors.

    Parameters
    ----------
    parts : tuple of Part
        One per column.
    """

    parts: tuple[Part, ...]

    @property
    def column(self) -> str:
        """The name of the hidden column: ``"clip(image)"``, joined by ``+`` where there are several."""
        return " + ".join(f"{p.choice.name}({p.choice.column})" for p in self.parts)

    @property
    def space(self) -> str:
        """What two sets of vectors must share to be compared."""
        return " + ".join(
            f"{p.encoder.name}@{p.encoder.revision}" + ("" if p.center is None else f"×{p.scale:.6g}")
            for p in self.parts
        )

    def embed(self, table: Table, *, engine: Engine | None = None) -> Embeddings:
        """Return the vectors of a table's rows in this embedder's space.

        Raises
        ------
        UnknownColumn
            If the table lacks one of the columns.
        NothingToCluster
            If not one row could be encoded.
        """
        pieces = [_encode(table.column(p.choice.column), p, engine or LocalEngine()) for p in self.parts]
        return self.join(pieces)

    def join(self, pieces: Sequence[Embeddings]) -> Embeddings:
        """Return one set of vectors from those of each column, for the rows that all of them have."""
        rows, n_rows = pieces[0].rows, pieces[0].n_rows
        for piece in pieces[1:]:
            rows = np.intersect1d(rows, piece.rows, assume_unique=True)
        skipped = sorted((s for piece in pieces for s in piece.skipped), key=lambda s: s.row)
        if not len(rows):
            raise NothingToCluster(_nothing(n_rows, skipped))
        blocks = [
            part.place(piece.vectors[np.searchsorted(piece.rows, rows)])
            for part, piece in zip(self.parts, pieces, strict=True)
        ]
        return Embeddings(
            vectors=blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1),
            rows=rows, n_rows=n_rows, column=self.column, space=self.space, skipped=tuple(skipped),
        )  # fmt: skip


def fit_part(
    column: Column, choice: EncoderChoice, *, engine: Engine | None = None
) -> tuple[Part, Embeddings]:
    """Return a column's fitted part and its vectors."""
    part = Part(choice=choice, encoder=choice.encoder)
    if not isinstance(part.encoder, FittableEncoder):
        return part, _encode(column, part, engine or LocalEngine())
    decoded = decode(column, choice.modality)
    if not len(decoded.rows):
        raise NothingToCluster(_nothing(len(column), _skipped(column, decoded.faults)))
    with track(f"fit {choice.name}({column.name}) to {len(decoded.rows):,} cells", 1) as advance:
        part = replace(part, encoder=part.encoder.fit(decoded.values))
        advance(1)
    return part, _encode_decoded(column, part, decoded)


def _encode(column: Column, part: Part, engine: Engine) -> Embeddings:
    if part.choice.modality is Modality.IMAGE:
        return _encode_images(column, part, engine)
    return _encode_decoded(column, part, decode(column, part.choice.modality))


def _encode_decoded(column: Column, part: Part, decoded: Decoded) -> Embeddings:
    count = len(decoded.rows)
    vectors = _checked(part, part.encoder.encode(decoded.values), count) if count else _none()
    return _embeddings(column, part, vectors, decoded.rows, dict(decoded.faults))


def _embeddings(
    column: Column, part: Part, vectors: FloatArray, rows: IntArray, faults: dict[int, str]
) -> Embeddings:
    vectors, rows, faults = _drop_non_finite(vectors, rows, faults)
    return Embeddings(
        vectors=vectors, rows=rows, n_rows=len(column), column=f"{part.choice.name}({column.name})",
        space=f"{part.encoder.name}@{part.encoder.revision}", skipped=_skipped(column, faults),
    )  # fmt: skip


def _skipped(column: Column, faults: Mapping[int, str]) -> tuple[Skipped, ...]:
    return tuple(Skipped(row=row, column=column.name, reason=faults[row]) for row in sorted(faults))


def _encode_images(column: Column, part: Part, engine: Engine) -> Embeddings:
    shrink_to: int | None = getattr(part.encoder, "shrink_to", None)
    opened = partial(decode_cell, modality=part.choice.modality, base=column.base, shrink_to=shrink_to)
    blocks: list[FloatArray] = []
    rows: list[int] = []
    faults: dict[int, str] = {}
    with track(f"encode {part.choice.name}({column.name})", len(column)) as advance:
        positions = range(len(column))
        for batch in engine.map_batches(partial(_decode_batch, column, opened), positions, batch_size=_BATCH):
            images = [item for _, item, _ in batch if item is not None]
            if images:
                blocks.append(_checked(part, part.encoder.encode(images), len(images)))
            rows += [row for row, item, _ in batch if item is not None]
            faults |= {row: why for row, item, why in batch if item is None}
            advance(len(batch))
    vectors = np.concatenate(blocks) if blocks else _none()
    return _embeddings(column, part, vectors, np.array(rows, dtype=np.int64), faults)


def _decode_batch(
    column: Column, opened: Callable[[Any], Any], rows: Sequence[int]
) -> list[tuple[int, Any, str]]:
    found: list[tuple[int, Any, str]] = []
    for row in rows:
        try:
            found.append((row, opened(column.cells[row]), ""))
        except UnreadableCell as error:
            found.append((row, None, column.faults.get(row, str(error))))
    return found


def _checked(part: Part, vectors: NDArray[Any], count: int) -> FloatArray:
    if vectors.ndim != 2 or len(vectors) != count or not vectors.shape[1]:
        raise InvalidVectors(
            f"encoder {part.encoder.name!r} gave an array of shape {vectors.shape} for {count} cells; it must "
            f"return one vector per cell: ({count}, d)"
        )
    return vectors.astype(np.float32, copy=False)


def _drop_non_finite(
    vectors: FloatArray, rows: IntArray, faults: dict[int, str]
) -> tuple[FloatArray, IntArray, dict[int, str]]:
    finite = np.isfinite(vectors).all(axis=1)
    if finite.all():
        return vectors, rows, faults
    lost = dict.fromkeys(rows[~finite].tolist(), "the encoder gave a vector that is not finite")
    return vectors[finite], rows[finite], faults | lost


def _none() -> FloatArray:
    return np.empty((0, 1), dtype=np.float32)


def _nothing(n_rows: int, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "there is no row to encode"
    first = skipped[0]
    rows = f"all {n_rows} rows" if n_rows > 1 else "the only row"
    return f"{rows} were skipped; row {first.row}, column {first.column!r}: {first.reason}"
