"""Tables of pandas, polars and Arrow, through narwhals: none is imported that the user did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np

from clusterby.core.column import Column, IntArray
from clusterby.core.errors import InvalidTable
from clusterby.core.optional import imported
from clusterby.tables.base import Grouping
from clusterby.tables.columns import as_column
from clusterby.tables.keys import check_keys
from clusterby.tables.new_columns import to_arrow, to_pandas, to_polars
from clusterby.tables.shape import check_column, check_new_columns, check_outline

__all__ = ["FrameTable", "is_frame"]


def is_frame(source: Any) -> bool:
    """Whether the source is an eager pandas, polars or Arrow table."""
    return _kind_of(source) is not None


class FrameTable:
    """A pandas or polars DataFrame or an Arrow table.

    Parameters
    ----------
    native : pandas.DataFrame, polars.DataFrame, pyarrow.Table or pyarrow.RecordBatch
        Never changed.
    base : Path, optional
        The folder against which relative paths among the cells are resolved.
    faults : mapping of str to mapping of int to str, optional
        Per column why a cell that should be there is missing, by row.
    source : Path, optional
        The folder or file that it was read from.

    Raises
    ------
    InvalidTable
        If there is no row or no column, a name is not a string, or two columns share one.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = FrameTable(pa.table({"size": [3, 1, 2]}))
    >>> table.columns, table.n_rows, table.kind
    (('size',), 3, 'pyarrow')
    """

    def __init__(
        self,
        native: Any,
        *,
        base: Path | None = None,
        faults: Mapping[str, Mapping[int, str]] | None = None,
        source: Path | None = None,
    ) -> None:
        kind = _kind_of(native)
        if kind is None:
            raise InvalidTable(f"a {type(native).__name__} is no pandas, polars or Arrow table")
        arrow = imported("pyarrow")
        if arrow is not None and isinstance(native, arrow.RecordBatch):
            native = arrow.Table.from_batches([native])
        names = native.column_names if kind == "pyarrow" else native.columns
        self._columns = check_outline(names, len(native))
        self._frame = nw.from_native(native, eager_only=True)
        self._kind = kind
        self._base = base
        self._faults = dict(faults or {})
        self.source = source

    def __repr__(self) -> str:
        return f"<{self.kind} table: {self.n_rows} rows × {len(self.columns)} columns>"

    @property
    def native(self) -> Any:
        """The table as the caller gave it; never changed."""
        return self._frame.to_native()

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self._frame)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order, each once."""
        return self._columns

    @property
    def kind(self) -> str:
        """What the native table is: ``"pandas"``, ``"polars"`` or ``"pyarrow"``."""
        return self._kind

    def column(self, name: str) -> Column:
        """Return a column's cells; UnknownColumn if there is none of that name."""
        native = self._frame.get_column(check_column(name, self.columns)).to_native()
        return replace(as_column(native, name), base=self._base, faults=self._faults.get(name, {}))

    def ids(self, rows: IntArray) -> Any:
        """Return the pandas index at these rows; for the others the positions."""
        return self.native.index[rows] if self.kind == "pandas" else rows

    def take(self, rows: IntArray) -> Any:
        """Return a native table of the rows at these positions, in that order, all columns kept."""
        return self._frame[np.asarray(rows, dtype=np.int64)].to_native()

    def with_columns(self, new: Mapping[str, Any]) -> Any:
        """Return a copy of the native table with columns added at the end.

        The user's table stays as it is, and so it does when the result is written to; only the
        objects in object cells are shared. See :class:`~clusterby.tables.base.Table` for the values.
        """
        check_new_columns(new, self.columns, self.n_rows)
        if self.kind == "pandas":
            return _append_to_pandas(self.native, new)
        if self.kind == "polars":
            return self.native.with_columns([to_polars(values, name) for name, values in new.items()])
        table = self.native
        for name, values in new.items():
            table = table.append_column(name, to_arrow(values, name))
        return table

    def group_rows(self, keys: Mapping[str, np.ma.MaskedArray[Any, Any] | None]) -> Grouping:
        """Group the rows by keys, in the frame's own engine."""
        keys = check_keys(keys, self.columns, self.n_rows)
        if self.kind == "pandas":
            from clusterby.tables.grouping_pandas import PandasGrouping

            return PandasGrouping(self.native, keys)
        if self.kind == "polars":
            from clusterby.tables.grouping_polars import PolarsGrouping

            return PolarsGrouping(self.native, keys)
        from clusterby.tables.grouping_arrow import ArrowGrouping

        return ArrowGrouping(self.native, keys)


def _append_to_pandas(frame: Any, new: Mapping[str, Any]) -> Any:
    import pandas as pd

    added = pd.DataFrame(
        {name: to_pandas(values) for name, values in new.items()}, index=frame.index, copy=True
    )
    whole = pd.concat([frame, added], axis=1).__finalize__(frame)  # at once: pandas warns of many inserts
    whole.columns.name = frame.columns.name
    return whole


def _kind_of(source: Any) -> str | None:
    for module, names in (
        ("pandas", ("DataFrame",)),
        ("polars", ("DataFrame",)),
        ("pyarrow", ("Table", "RecordBatch")),
    ):
        library = imported(module)
        if library is not None and isinstance(source, tuple(getattr(library, name) for name in names)):
            return module
    return None
