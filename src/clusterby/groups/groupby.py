"""Group a table by plain columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clusterby.core.errors import InvalidParameter
from clusterby.groups.describe import describe
from clusterby.groups.grouped import Grouped
from clusterby.tables import open_table

__all__ = ["GroupBy", "groupby"]


class GroupBy(Grouped):
    """Rows grouped by the values of one or more columns; made by :func:`groupby`."""

    def __init__(self, table: Any, by: Sequence[str]) -> None:
        super().__init__(table, table.group_rows(dict.fromkeys(by)))
        self.by = tuple(by)

    def __repr__(self) -> str:
        return f"<GroupBy {', '.join(self.by)}: {len(self)} groups>"

    def describe(self, most: int = 5) -> Any:
        """Return which values of the other columns mark each group; see :meth:`ClusterBy.describe`."""
        return describe(self.table, self.rows, key=" ".join(self.by), leave_out=self.by, most=most)


def groupby(table: Any, by: str | Sequence[str]) -> GroupBy:
    """Return a table's rows grouped by the values of a column.

    Parameters
    ----------
    table : frame, dict of lists, or path
        Any table; it is not changed.
    by : str or list of str
        The column; with several, the keys are tuples. Rows whose value is missing belong to no group.

    Raises
    ------
    UnknownColumn
        If the table lacks the column.

    Examples
    --------
    >>> import clusterby as cb
    >>> groups = cb.groupby({"label": ["cat", "dog", "cat"], "age": [1, 5, 3]}, "label")
    >>> groups["age"].mean()
    {'label': ['cat', 'dog'], 'age': [2.0, 5.0]}
    """
    names = [by] if isinstance(by, str) else list(by)
    if not names:
        raise InvalidParameter("by=[]: name at least one column")
    opened = open_table(table)
    for name in names:
        opened.column(name)  # raises where it is unknown
    return GroupBy(opened, names)
