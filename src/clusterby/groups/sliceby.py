"""Slices of a table: groups that may overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.cache import CacheArgument
from clusterby.core.column import Column, FloatArray, IntArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter
from clusterby.encoders.base import embeds_queries
from clusterby.encoders.choose import EncoderArgument
from clusterby.groups.describe import describe
from clusterby.groups.grouped import Grouped
from clusterby.instructions import InstructionArgument
from clusterby.kernels.otsu import otsu_threshold
from clusterby.ops.aligned import choose_aligned
from clusterby.ops.asked import Asked
from clusterby.ops.cluster import spread_labels
from clusterby.ops.embed import fit_embedder
from clusterby.ops.kept import usable_cache
from clusterby.ops.queries import embed_queries
from clusterby.tables import factorize, open_table
from clusterby.tables.base import Grouping, Table

__all__ = ["SliceBy", "sliceby"]


class SliceBy(Grouped):
    """Overlapping slices of a table; made by :func:`sliceby`.

    Attributes
    ----------
    scores_ : float32 (n, q)
        How well each row fits each slice, −1 to 1 for queries, 0 or 1 for boolean columns; NaN where the row
        was skipped.
    thresholds_ : mapping of str to float
        The least score of each slice's rows.
    """

    def __init__(
        self,
        table: Table,
        by: Sequence[str],
        rows: Mapping[str, IntArray],
        scores: FloatArray,
        thresholds: Mapping[str, float],
    ) -> None:
        self.by = tuple(by)
        self.scores_ = scores
        self.thresholds_ = MappingProxyType(dict(thresholds))
        self._members = MappingProxyType(dict(rows))
        super().__init__(*_repeated(table, rows))
        self.table = table

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name!r}: {len(rows)}" for name, rows in self.rows.items())
        return f"<SliceBy of {self.table.n_rows} rows: {sizes}>"

    @property
    def rows(self) -> Mapping[Any, IntArray]:
        """The positions of each slice's rows by name, the best score first."""
        return self._members

    def describe(self, most: int = 5) -> Any:
        """Return which values of the columns mark each slice; see :meth:`ClusterBy.describe`."""
        return describe(self.table, self.rows, key="slice", leave_out=self.by, most=most)


def sliceby(
    table: Any,
    by: str | Sequence[str],
    *,
    queries: Sequence[str] | None = None,
    encoder: EncoderArgument = "auto",
    modality: str | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    threshold: float | None = None,
    most: int | None = None,
    instruction: InstructionArgument | None = None,
    description: Asked = None,
    candidates: Any = None,
    ignore: Asked = None,
    region: Any = None,
) -> SliceBy:
    """Return slices of a table, which may overlap and need not cover it.

    Parameters
    ----------
    table : frame, dict of lists, or path
        Any table; it is not changed.
    by : str or list of str
        The column that the queries are about; without queries, boolean columns, each of which is a slice.
    queries : list of str, optional
        Descriptions; a row's score is the cosine between its vector and the query's.
    encoder, modality, prefer, cache
        As for :func:`clusterby.embed`; the encoder must be able to embed text queries.
    threshold : float, optional
        The least score of a slice's rows. None splits each query's scores where the two sides differ
        most (Otsu 1979, *A threshold selection method from gray-level histograms*).
    most : int, optional
        The most rows a slice may have: those with the best scores.
    instruction, description, candidates, ignore, region
        What the vectors that queries are compared with should be about, as for :func:`clusterby.embed`. Queries are seen
        the same way: with ``instruction="group by color"`` the shape in "a red ring" says nothing.

    Raises
    ------
    InvalidParameter
        If the encoder cannot embed text, or a column to slice by is not boolean.

    Examples
    --------
    >>> import clusterby as cb
    >>> table = {"title": ["a red bike", "red wine", "blue bike", "white wine"], "price": [200, 9, 150, 7]}
    >>> slices = cb.sliceby(table, "title", queries=["bike", "red"], threshold=0.3)
    >>> slices["price"].max()
    {'slice': ['bike', 'red'], 'price': [200, 200]}
    """
    opened = open_table(table)
    names = [by] if isinstance(by, str) else list(by)
    columns = [opened.column(name) for name in names]
    if queries is None:
        about = {
            "instruction": instruction,
            "description": description,
            "candidates": candidates,
            "ignore": ignore,
            "region": region,
        }
        for name, value in about.items():
            if value is not None:
                raise InvalidParameter(
                    f"{name}={value!r:.60} without queries: boolean columns are slices as they are"
                )
        return _by_flags(opened, columns)
    if len(columns) != 1:
        raise InvalidParameter(f"by={by!r}: queries are about one column; name it")
    asked = _checked_queries(queries)
    choice = choose_aligned(columns[0], encoder=encoder, modality=modality, prefer=prefer)
    if not embeds_queries(choice.encoder):
        raise InvalidParameter(
            f"encoder {choice.name!r} cannot embed text, so queries cannot be compared with its vectors: pass encoder= one "
            "that is aligned with language (clusterby encoders)"
        )
    kept = usable_cache(cache)
    embedder, embeddings = fit_embedder(
        {names[0]: columns[0]}, {names[0]: 1.0}, encoder=choice.encoder, modality=choice.modality, cache=kept,
        table=opened, instruction=instruction, description=description, candidates=candidates, ignore=ignore,
        region=region,
    )  # fmt: skip
    part = embedder.parts[0]
    vectors = embed_queries(part.encoder, asked, purpose="queries=", cache=kept)
    if part.conditioned is not None:
        vectors = part.conditioned.subspace.transform_queries(vectors)
    scores = _cosines(embeddings, vectors)
    rows, thresholds = _best_rows(asked, scores, embeddings, threshold, most)
    everywhere = np.ma.filled(spread_labels(scores, embeddings), np.nan)
    return SliceBy(opened, names, rows, everywhere, thresholds)


def _repeated(table: Table, rows: Mapping[str, IntArray]) -> tuple[Table, Grouping]:
    """Return a table with each row once per slice it is in, and its rows by slice."""
    members = np.concatenate([*rows.values(), np.empty(0, np.int64)])
    if not len(members):  # no library groups a table without rows: group this one, all rows left out
        nowhere = np.ma.MaskedArray(np.full(table.n_rows, None), mask=True)
        return table, table.group_rows({"slice": nowhere})
    slices = np.repeat(np.array(list(rows), dtype=object), [len(r) for r in rows.values()])
    repeated = open_table(table.take(members))
    return repeated, repeated.group_rows({"slice": np.ma.asarray(slices)})


def _checked_queries(queries: Sequence[str]) -> list[str]:
    asked = [queries] if isinstance(queries, str) else list(queries)
    for query in asked:
        if not isinstance(query, str) or not query.strip():
            raise InvalidParameter(f"query {query!r}: give a few words")
    if not asked or len(set(asked)) < len(asked):
        raise InvalidParameter(f"queries={asked!r}: give at least one query, each once")
    return asked


def _cosines(embeddings: Embeddings, queries: FloatArray) -> FloatArray:
    return _unit(embeddings.vectors) @ _unit(queries).T


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: FloatArray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return units


def _best_rows(
    queries: Sequence[str],
    scores: FloatArray,
    embeddings: Embeddings,
    threshold: float | None,
    most: int | None,
) -> tuple[dict[str, IntArray], dict[str, float]]:
    rows: dict[str, IntArray] = {}
    thresholds: dict[str, float] = {}
    for place, query in enumerate(queries):
        of_query = scores[:, place]
        least = otsu_threshold(of_query) if threshold is None else float(threshold)
        inside = np.flatnonzero(of_query >= least)
        best = inside[np.argsort(-of_query[inside], kind="stable")][:most]
        rows[query], thresholds[query] = embeddings.rows[best], least
    return rows, thresholds


def _by_flags(table: Table, columns: Sequence[Column]) -> SliceBy:
    rows: dict[str, IntArray] = {}
    flags: list[NDArray[np.float32]] = []
    for column in columns:
        if column.type != "boolean":
            raise InvalidParameter(
                f"column {column.name!r} holds {column.type} cells, not true and false: pass queries= to slice by what "
                "it means, or a boolean column"
            )
        codes, values = factorize(column)
        true = np.isin(codes, [code for code, value in enumerate(values) if value])
        rows[column.name] = np.flatnonzero(true).astype(np.int64)
        flags.append(np.where(codes < 0, np.nan, true).astype(np.float32))
    return SliceBy(table, list(rows), rows, np.stack(flags, axis=1), dict.fromkeys(rows, 1.0))
