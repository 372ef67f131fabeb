"""A table with its clusters as a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray, IntArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter
from clusterby.ops.cluster import spread_labels
from clusterby.tables import open_table
from clusterby.tables.base import Table

__all__ = ["labelled_frame"]


def labelled_frame(
    table: Table,
    labels: IntArray,
    *,
    label_column: str,
    names: tuple[str | None, Mapping[int, str]],
    strengths: tuple[str | None, FloatArray | None, str],
    embeddings: Embeddings | None,
    rows: IntArray | None,
) -> Any:
    """Return a copy of the native table, or of some of its rows, with columns of labels and more.

    Parameters
    ----------
    table : Table
        The table.
    labels : int64 (n,)
        Each row's cluster, masked where there is none.
    label_column : str
        What to call their column.
    names : (str or None, mapping of int to str)
        What to call the column of names, or None for no such column; and the names.
    strengths : (str or None, float32 (n,) or None, str)
        The same for the strengths, and the method that gave them or did not.
    embeddings : Embeddings, optional
        The vectors, to add them too.
    rows : int64 array, optional
        Which rows; None is all.
    """
    name_column, known = names
    _check_distinct([label_column, name_column, strengths[0], embeddings.column if embeddings else None])
    new: dict[str, Any] = {label_column: labels}
    if name_column is not None:
        new[name_column] = _named(labels, known)
    score_column, values, method = strengths
    if score_column is not None:
        if values is None:
            raise InvalidParameter(
                f"score_column={score_column!r}: method {method!r} gives no strengths; leave it out, or use gmm or hdbscan"
            )
        new[score_column] = values
    if embeddings is not None:
        new[embeddings.column] = spread_labels(embeddings.vectors, embeddings)
    if rows is None:
        return table.with_columns(new)
    return open_table(table.take(rows)).with_columns({name: column[rows] for name, column in new.items()})


def _check_distinct(columns: Sequence[str | None]) -> None:
    given = [name for name in columns if name is not None]
    for name in given:
        if given.count(name) > 1:
            raise InvalidParameter(f"two of the new columns would be named {name!r}: give each its own name")


def _named(labels: IntArray, known: Mapping[int, str]) -> Any:
    named = np.full(len(labels), None, dtype=object)
    for cluster, name in known.items():
        named[np.ma.filled(labels == cluster, False)] = name
    return named
