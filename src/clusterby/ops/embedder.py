"""How a table's rows become vectors: fitted once, then applied to any table with the same columns."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import Column, FloatArray, Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import NothingToCluster
from clusterby.core.finite import finite_rows
from clusterby.core.modality import Modality
from clusterby.core.progress import track
from clusterby.encoders import Encoder, EncoderChoice, FittableEncoder
from clusterby.encoders.choose import check_modality
from clusterby.engines import Engine, LocalEngine
from clusterby.media import Decoded, decode
from clusterby.ops.encode import NOT_FINITE, Encoded, checked_vectors, encode_column
from clusterby.tables import Table

__all__ = ["Embedder", "Part", "fit_part", "hidden_column"]

log = logging.getLogger(__name__)

_MEDIA = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.TEXT})
"""Cells whose vectors are worth keeping; numbers and vectors are faster made than found."""


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

    def embed(self, table: Table, *, engine: Engine | None = None, cache: Cache | None = None) -> Embeddings:
        """Return the vectors of a table's rows in this embedder's space.

        Parameters
        ----------
        table : Table
            Any table with the same columns.
        engine : Engine, optional
            Where cells are decoded; None takes threads on this machine.
        cache : Cache, optional
            Where vectors are looked up and stored.

        Raises
        ------
        UnknownColumn
            If the table lacks one of the columns.
        NothingToCluster
            If not one row could be encoded.
        """
        pieces = [
            hidden_column(table, p.choice, p.encoder)
            or _encode(table.column(p.choice.column), p, engine, cache)
            for p in self.parts
        ]
        return self.join(pieces)

    def join(self, pieces: Sequence[Embeddings]) -> Embeddings:
        """Return one set of vectors from those of each column, for the rows that all of them have."""
        rows, n_rows = pieces[0].rows, pieces[0].n_rows
        if len(pieces) == 1 and self.parts[0].center is None and len(rows):
            return pieces[0]
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
    column: Column, choice: EncoderChoice, *, engine: Engine | None = None, cache: Cache | None = None
) -> tuple[Part, Embeddings]:
    """Return a column's fitted part and its vectors."""
    part = Part(choice=choice, encoder=choice.encoder)
    if not isinstance(part.encoder, FittableEncoder):
        return part, _encode(column, part, engine, cache)
    decoded = decode(column, choice.modality)
    if not len(decoded.rows):
        raise NothingToCluster(_nothing(len(column), _skipped(column, decoded.faults)))
    with track(f"fit {choice.name}({column.name}) to {len(decoded.rows):,} cells", 1) as advance:
        part = replace(part, encoder=part.encoder.fit(decoded.values))
        advance(1)
    return part, _encode_decoded(column, part, decoded)


def hidden_column(table: Table, choice: EncoderChoice, encoder: Encoder) -> Embeddings | None:
    """Return the vectors that the table has already under the name of the hidden column, if it has them.

    An encoder that is fitted makes another space of every corpus: its columns are not taken.
    """
    name = f"{choice.name}({choice.column})"
    if name not in table.columns or choice.modality not in _MEDIA or isinstance(encoder, FittableEncoder):
        return None
    decoded = decode(table.column(name), Modality.VECTOR)
    log.info("%s: taken from the table's own column", name)
    why = "no vector in column " + repr(name)
    faults = {row: f"{why}: {reason}" for row, reason in decoded.faults.items()}
    column = table.column(choice.column)
    return Embeddings(
        vectors=decoded.values if len(decoded.rows) else _none(), rows=decoded.rows, n_rows=len(column), column=name,
        space=f"{encoder.name}@{encoder.revision}", skipped=_skipped(column, faults),
    )  # fmt: skip


def _encode(column: Column, part: Part, engine: Engine | None, cache: Cache | None) -> Embeddings:
    fitted = isinstance(part.encoder, FittableEncoder)
    if part.choice.modality not in _MEDIA or fitted:
        return _encode_decoded(column, part, decode(column, part.choice.modality))
    label = f"{part.choice.name}({column.name})"
    kinds = getattr(part.encoder, "modalities", None)
    if kinds is not None:  # of a model whose files tell only now that they are here
        check_modality(part.choice.name, kinds, part.choice.modality, column.name)
    kept = cache if part.encoder.revision else None  # who cannot name a revision cannot be found again
    encoded = encode_column(
        column, part.choice.modality, part.encoder, label=label, engine=engine or LocalEngine(), cache=kept
    )
    return _embeddings(column, part, encoded)


def _encode_decoded(column: Column, part: Part, decoded: Decoded) -> Embeddings:
    count = len(decoded.rows)
    vectors = checked_vectors(part.encoder, part.encoder.encode(decoded.values), count) if count else _none()
    finite = finite_rows(vectors)
    lost = dict.fromkeys(decoded.rows[~finite].tolist(), NOT_FINITE)
    if lost:
        vectors = vectors[finite]
    return _embeddings(column, part, Encoded(vectors, decoded.rows[finite], {**decoded.faults, **lost}))


def _embeddings(column: Column, part: Part, encoded: Encoded) -> Embeddings:
    return Embeddings(
        vectors=encoded.vectors, rows=encoded.rows, n_rows=len(column), column=f"{part.choice.name}({column.name})",
        space=f"{part.encoder.name}@{part.encoder.revision}", skipped=_skipped(column, encoded.faults),
    )  # fmt: skip


def _skipped(column: Column, faults: Mapping[int, str]) -> tuple[Skipped, ...]:
    return tuple(Skipped(row=row, column=column.name, reason=faults[row]) for row in sorted(faults))


def _none() -> FloatArray:
    return np.empty((0, 1), dtype=np.float32)


def _nothing(n_rows: int, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "there is no row to encode"
    first = skipped[0]
    rows = f"all {n_rows} rows" if n_rows > 1 else "the only row"
    return f"{rows} were skipped; row {first.row}, column {first.column!r}: {first.reason}"
