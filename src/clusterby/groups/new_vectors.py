"""The vectors of rows that a result has never seen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from clusterby.cache import Cache
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import ClusterbyError, InvalidParameter
from clusterby.ops.condition import Conditioned
from clusterby.ops.embedder import Embedder
from clusterby.ops.given import given_embeddings
from clusterby.tables import open_table
from clusterby.tables.base import Table
from clusterby.tables.fiftyone import is_fiftyone
from clusterby.tables.frames import is_frame

__all__ = ["new_vectors"]


def new_vectors(
    table: Any,
    *,
    by: Mapping[str, float],
    embedder: Embedder | None,
    dimension: int,
    cache: Cache | None,
    conditioned: Conditioned | None = None,
    lacking: ClusterbyError | None = None,
) -> Embeddings:
    """Return the vectors of another table's rows in the space of a result.

    Parameters
    ----------
    table : frame, dict of lists, path, Embeddings, array (m, d) or column of vectors
    by : mapping of str to float
        The columns that the result was made by.
    embedder : Embedder or None
        How rows become vectors; None where vectors were given, or the result was loaded: then a table must have them.
    dimension : int
        How many dimensions they must have.
    cache : Cache or None
    conditioned : Conditioned, optional
        What an instruction made of the vectors that the result was given: it is done to these too.
    lacking : ClusterbyError, optional
        Why there is no embedder, where there was one once.

    Raises
    ------
    InvalidParameter
        If there is no embedder, and the table has no column of vectors named as that of the result.
    InvalidVectors
        If vectors that are given have another number of dimensions.
    """
    if isinstance(table, (Embeddings, np.ndarray)) or (embedder is None and not _is_table(table)):
        return _conditioned(given_embeddings(table), conditioned, dimension)
    opened = open_table(table)
    if embedder is not None:
        return embedder.embed(opened, cache=cache)
    name = next(iter(by))
    column = opened.column(name) if name in opened.columns else None
    if column is None or column.type != "vector":
        if lacking is not None:
            raise InvalidParameter(f"{lacking}; or give predict() their vectors, an array (n, {dimension})")
        raise InvalidParameter(
            f"these clusters do not keep what made their vectors: give predict() an array (n, {dimension}), or a table with "
            f"vectors in a column {name!r}"
        )
    return _conditioned(given_embeddings(column.cells), conditioned, dimension)


def _conditioned(vectors: Embeddings, how: Conditioned | None, dimension: int) -> Embeddings:
    if how is not None and vectors.dimension == len(how.subspace.center) and not how.did(vectors):
        vectors = how.apply(vectors)
    return given_embeddings(vectors, dimension=dimension)


def _is_table(source: Any) -> bool:
    is_open = hasattr(type(source), "group_rows") and isinstance(source, Table)
    return (
        isinstance(source, (str, os.PathLike, Mapping)) or is_open or is_frame(source) or is_fiftyone(source)
    )
