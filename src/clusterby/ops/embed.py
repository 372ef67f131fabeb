"""Embed the rows of a table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.cache import Cache, CacheArgument
from clusterby.core.column import Column
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import UnknownColumn
from clusterby.core.modality import Modality, parse_modality
from clusterby.encoders import EncoderChoice, choose_encoder
from clusterby.encoders.choose import EncoderArgument
from clusterby.engines import Engine
from clusterby.instructions import Instruction, InstructionArgument
from clusterby.media import infer_modality
from clusterby.ops.aligned import choose_aligned
from clusterby.ops.asked import Asked, column_instructions
from clusterby.ops.condition import Propose
from clusterby.ops.embedder import Embedder, Part, fit_part
from clusterby.ops.kept import usable_cache
from clusterby.ops.weights import By, column_weights
from clusterby.tables import as_column, open_table
from clusterby.tables.base import Table

__all__ = ["embed", "fit_embedder"]

log = logging.getLogger(__name__)


def embed(
    data: Any,
    by: By | None = None,
    *,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = "auto",
    modality: str | Mapping[str, str] | None = None,
    engine: Engine | None = None,
    cache: CacheArgument = True,
    prefer: Mapping[str, Any] | None = None,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = None,
    description: Asked = None,
    candidates: Any = None,
    ignore: Asked = None,
    region: Any = None,
) -> Embeddings:
    """Return the vectors of a table's rows, or of a column's cells.

    Parameters
    ----------
    data : frame, dict of lists, path, or a column
        Any table (see :func:`clusterby.tables.open_table`), or a column alone; it is not changed.
    by : str, list of str, or dict of str to float, optional
        The column of the table to embed, or several, or several with weights. Vectors of several columns stand side by
        side, each column centred and scaled so that its mean squared distance from the centre is its weight.
    encoder : str, Encoder, callable, or a mapping of columns to these
        ``"auto"`` chooses by modality, and logs its choice, its reason and its weakness.
    modality : str or mapping of columns to str, optional
        What the cells are, where they cannot tell by themselves.
    engine : Engine, optional
        Where cells are decoded; None takes threads on this machine.
    cache : bool, "readonly", str, PathLike or Cache
        Where vectors are looked up and kept: True is ``CLUSTERBY_CACHE`` or the user's cache folder, False is
        nowhere; or a folder or URI.
    prefer : mapping, optional
        What ``encoder="auto"`` should choose by: see :func:`clusterby.encoders.choose_encoder`.

    instruction : str or Instruction, or a mapping of columns to these, optional
        What the vectors should be about: ``"group images by their background"``.
    description : str or list of str, or a mapping of columns to these, optional
        Templates for the candidate words: ``"photo with a {} background"``.
    candidates : list of str, callable or "auto", or a mapping of columns to these, optional
        The words; None takes the lexicon of what the instruction or description names.
    ignore : list of str, or a mapping of columns to these, optional
        Words, or criteria such as ``"color"``, whose differences should not count.
    region : Box, Polygon, Boxes or str, or a mapping of columns to these, optional
        The part of each image that counts; a name is that of a column with one region a row.

    Raises
    ------
    UnknownColumn, InvalidTable, AmbiguousModality, UnknownEncoder, InvalidParameter, NothingToCluster
        Each with the next step.

    See Also
    --------
    clusterby.instructions.Instruction : What the last five arguments make together.

    Examples
    --------
    >>> import clusterby as cb
    >>> cb.embed({"v": [[0.0, 1.0], [1.0, 0.0], None]}, "v")
    <Embeddings identity(v): 2 × 2, 1 rows skipped>
    """
    how: dict[str, Any] = {
        "encoder": encoder, "modality": modality, "engine": engine, "prefer": prefer, "instruction": instruction,
        "description": description, "candidates": candidates, "ignore": ignore, "region": region,
    }  # fmt: skip
    kept = usable_cache(cache)
    if by is None:
        column = as_column(data)
        return fit_embedder({column.name: column}, {column.name: 1.0}, cache=kept, **how)[1]
    opened = open_table(data)
    weights = column_weights(by)
    columns = {name: opened.column(name) for name in weights}
    return fit_embedder(columns, weights, table=opened, cache=kept, **how)[1]


def fit_embedder(
    columns: Mapping[str, Column],
    weights: Mapping[str, float],
    *,
    encoder: EncoderArgument | Mapping[str, EncoderArgument] = "auto",
    modality: str | Mapping[str, str] | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    prefer: Mapping[str, Any] | None = None,
    table: Table | None = None,
    propose: Propose | None = None,
    **asked: Any,
) -> tuple[Embedder, Embeddings]:
    """Return the fitted way from columns to vectors, and the vectors of these columns; see :func:`embed`.

    Where `table` is given, vectors that it has already under a hidden column's name are taken from there.
    """
    instructions = column_instructions(columns, **asked)
    encoders = _per_column(encoder, columns, default="auto")
    modalities = _per_column(modality, columns, default=None)
    by_preference = [
        name for name, asked in encoders.items() if isinstance(asked, str) and asked == "auto"
    ] or columns
    choices = {
        name: _choice(
            column, encoders[name], modalities[name], prefer if name in by_preference else None, instructions[name]
        )
        for name, column in columns.items()
    }  # fmt: skip
    fitted = [
        fit_part(
            column, choices[name],
            table=table, instruction=instructions[name], engine=engine, cache=cache, propose=propose,
        )
        for name, column in columns.items()
    ]  # fmt: skip
    parts, pieces = tuple(p for p, _ in fitted), [e for _, e in fitted]
    if len(parts) > 1:
        parts = tuple(
            _weighted(part, piece, weights[part.choice.column])
            for part, piece in zip(parts, pieces, strict=True)
        )
    embedder = Embedder(parts=parts)
    embeddings = embedder.join(pieces)
    left_out = embeddings.n_rows - len(embeddings)
    if left_out:
        first = embeddings.skipped[0]
        log.warning(
            "skipped %d of %d rows; the first is row %d, column %r: %s",
            left_out, embeddings.n_rows, first.row, first.column, first.reason,
        )  # fmt: skip
    return embedder, embeddings


def _choice(
    column: Column,
    encoder: EncoderArgument,
    modality: str | None,
    prefer: Mapping[str, Any] | None,
    instruction: Instruction | None,
) -> EncoderChoice:
    """Return a column's encoder; one that is chosen, and is to follow words, must know them."""
    if instruction is not None and instruction.speaks:
        return choose_aligned(column, encoder=encoder, modality=modality, prefer=prefer)
    return choose_encoder(encoder, _modality(column, modality), column=column.name, prefer=prefer)


def _modality(column: Column, given: str | Modality | None) -> Modality:
    return infer_modality(column) if given is None else parse_modality(given)


def _per_column(given: Any, columns: Mapping[str, Column], *, default: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return dict.fromkeys(columns, given)
    for name in given:
        if name not in columns:
            raise UnknownColumn(name, columns)
    return {name: given.get(name, default) for name in columns}


def _weighted(part: Part, piece: Embeddings, weight: float) -> Part:
    center = np.zeros(piece.dimension, dtype=np.float32)
    if len(piece):
        center = piece.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = (
        float(np.mean(np.sum((piece.vectors - center) ** 2, axis=1, dtype=np.float64))) if len(piece) else 0.0
    )
    scale = (weight / spread) ** 0.5 if spread > 0 else 1.0
    return replace(part, center=center, scale=scale)
