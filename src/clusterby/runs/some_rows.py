"""Some rows of a table, as far as encoders look at one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.core.column import Column, IntArray
from clusterby.tables.base import Grouping, Table

__all__ = ["SomeRows"]


class SomeRows:
    """A table of some of another's rows, in the order that is asked for; folders and faults of columns stay theirs.

    Parameters
    ----------
    table : Table
        The other; never changed.
    rows : int64 (m,)
        Positions in it.

    Examples
    --------
    >>> from clusterby.tables import open_table
    >>> SomeRows(open_table({"v": [10, 20, 30]}), np.array([2, 0])).column("v").cells.tolist()
    [30.0, 10.0]
    """

    def __init__(self, table: Table, rows: IntArray) -> None:
        self._table = table
        self._rows = rows

    @property
    def native(self) -> Any:
        """The rows as a native table."""
        return self._table.take(self._rows)

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._table.columns

    @property
    def kind(self) -> str:
        """What the native table is."""
        return self._table.kind

    def column(self, name: str) -> Column:
        """Return the cells of a column in these rows."""
        whole = self._table.column(name)
        place = {int(row): i for i, row in enumerate(self._rows)}
        faults = {place[row]: why for row, why in whole.faults.items() if row in place}
        return replace(whole, cells=whole.cells[self._rows], faults=faults)

    def ids(self, rows: IntArray) -> Any:
        """Return what the native table calls these rows."""
        return self._table.ids(self._rows[rows])

    def take(self, rows: IntArray) -> Any:
        """Return a native table of the rows at these positions."""
        return self._table.take(self._rows[rows])

    def with_columns(self, new: Mapping[str, Any]) -> Any:
        """Return a copy of the native table with columns added; it is the whole table that can do that."""
        raise NotImplementedError

    def group_rows(self, keys: Mapping[str, np.ma.MaskedArray[Any, Any] | None]) -> Grouping:
        """Group the rows by keys; it is the whole table that can do that."""
        raise NotImplementedError
