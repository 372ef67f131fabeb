"""What every table can do, whichever library it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from clusterby.core.column import Column, IntArray

__all__ = ["AGGREGATES", "Aggregate", "Grouping", "Table"]

Aggregate: TypeAlias = str | Callable[..., Any]

AGGREGATES = (
    "mean", "sum", "min", "max", "median", "std", "var", "count", "nunique", "first", "last", "any", "all",
)  # fmt: skip
"""The aggregates that every table's engine computes, with pandas' meaning: missing values are left out."""


class Grouping(Protocol):
    """The rows of a table grouped by key values; aggregated by the frame's own engine.

    Groups come in increasing order of their keys; rows whose key is missing belong to none. Results are
    of the table's own kind: for pandas what pandas' own groupby returns (a Series or frame indexed by
    the keys); for every other kind a frame whose first columns are the keys.
    """

    def size(self) -> Any:
        """Return how many rows each group has."""

    def rows(self) -> dict[Any, IntArray]:
        """Return the positions of each group's rows, increasing, by key; tuples where there are several keys."""

    def aggregate(self, columns: str | Sequence[str] | None, how: Aggregate) -> Any:
        """Return one aggregate of one column, of several, or of all columns but the keys."""

    def agg(self, *plan: Any, **named: Any) -> Any:
        """Return several aggregates: ``{"date": "mean", "size": ["min", "max"]}`` or ``a=("date", "mean")``."""


@runtime_checkable
class Table(Protocol):
    """Rows and columns of any library; what it gives back is of that library's own kind."""

    @property
    def native(self) -> Any:
        """The table as the caller gave it; never changed."""

    @property
    def n_rows(self) -> int:
        """How many rows there are."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order, each once."""

    @property
    def kind(self) -> str:
        """What the native table is: ``"pandas"``, ``"polars"``, ``"pyarrow"`` or ``"dict"``."""

    def column(self, name: str) -> Column:
        """Return a column's cells.

        Raises
        ------
        UnknownColumn
            If there is none of that name; the message suggests the nearest.
        """

    def ids(self, rows: IntArray) -> Any:
        """Return what the native table calls these rows: the pandas index, else the positions."""

    def take(self, rows: IntArray) -> Any:
        """Return a native table of the rows at these positions, in that order, all columns kept."""

    def with_columns(self, new: Mapping[str, Any]) -> Any:
        """Return a copy of the native table with columns added at the end.

        Parameters
        ----------
        new : mapping of str to array
            Per name an ndarray (n,), a masked array whose masked cells become missing values (integers
            stay integers), an object array with None for missing, or float (n, d) for a vector column, in which
            a row with a masked cell is missing.

        Raises
        ------
        InvalidTable
            If a column of one of the names is there already.
        """

    def group_rows(self, keys: Mapping[str, np.ma.MaskedArray[Any, Any] | None]) -> Grouping:
        """Group the rows by keys.

        Parameters
        ----------
        keys : mapping of str to masked array or None
            Per key its name and its value in each row, masked where the row belongs to no group; None
            for a key that is a column of the table.
        """
