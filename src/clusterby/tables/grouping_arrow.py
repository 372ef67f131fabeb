"""Groups of an Arrow table, aggregated by Arrow's own engine with pandas' meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter, InvalidTable
from clusterby.tables.aggregates import Step, plan_columns, plan_several
from clusterby.tables.arrow_aggregates import aggregate_groups, number_groups
from clusterby.tables.base import Aggregate
from clusterby.tables.keys import Keys, rows_by_key
from clusterby.tables.new_columns import to_arrow

__all__ = ["ArrowGrouping"]


class ArrowGrouping:
    """The rows of an Arrow table by keys; see :class:`~clusterby.tables.base.Grouping`.

    Nulls are left out of every aggregate and make no group. NaN is a value in Arrow, not a missing one,
    and stays so, among the keys too. Medians are exact.

    Parameters
    ----------
    table : pyarrow.Table
        Never changed, and not copied.
    keys : mapping of str to masked array or None
        As in :meth:`~clusterby.tables.base.Table.group_rows`.
    opaque : sequence of str
        Columns whose cells stand for objects that cannot be compared.

    Raises
    ------
    InvalidParameter
        If the cells of a key are lists, structs or objects.
    """

    def __init__(self, table: Any, keys: Keys, *, opaque: Sequence[str] = ()) -> None:
        self._table = table
        self._opaque = frozenset(opaque)
        schema = nw.from_native(table, eager_only=True).schema
        self._schema = {n: nw.Object() if n in self._opaque else dtype for n, dtype in schema.items()}
        for name in keys:
            if keys[name] is None and name in self._opaque:
                raise InvalidParameter(f"rows cannot be grouped by {name!r}, whose cells are objects")
        columns = {
            n: table.column(n) if v is None else pa.chunked_array([to_arrow(v, n)]) for n, v in keys.items()
        }
        self._codes, firsts = number_groups(columns)
        self._keys = pa.table({name: column.take(pa.array(firsts)) for name, column in columns.items()})

    def size(self) -> Any:
        """Return the keys and a column ``size``: how many rows each group has."""
        if "size" in self._keys.column_names:
            raise InvalidTable("the result would have two columns 'size': give the key another name")
        sizes = np.bincount(self._codes[self._codes >= 0], minlength=len(self._keys))
        return self._keys.append_column("size", pa.array(sizes.astype(np.int64)))

    def rows(self) -> dict[Any, IntArray]:
        """Return the positions of each group's rows, increasing, by key; tuples where there are several keys."""
        columns = [column.to_pylist() for column in self._keys.columns]
        return rows_by_key(self._codes, columns[0] if len(columns) == 1 else zip(*columns, strict=True))

    def aggregate(self, columns: str | Sequence[str] | None, how: Aggregate) -> Any:
        """Return the keys and the aggregated columns."""
        return self._collect(plan_columns(self._schema, self._keys.column_names, columns, how))

    def agg(self, *plan: Any, **named: Any) -> Any:
        """Return several aggregates, by name."""
        return self._collect(plan_several(self._schema, self._keys.column_names, plan, named))

    def _collect(self, steps: Sequence[Step]) -> Any:
        found = self._keys
        for step in steps:
            column = self._table.column(step.column)
            found = found.append_column(
                step.output, aggregate_groups(column, step.how, self._codes, len(self._keys))
            )
        return found
