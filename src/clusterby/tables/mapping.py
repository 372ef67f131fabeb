"""A dict of lists as a table: its cells may be any Python objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np

from clusterby.core.column import Column, IntArray
from clusterby.core.errors import InvalidTable
from clusterby.tables.base import Grouping
from clusterby.tables.columns import as_column
from clusterby.tables.keys import check_keys
from clusterby.tables.new_columns import to_list
from clusterby.tables.shape import check_column, check_new_columns, check_outline

__all__ = ["DictTable"]


class DictTable:
    """A dict of columns of one length.

    Parameters
    ----------
    native : mapping of str to sequence
        Lists, tuples, NumPy arrays, or Series and Arrow arrays of any library. Never changed.

    Raises
    ------
    InvalidTable
        If there is no row or no column, a name is not a string, a value is no column, or lengths differ.

    Examples
    --------
    >>> table = DictTable({"caption": ["a cat", "a dog"], "size": [3, 1]})
    >>> table.take(np.array([1]))
    {'caption': ['a dog'], 'size': [1]}
    """

    def __init__(self, native: Mapping[str, Any]) -> None:
        lengths = {name: _length(name, values) for name, values in native.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name!r}: {length}" for name, length in lengths.items())
            raise InvalidTable(f"the columns differ in length ({listed}): give them as many cells each")
        self._n_rows = next(iter(lengths.values()), 0)
        self._columns = check_outline(native, self._n_rows)
        self._native = native

    def __repr__(self) -> str:
        return f"<dict table: {self.n_rows} rows × {len(self.columns)} columns>"

    @property
    def native(self) -> Any:
        """The dict as the caller gave it; never changed."""
        return self._native

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return self._n_rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self._columns

    @property
    def kind(self) -> str:
        """What the native table is: ``"dict"``."""
        return "dict"

    def column(self, name: str) -> Column:
        """Return a column's cells; their Python types say what the column is."""
        values = self._native[check_column(name, self.columns)]
        plain = isinstance(values, Sequence) and not isinstance(values, (list, tuple))
        return as_column(list(values) if plain else values, name)

    def ids(self, rows: IntArray) -> Any:
        """Return the positions: a dict has no other name for its rows."""
        return rows

    def take(self, rows: IntArray) -> Any:
        """Return a dict of the rows at these positions: the same cells in new lists, or in arrays."""
        return {name: self._chosen(name, rows) for name in self.columns}

    def with_columns(self, new: Mapping[str, Any]) -> Any:
        """Return a dict of new lists, and arrays where arrays were given, with columns added at the end."""
        check_new_columns(new, self.columns, self.n_rows)
        kept = {name: self._chosen(name, None) for name in self.columns}
        return kept | {name: to_list(values) for name, values in new.items()}

    def group_rows(self, keys: Mapping[str, np.ma.MaskedArray[Any, Any] | None]) -> Grouping:
        """Group the rows by keys, in Arrow; results are dicts of lists."""
        from clusterby.tables.grouping_dict import DictGrouping

        keys = check_keys(keys, self.columns, self.n_rows)
        columns = {name: self.column(name) for name in self.columns}
        return DictGrouping(columns, {name: self._list(name) for name in self.columns}, keys)

    def _list(self, name: str) -> list[Any]:
        values = self._native[name]
        if hasattr(values, "to_pylist"):
            return list(values.to_pylist())
        series = nw.from_native(values, series_only=True, pass_through=True)
        return series.to_list() if isinstance(series, nw.Series) else list(values)

    def _chosen(self, name: str, rows: IntArray | None) -> Any:
        values = self._native[name]
        if isinstance(values, np.ndarray):
            return values.copy() if rows is None else values[rows]
        cells = self._list(name)
        return cells if rows is None else [cells[row] for row in rows]


def _length(name: Any, values: Any) -> int:
    if isinstance(values, np.ndarray):
        fits = values.ndim > 0
    elif isinstance(values, Sequence):
        fits = not isinstance(values, (str, bytes, bytearray))
    else:
        fits = _is_series(values)
    if not fits:
        raise InvalidTable(
            f"the column {name!r} is a {type(values).__name__}, not a list of cells: give one cell per row"
        )
    return len(values)


def _is_series(values: Any) -> bool:
    return hasattr(values, "to_pylist") or isinstance(
        nw.from_native(values, series_only=True, pass_through=True), nw.Series
    )
