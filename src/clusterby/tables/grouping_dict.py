"""Groups of a dict of lists: aggregated in Arrow, given back as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from clusterby.core.column import Column
from clusterby.tables.aggregates import Step
from clusterby.tables.cells import is_missing
from clusterby.tables.grouping_arrow import ArrowGrouping
from clusterby.tables.keys import Keys

__all__ = ["DictGrouping"]


class DictGrouping(ArrowGrouping):
    """The rows of a dict of lists by keys; see :class:`~clusterby.tables.base.Grouping`.

    NaN among the cells is missing, as None is. Of cells that Arrow cannot compare, such as images and
    vectors, the count, the first and the last can be had: the very objects that were given.

    Parameters
    ----------
    columns : mapping of str to Column
        What each column is.
    cells : mapping of str to list
        Each column's cells, n Python objects; never changed.
    keys : mapping of str to masked array or None
        As in :meth:`~clusterby.tables.base.Table.group_rows`.

    Raises
    ------
    InvalidParameter
        If a key is a column of objects or vectors.
    """

    def __init__(self, columns: Mapping[str, Column], cells: Mapping[str, list[Any]], keys: Keys) -> None:
        self._cells = cells
        arrays = {name: _comparable(column, cells[name]) for name, column in columns.items()}
        opaque = [name for name, array in arrays.items() if array is None]
        table = {name: _rows(cells[name]) if array is None else array for name, array in arrays.items()}
        super().__init__(pa.table(table), keys, opaque=opaque)

    def size(self) -> dict[str, list[Any]]:
        """Return the keys and ``size``: how many rows each group has."""
        return _lists(super().size())

    def _collect(self, steps: Sequence[Step]) -> dict[str, list[Any]]:
        found = _lists(super()._collect(steps))
        for step in steps:
            if step.column in self._opaque and step.how != "count":
                cells = self._cells[step.column]
                found[step.output] = [None if row is None else cells[row] for row in found[step.output]]
        return found


def _comparable(column: Column, cells: list[Any]) -> Any:
    """Return the cells in Arrow, or None where Arrow could not compare them."""
    if column.type in ("object", "vector"):
        return pa.nulls(len(cells)) if all(map(is_missing, cells)) else None
    if (
        column.type == "date"
        and len({(type(c), getattr(c, "tzinfo", None)) for c in cells if not is_missing(c)}) > 1
    ):
        return pa.array(column.cells)  # Arrow would take them all for what the first one is
    try:
        return pa.array(cells, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array(column.cells, from_pandas=True)  # several kinds of number


def _rows(cells: list[Any]) -> Any:
    missing = np.fromiter(map(is_missing, cells), dtype=bool, count=len(cells))
    return pa.array(np.arange(len(cells)), mask=missing)


def _lists(table: Any) -> dict[str, list[Any]]:
    return {name: table.column(name).to_pylist() for name in table.column_names}
