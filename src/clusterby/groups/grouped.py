"""Rows in groups, with the habits of pandas' groupby."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter, UnknownColumn, UnknownName
from clusterby.groups.aggregates import Aggregates
from clusterby.tables.base import Aggregate, Grouping, Table

__all__ = ["Grouped", "GroupedColumns", "RowSlicer"]


class GroupedColumns(Aggregates):
    """One or several columns of a grouped table; what ``groups["date"]`` returns."""

    def __init__(self, grouping: Grouping, columns: str | Sequence[str]) -> None:
        self._grouping = grouping
        self._columns = columns

    def __repr__(self) -> str:
        return f"<GroupedColumns {self._columns!r}>"

    def aggregate(self, how: Aggregate) -> Any:
        """Return the aggregate of that name for each group."""
        return self._grouping.aggregate(self._columns, how)

    def agg(self, how: Aggregate | Sequence[Aggregate]) -> Any:
        """Return one aggregate, or several side by side: ``groups["size"].agg(["min", "max"])``."""
        if isinstance(how, (list, tuple)):
            columns = [self._columns] if isinstance(self._columns, str) else self._columns
            return self._grouping.agg({column: list(how) for column in columns})
        return self._grouping.aggregate(self._columns, how)  # type: ignore[arg-type]


class RowSlicer:
    """Rows of one group by their place in it; what ``groups.slice`` returns.

    ``groups.slice[3, 0:5]`` is a native table of the first five rows of group 3, ``groups.slice[3]`` of all.
    """

    def __init__(self, grouped: Grouped) -> None:
        self._grouped = grouped

    def __getitem__(self, where: Any) -> Any:
        key, part = where if _asks_for_part(where, self._grouped.rows) else (where, slice(None))
        members = self._grouped.rows_of(key)
        try:
            rows = np.atleast_1d(members[part])
        except IndexError:
            raise InvalidParameter(
                f"slice[{key!r}, {part!r}]: group {key!r} has {len(members)} rows; give places within them"
            ) from None
        return self._grouped.table.take(rows)


class Grouped(Aggregates):
    """The rows of a table in groups.

    Parameters
    ----------
    table : Table
        The table; never changed.
    grouping : Grouping
        Its rows by key.
    """

    def __init__(self, table: Table, grouping: Grouping) -> None:
        self.table = table
        self._grouping = grouping

    @cached_property
    def rows(self) -> Mapping[Any, IntArray]:
        """The positions of each group's rows, increasing, by key; keys in order."""
        return MappingProxyType(self._grouping.rows())

    @property
    def groups(self) -> dict[Any, Any]:
        """What the table calls each group's rows: for pandas their index labels, else their positions."""
        return {key: self.table.ids(rows) for key, rows in self.rows.items()}

    @property
    def slice(self) -> RowSlicer:
        """Rows of one group by their place in it: ``groups.slice[key, 0:5]``."""
        return RowSlicer(self)

    def rows_of(self, key: Any) -> IntArray:
        """Return the positions of one group's rows.

        Raises
        ------
        UnknownName
            If there is no such group.
        """
        if key not in self.rows:
            raise UnknownName("group", key, map(str, self.rows))
        return self.rows[key]

    def get_group(self, key: Any) -> Any:
        """Return a native table of one group's rows."""
        return self.table.take(self.rows_of(key))

    def aggregate(self, how: Aggregate) -> Any:
        """Return an aggregate of every column it applies to."""
        return self._grouping.aggregate(None, how)

    def agg(self, *plan: Any, **named: Any) -> Any:
        """Return several aggregates.

        Takes ``{"date": "mean", "size": ["min", "max"]}``, or new columns by name: ``oldest=("date", "min")``.
        """
        return self._grouping.agg(*plan, **named)

    def size(self) -> Any:
        """Return how many rows each group has."""
        return self._grouping.size()

    def __getitem__(self, columns: str | list[str]) -> GroupedColumns:
        wanted = [columns] if isinstance(columns, str) else columns
        if not isinstance(wanted, list) or not wanted:
            raise InvalidParameter(f"[{columns!r}]: give a column's name or a list of names")
        for name in wanted:
            if name not in self.table.columns:
                raise UnknownColumn(name, self.table.columns)
        return GroupedColumns(self._grouping, columns)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for key, rows in self.rows.items():
            yield key, self.table.take(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows


def _asks_for_part(where: Any, rows: Mapping[Any, IntArray]) -> bool:
    if not isinstance(where, tuple) or len(where) != 2:
        return False
    return isinstance(where[1], (slice, list, np.ndarray)) or where not in rows
