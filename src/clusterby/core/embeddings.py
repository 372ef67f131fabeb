"""Vectors with the rows they belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clusterby.core.column import FloatArray, IntArray, Skipped
from clusterby.core.errors import InvalidVectors
from clusterby.core.finite import finite_rows

__all__ = ["Embeddings", "LateEmbeddings"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embeddings:
    """The vectors of a table's rows in one embedding space.

    Parameters
    ----------
    vectors : float32 (m, d)
        Finite; one per row that could be encoded.
    rows : int64 (m,)
        The position of each vector's row in the table, strictly increasing.
    n_rows : int
        How many rows the table has.
    column : str
        The name of the hidden column these vectors would make: ``"clip(image)"``.
    space : str
        What two sets of vectors must share to be compared: encoder, revision, and for an encoder
        that was fitted to a corpus the corpus' fingerprint.
    skipped : tuple of Skipped
        The other rows, each with its reason.

    Raises
    ------
    InvalidVectors
        If the shapes do not agree or a vector is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> e = Embeddings(vectors=np.eye(2, dtype="float32"), rows=np.arange(2), n_rows=2, column="v", space="v")
    >>> len(e), e.dimension
    (2, 2)
    """

    vectors: FloatArray
    rows: IntArray
    n_rows: int
    column: str
    space: str
    skipped: tuple[Skipped, ...] = ()

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            raise InvalidVectors(
                f"vectors must be float32 (n, d), not {self.vectors.dtype} {self.vectors.shape}"
            )
        if self.rows.shape != (len(self.vectors),):
            raise InvalidVectors(f"{len(self.vectors)} vectors for rows of shape {self.rows.shape}")
        if len(self.rows) and (
            np.any(np.diff(self.rows) <= 0) or self.rows[0] < 0 or self.rows[-1] >= self.n_rows
        ):
            raise InvalidVectors(f"rows must increase strictly within 0 and {self.n_rows}")
        finite = finite_rows(self.vectors)
        if not finite.all():
            bad = int(self.rows[~finite][0])
            raise InvalidVectors(f"the vector of row {bad} is not finite")

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        left_out = f", {len(self.skipped)} rows skipped" if self.skipped else ""
        return f"<Embeddings {self.column}: {len(self)} × {self.dimension}{left_out}>"

    @property
    def dimension(self) -> int:
        """How many dimensions the space has."""
        return int(self.vectors.shape[1])


class LateEmbeddings(Embeddings):
    """Embeddings of a stored result, whose vectors are read when somebody asks for them.

    Parameters
    ----------
    read : callable
        Returns the vectors, float32 (m, d), in the order of `rows`; what it raises says where they are gone.
    dimension : int
        How many dimensions they have.
    rows, n_rows, column, space, skipped
        As for :class:`Embeddings`.

    Examples
    --------
    >>> import numpy as np
    >>> late = LateEmbeddings(
    ...     lambda: np.eye(2, dtype="float32"), dimension=2, rows=np.arange(2), n_rows=2, column="v", space="v"
    ... )
    >>> late, late.vectors.sum()
    (<Embeddings v: 2 × 2>, np.float32(2.0))
    """

    __slots__ = ("_dimension", "_found", "_read")

    _dimension: int
    _found: FloatArray | None
    _read: Callable[[], FloatArray]

    def __init__(
        self,
        read: Callable[[], FloatArray],
        *,
        dimension: int,
        rows: IntArray,
        n_rows: int,
        column: str,
        space: str,
        skipped: tuple[Skipped, ...] = (),
    ) -> None:
        settle = object.__setattr__  # frozen, as all embeddings are
        settle(self, "_read", read)
        settle(self, "_found", None)
        settle(self, "_dimension", dimension)
        settle(self, "rows", rows)
        settle(self, "n_rows", n_rows)
        settle(self, "column", column)
        settle(self, "space", space)
        settle(self, "skipped", skipped)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dimension(self) -> int:
        """How many dimensions the space has."""
        return self._dimension

    @property
    def vectors(self) -> FloatArray:
        """The vectors, float32 (m, d); read at the first call.

        Raises
        ------
        InvalidVectors
            If those that are read are of another shape.
        """
        if self._found is not None:
            return self._found
        found = Embeddings(
            vectors=self._read(), rows=self.rows, n_rows=self.n_rows, column=self.column, space=self.space
        ).vectors
        if found.shape[1] != self._dimension:
            raise InvalidVectors(
                f"the vectors of {self.column} have {found.shape[1]} dimensions now and had {self._dimension} when they "
                "were clustered: cluster again"
            )
        object.__setattr__(self, "_found", found)
        return found
