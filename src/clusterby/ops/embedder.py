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
from clusterby.instructions import Followed, Instruction
from clusterby.instructions.regions import Region
from clusterby.instructions.say import say_region
from clusterby.media import Decoded, decode
from clusterby.ops.condition import (
    Conditioned,
    Propose,
    check_condition,
    condition,
    told_encoder,
    told_name,
)
from clusterby.ops.encode import NOT_FINITE, Encoded, checked_vectors, encode_column
from clusterby.ops.proposed import proposer_of
from clusterby.ops.regions import RowRegions, resolve_regions
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
    region : Box, Polygon or Boxes, optional
        The part of each image that is encoded.
    conditioned : Conditioned, optional
        What an instruction in words makes of the vectors.
    followed : Followed, optional
        How an instruction was carried out.
    """

    choice: EncoderChoice
    encoder: Encoder
    center: FloatArray | None = None
    scale: float = 1.0
    region: Region | None = None
    conditioned: Conditioned | None = None
    followed: Followed | None = None

    @property
    def column(self) -> str:
        """The name of its hidden column: ``"clip(image)"``."""
        return self.conditioned.name(self.plain) if self.conditioned else self.plain

    @property
    def plain(self) -> str:
        """The same without what words make of it."""
        region = "" if self.region is None else f" in {say_region(self.region)}"
        name = f"{self.choice.name}({self.choice.column}{region})"
        told = self.conditioned is None and self.followed is not None and self.followed.method == "prefix"
        return told_name(name, self.followed.about) if told and self.followed else name

    @property
    def space(self) -> str:
        """What its vectors share with those they can be compared with."""
        space = f"{self.encoder.name}@{self.encoder.revision}"
        return self.conditioned.space(space) if self.conditioned else space

    @property
    def width(self) -> int:
        """How many dimensions it has beside others."""
        return 0 if self.center is None else len(self.center)

    def unplace(self, vectors: FloatArray) -> FloatArray:
        """Return vectors that stand beside others as they were before."""
        return vectors if self.center is None else vectors / np.float32(self.scale) + self.center

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
        return " + ".join(part.column for part in self.parts)

    @property
    def space(self) -> str:
        """What two sets of vectors must share to be compared."""
        return " + ".join(p.space + ("" if p.center is None else f"×{p.scale:.6g}") for p in self.parts)

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
        return self.join([_vectors(table, p, engine, cache) for p in self.parts])

    def ready(self) -> Embedder:
        """Return the embedder with its encoders fitted: itself."""
        return self

    def split(self, vectors: FloatArray) -> list[FloatArray]:
        """Return what each column's vectors would be, from joined ones (m, d)."""
        if len(self.parts) == 1:
            return [vectors]
        edges = np.cumsum([part.width for part in self.parts])[:-1]
        return [part.unplace(v) for part, v in zip(self.parts, np.split(vectors, edges, axis=1), strict=True)]

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
    column: Column,
    choice: EncoderChoice,
    *,
    table: Table | None = None,
    instruction: Instruction | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    propose: Propose | None = None,
) -> tuple[Part, Embeddings]:
    """Return a column's fitted part and its vectors.

    Parameters
    ----------
    column : Column
        The cells.
    choice : EncoderChoice
        Their encoder.
    table : Table, optional
        Where the column is from: what it has under the hidden column's name is not encoded again, and regions are columns.
    instruction : Instruction, optional
        What the vectors should be about.
    engine, cache
        As for :meth:`Embedder.embed`.
    propose : callable, optional
        Returns candidate words for a criterion; None asks the chat model that is set up, if one is.
    """
    part = Part(choice=choice, encoder=choice.encoder)
    told = proposer = None
    if instruction is not None:
        part = replace(part, region=_resolved(instruction, column, choice, table))
        told = (
            told_encoder(choice.encoder, choice.modality, instruction, column.name)
            if instruction.speaks
            else None
        )
        if told is not None:
            part = replace(part, encoder=told[0], followed=told[1])
        elif instruction.speaks:  # before anything is encoded
            proposer = None if propose else proposer_of(instruction, column, choice.modality, cache=cache)
            check_condition(choice.encoder, choice.modality, instruction, propose=propose or proposer)
    found = None if table is None else _hidden(table, part)
    if found is None:
        part, found = _fitted(column, part, table, engine, cache)
    if instruction is None:
        return part, found
    if instruction.speaks and told is None:
        if not len(found):
            raise NothingToCluster(_nothing(found.n_rows, found.skipped))
        if proposer is not None:
            propose = proposer.seeing(found, _regions(column, part, table))
        conditioned = condition(
            found, part.encoder, choice.modality, instruction,
            column=column.name, cache=cache, engine=engine, propose=propose,
        )  # fmt: skip
        part = replace(part, conditioned=conditioned, followed=conditioned.followed)
        found = conditioned.apply(found)
    return replace(part, followed=_with_region(part)), found


def _fitted(
    column: Column, part: Part, table: Table | None, engine: Engine | None, cache: Cache | None
) -> tuple[Part, Embeddings]:
    if not isinstance(part.encoder, FittableEncoder):
        return part, _encode(column, part, table, engine, cache)
    name, modality = part.choice.name, part.choice.modality
    decoded = decode(column, modality)
    if not len(decoded.rows):
        raise NothingToCluster(_nothing(len(column), _skipped(column, decoded.faults)))
    with track(f"fit {name}({column.name}) to {len(decoded.rows):,} cells", 1) as advance:
        part = replace(part, encoder=part.encoder.fit(decoded.values))
        advance(1)
    return part, _encode_decoded(column, part, decoded)


def _vectors(table: Table, part: Part, engine: Engine | None, cache: Cache | None) -> Embeddings:
    found = _hidden(table, part)
    if found is None:
        found = _encode(table.column(part.choice.column), part, table, engine, cache)
    return found if part.conditioned is None else part.conditioned.apply(found)


def _hidden(table: Table, part: Part) -> Embeddings | None:
    """Return the vectors that the table has already, if they are of whole cells without a prompt of their own."""
    if part.region is not None or part.encoder is not part.choice.encoder:
        return None
    return hidden_column(table, part.choice, part.encoder)


def _with_region(part: Part) -> Followed:
    followed = part.followed or Followed(column=part.choice.column, method="region")
    return followed if part.region is None else replace(followed, region=say_region(part.region))


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


def _encode(
    column: Column, part: Part, table: Table | None, engine: Engine | None, cache: Cache | None
) -> Embeddings:
    fitted = isinstance(part.encoder, FittableEncoder)
    if part.choice.modality not in _MEDIA or fitted:
        return _encode_decoded(column, part, decode(column, part.choice.modality))
    label = part.plain
    kinds = getattr(part.encoder, "modalities", None)
    if kinds is not None:  # of a model whose files tell only now that they are here
        check_modality(part.choice.name, kinds, part.choice.modality, column.name)
    kept = cache if part.encoder.revision else None  # who cannot name a revision cannot be found again
    encoded = encode_column(
        column, part.choice.modality, part.encoder, label=label, engine=engine or LocalEngine(), cache=kept,
        regions=_regions(column, part, table),
    )  # fmt: skip
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
        vectors=encoded.vectors, rows=encoded.rows, n_rows=len(column), column=part.plain,
        space=f"{part.encoder.name}@{part.encoder.revision}", skipped=_skipped(column, encoded.faults),
    )  # fmt: skip


def _resolved(
    instruction: Instruction, column: Column, choice: EncoderChoice, table: Table | None
) -> Region | None:
    """Return the region without its example, which need not be there when new rows come."""
    if instruction.region is None:
        return None
    found = resolve_regions(instruction.region, column, choice.modality, choice.encoder, table=table)
    return instruction.region if found.fixed is None else found.fixed


def _regions(column: Column, part: Part, table: Table | None) -> RowRegions | None:
    if part.region is None:
        return None
    return resolve_regions(part.region, column, part.choice.modality, part.encoder, table=table)


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
