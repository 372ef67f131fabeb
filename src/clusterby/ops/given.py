"""Vectors that the caller brings."""

from __future__ import annotations

from typing import Any

from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidVectors
from clusterby.ops.embed import embed

__all__ = ["given_embeddings"]


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
