"""A FiftyOne dataset or view as a table: its samples are the rows, its scalar fields and vectors the columns."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from clusterby.core.column import Column, ColumnType, IntArray
from clusterby.core.errors import InvalidTable
from clusterby.tables.base import Aggregate, Grouping
from clusterby.tables.keys import Keys, check_keys
from clusterby.tables.new_columns import to_list
from clusterby.tables.shape import check_column, check_new_columns, check_outline

__all__ = ["FiftyOneTable", "is_fiftyone"]

_LEFT_OUT = frozenset(
    {"id", "sample_id", "created_at", "last_modified_at", "bounding_box", "support", "tags"}
)


def is_fiftyone(source: Any) -> bool:
    """Whether something is a FiftyOne dataset or view; FiftyOne is not imported for the answer.

    Examples
    --------
    >>> is_fiftyone({"a": [1]})
    False
    """
    collections = sys.modules.get("fiftyone.core.collections")
    return collections is not None and isinstance(source, collections.SampleCollection)


class FiftyOneTable:
    """The samples, patches or frames of a collection.

    Columns are fields that hold one string, number, date or vector a sample, embedded ones by their paths
    (``"ground_truth.label"``); ids, times of writing and lists are left out. What is aggregated comes as pandas gives it.

    Parameters
    ----------
    native : Dataset or DatasetView
        Never changed. Its samples are taken to stay what they are for as long as the table is used.

    Raises
    ------
    InvalidTable
        If it has no samples, or holds groups of which no slice was chosen.
    """

    def __init__(self, native: Any) -> None:
        if native.media_type == "group":
            slices = ", ".join(map(repr, native.group_slices))
            raise InvalidTable(
                f"a grouped dataset: choose a slice with select_group_slices(), one of {slices}"
            )
        self._native = native
        self._ids: list[str] = native.values("id")
        self._types = _column_types(native)
        self._columns = check_outline(list(self._types), len(self._ids))
        self._read: dict[str, Column] = {}

    def __repr__(self) -> str:
        return f"<FiftyOne table: {self.n_rows} rows × {len(self.columns)} columns>"

    @property
    def native(self) -> Any:
        """The dataset or view as the caller gave it; never changed."""
        return self._native

    @property
    def n_rows(self) -> int:
        """How many samples there are."""
        return len(self._ids)

    @property
    def columns(self) -> tuple[str, ...]:
        """The paths of the fields, in the order of the schema."""
        return self._columns

    @property
    def kind(self) -> str:
        """What aggregates and descriptions are: ``"pandas"``."""
        return "pandas"

    def column(self, name: str) -> Column:
        """Return a field's values, read from the database once."""
        check_column(name, self.columns)
        if name not in self._read:
            kind = self._types[name]
            self._read[name] = Column(name=name, cells=_cells(self._native.values(name), kind), type=kind)
        return self._read[name]

    def ids(self, rows: IntArray) -> Any:
        """Return the samples' ids."""
        return np.array(self._ids, dtype=object)[rows]

    def take(self, rows: IntArray) -> Any:
        """Return a view of the samples at these positions, in that order."""
        return self._native.select([self._ids[row] for row in rows.tolist()], ordered=True)

    def with_columns(self, new: Mapping[str, Any]) -> Any:
        """Return a new dataset, not persistent, of the same samples with fields added; the native one stays as it is.

        To write clusters to the dataset itself, use :func:`clusterby.fiftyone.compute_clusters`.
        """
        check_new_columns(new, self.columns, self.n_rows)
        copy = self._native.clone()
        for name, values in new.items():
            copy.set_values(_field_name(name), to_list(values))
        return copy

    def group_rows(self, keys: Keys) -> Grouping:
        """Group the samples by keys; fields are read when something of them is asked for."""
        return _LazyGrouping(self, check_keys(keys, self.columns, self.n_rows))


class _LazyGrouping:
    """Groups of samples whose fields are read as they are needed; pandas does the rest."""

    def __init__(self, table: FiftyOneTable, keys: Keys) -> None:
        self._table = table
        self._keys = keys
        self._of_keys = self._over([])

    def size(self) -> Any:
        return self._of_keys.size()

    def rows(self) -> dict[Any, IntArray]:
        found: dict[Any, IntArray] = self._of_keys.rows()
        return found

    def aggregate(self, columns: str | Sequence[str] | None, how: Aggregate) -> Any:
        wanted = (
            self._table.columns if columns is None else [columns] if isinstance(columns, str) else columns
        )
        return self._over(wanted).aggregate(columns, how)

    def agg(self, *plan: Any, **named: Any) -> Any:
        wanted: set[str] = set()
        for part in plan:
            wanted |= set(part) if isinstance(part, Mapping) else set(self._table.columns)
        wanted |= {pair[0] for pair in named.values() if isinstance(pair, tuple)}
        return self._over(
            [c for c in self._table.columns if c in wanted] if wanted else self._table.columns
        ).agg(*plan, **named)

    def _over(self, columns: Sequence[str]) -> Any:
        import pandas as pd

        from clusterby.tables.grouping_pandas import PandasGrouping

        of_table = [name for name, values in self._keys.items() if values is None]
        frame = pd.DataFrame(
            {
                name: _series(self._table.column(name))
                for name in dict.fromkeys([*of_table, *(c for c in columns if c in self._table.columns)])
            },
            index=range(self._table.n_rows),
        )
        return PandasGrouping(frame, self._keys)


def _column_types(native: Any) -> dict[str, ColumnType]:
    schema = native.get_field_schema(flat=True)
    from fiftyone.core import fields as fof

    listed = tuple(f"{path}." for path, field in schema.items() if isinstance(field, fof.ListField))
    found: dict[str, ColumnType] = {}
    for path, field in schema.items():
        name = path.rpartition(".")[2]
        if name in _LEFT_OUT or name.startswith("_") or path.startswith(listed):
            continue
        kind = _type_of(field, fof)
        if kind is not None:
            found[path] = kind
    return found


def _type_of(field: Any, fof: Any) -> ColumnType | None:
    by_class: tuple[tuple[Any, ColumnType], ...] = (
        (fof.BooleanField, "boolean"),
        (fof.StringField, "string"),
        (fof.FloatField, "number"),
        (fof.IntField, "number"),
        (fof.DateTimeField, "date"),
        (fof.DateField, "date"),
        (fof.VectorField, "vector"),
    )
    if isinstance(field, fof.ListField):
        return "vector" if isinstance(field.field, fof.FloatField) else None
    return next((kind for cls, kind in by_class if isinstance(field, cls)), None)


def _cells(values: list[Any], kind: ColumnType) -> Any:
    if kind == "number":
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if kind == "date":
        return np.array([_utc(v) for v in values], dtype="datetime64[us]")
    cells = np.empty(len(values), dtype=object)
    cells[:] = [None] * len(values)
    for i, value in enumerate(values):
        cells[i] = value
    return cells


def _utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else np.datetime64("NaT")


def _series(column: Column) -> Any:
    import pandas as pd

    if column.type == "string":
        return pd.Series(column.cells, dtype="str")
    if column.type == "boolean":
        return pd.Series(column.cells, dtype="boolean")
    return pd.Series(list(column.cells) if column.type == "vector" else column.cells)


def _field_name(name: str) -> str:
    """Return a column's name as FiftyOne allows it for a field: ``clip(image)`` is ``clip_image``."""
    return "".join(c if c.isalnum() else "_" for c in name).strip("_")
