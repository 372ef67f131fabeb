"""Vectors that the caller brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clusterby.cache import Cache
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter, InvalidVectors
from clusterby.core.modality import Modality
from clusterby.encoders import ENCODERS, Encoder, choose_encoder
from clusterby.ops.asked import column_instructions
from clusterby.ops.condition import Conditioned, Propose, condition
from clusterby.ops.embed import embed

__all__ = ["condition_given", "given_embeddings"]


def given_embeddings(vectors: Any, *, n_rows: int | None = None, dimension: int | None = None) -> Embeddings:
    """Return vectors as embeddings; rows that are missing or not finite are skipped.

    Parameters
    ----------
    vectors : Embeddings, array (n, d), or a column of vectors
        One per row.
    n_rows : int, optional
        How many rows there must be.
    dimension : int, optional
        How many dimensions there must be.

    Raises
    ------
    InvalidVectors
        If there are more or fewer.
    """
    if not isinstance(vectors, Embeddings):
        vectors = embed({"embeddings": vectors}, "embeddings", modality="vector")
    if n_rows is not None and vectors.n_rows != n_rows:
        raise InvalidVectors(
            f"embeddings for {vectors.n_rows} rows, but the table has {n_rows}: give one vector per row"
        )
    if dimension is not None and vectors.dimension != dimension:
        raise InvalidVectors(
            f"vectors of {vectors.dimension} dimensions, but the clusters were made in {dimension}: use the same encoder"
        )
    found: Embeddings = vectors
    return found


def condition_given(
    vectors: Embeddings,
    columns: Iterable[str],
    encoder: Any,
    *,
    cache: Cache | None = None,
    propose: Propose | None = None,
    **asked: Any,
) -> Conditioned | None:
    """Return what an instruction makes of vectors that were given; None if nothing is asked.

    Parameters
    ----------
    vectors : Embeddings
        The vectors.
    columns : iterable of str
        The columns they are of.
    encoder : str, Encoder or callable
        What made the vectors; its text tower embeds the words.
    cache, propose
        As for :func:`clusterby.ops.condition.condition`.
    **asked
        See :func:`clusterby.ops.asked.column_instructions`.

    Raises
    ------
    InvalidParameter
        If a region is asked for, it is not said what made the vectors or that did not make them, or several columns have
        an instruction each.
    """
    instructions = {name: found for name, found in column_instructions(columns, **asked).items() if found}
    if not instructions:
        return None
    if len(instructions) > 1:
        raise InvalidParameter(
            f"instructions for {len(instructions)} columns with vectors that are given: these are of all columns together; "
            "give one instruction, or leave embeddings out"
        )
    column, instruction = next(iter(instructions.items()))
    if instruction.region is not None:
        raise InvalidParameter("region= with vectors that are given: they are of whole cells; leave one out")
    return condition(
        vectors, _maker(encoder, column), Modality.VECTOR, instruction, column=column, cache=cache, propose=propose
    )  # fmt: skip


def _maker(encoder: Any, column: str) -> Encoder:
    """Return the encoder that made vectors; of what kind of cells is not known."""
    if isinstance(encoder, Mapping):
        encoder = encoder.get(column, "auto")
    if isinstance(encoder, str) and encoder == "auto":
        raise InvalidParameter(
            "an instruction with vectors that are given: say with encoder= what made them, and "
            "the words get vectors of the same space"
        )
    if isinstance(encoder, str) and encoder in ENCODERS and ENCODERS.get(encoder).fitted:
        raise InvalidParameter(
            f"encoder {encoder!r} makes another space of every corpus: give the fitted encoder itself, or leave embeddings out"
        )
    refusals = []
    for modality in (Modality.TEXT, Modality.IMAGE, Modality.AUDIO):
        try:
            return choose_encoder(encoder, modality, column=column).encoder
        except InvalidParameter as error:
            refusals.append(error)
    raise refusals[0]
