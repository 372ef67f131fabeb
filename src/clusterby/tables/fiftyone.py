"""A FiftyOne dataset or view as a table: its samples are the rows, its scalar fields and vectors the columns."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clusterby.core.column import Column, ColumnType, IntArray
from clusterby.core.errors import InvalidTable, UnknownColumn, UnknownName, UnreadableSource
from clusterby.core.optional import require
from clusterby.tables.base import Grouping
from clusterby.tables.cells_fiftyone import read_fiftyone, to_series
from clusterby.tables.grouping_fiftyone import LazyGrouping
from clusterby.tables.keys import Keys, check_keys
from clusterby.tables.new_columns import to_list
from clusterby.tables.new_fields import field_type, name_fields
from clusterby.tables.shape import check_column, check_new_columns, check_outline

__all__ = ["FIFTYONE", "FiftyOneTable", "is_fiftyone", "open_dataset"]

FIFTYONE = "fiftyone:"
"""What the name of a dataset begins with, where a path could stand."""


_LEFT_OUT = frozenset(
    {"id", "sample_id", "created_at", "last_modified_at", "bounding_box", "support", "tags"}
)
_PROBE = 50
"""Patches that are looked at for what their schema does not say."""


def is_fiftyone(source: Any) -> bool:
    """Whether something is a FiftyOne dataset or view; FiftyOne is not imported for the answer.

    Examples
    --------
    >>> is_fiftyone({"a": [1]})
    False
    """
    collections = sys.modules.get("fiftyone.core.collections")
    return collections is not None and isinstance(source, collections.SampleCollection)


def open_dataset(name: str) -> FiftyOneTable:
    """Return the dataset of a name as a table.

    Raises
    ------
    MissingExtra
        If FiftyOne is not installed.
    UnknownName
        If there is no such dataset; the nearest names are suggested.
    UnreadableSource
        If FiftyOne's database does not answer.
    """
    fo = require("fiftyone", purpose=f"'{FIFTYONE}{name}'", extra="fiftyone")
    try:
        known = fo.list_datasets()
    except (
        OSError,
        RuntimeError,
        fo.core.config.FiftyOneConfigError,
        fo.core.service.ServiceException,
    ) as error:
        raise UnreadableSource(f"FiftyOne's database does not answer: {error}") from None
    if name not in known:
        raise UnknownName("FiftyOne dataset", name, known)
    return FiftyOneTable(fo.load_dataset(name))


class FiftyOneTable:
    """The samples, patches or frames of a collection.

    Columns are fields that hold one string, number, date or vector a sample, embedded ones by their paths
    (``"ground_truth.label"``); ids, tags, times of writing and lists are left out. What is aggregated comes as pandas gives it.
    ``"filepath"`` is the media itself: in a view of patches the whole image that each is part of.

    Parameters
    ----------
    native : Dataset or DatasetView
        Never changed. Rows are the samples that it had when it was opened, by their ids.

    Raises
    ------
    InvalidTable
        If it has no samples, holds groups of which no slice was chosen, or consists of clips.
    """

    def __init__(self, native: Any) -> None:
        _check_collection(native)
        self._native = native
        self._ids: list[str] = native.values("id")
        self._types, self._whole = _column_types(native)
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
    def written(self) -> frozenset[str]:
        """The columns that clusterings wrote: they say nothing about clusters that these do not say themselves."""
        schema = self._native.get_field_schema(flat=True)
        return frozenset(
            name for name in self.columns if "clusterby" in (getattr(schema.get(name), "info", None) or {})
        )

    @property
    def kind(self) -> str:
        """What aggregates and descriptions are: ``"pandas"``."""
        return "pandas"

    def column(self, name: str) -> Column:
        """Return a field's values, read from the database once; of detections and polylines their boxes and points.

        Labels are no columns of the table, but can be asked for as regions; a sample with several has several in its cell.

        Raises
        ------
        UnknownColumn
            If there is no such field.
        InvalidTable
            If samples have gone since the table was opened.
        """
        if name not in self._types:
            return self._regions(name)
        if name not in self._read:
            self._read[name] = read_fiftyone(self._values(name), name, self._types[name])
        return self._read[name]

    def _regions(self, name: str) -> Column:
        from clusterby.tables.fiftyone_regions import region_paths

        paths = region_paths(self._native)
        if name not in paths:
            raise UnknownColumn(name, [*paths, *self.columns])
        found = dict(zip(*self._native.values(["id", paths[name]]), strict=True))
        cells = np.empty(self.n_rows, dtype=object)
        for row, identifier in enumerate(self._ids):
            cells[row] = found.get(identifier)
        return Column(name=name, cells=cells, type="object")

    def type_of(self, name: str) -> ColumnType:
        """Return what a column holds, by its field alone: nothing is read."""
        return self._types[check_column(name, self.columns)]

    def ids(self, rows: IntArray) -> Any:
        """Return the samples' ids."""
        return np.array(self._ids, dtype=object)[rows]

    def take(self, rows: IntArray) -> Any:
        """Return a view of the samples at these positions, in that order; a view has each but once."""
        return self._native.select([self._ids[row] for row in rows.tolist()], ordered=True)

    def with_columns(self, new: Mapping[str, Any]) -> Any:
        """Return a new dataset, not persistent, of the same samples with fields added; the native one stays as it is.

        Fields are named as FiftyOne allows it: ``clip(image)`` is ``clip_image``. To write clusters to the dataset itself,
        use :func:`clusterby.fiftyone.compute_clusters`.

        Raises
        ------
        InvalidTable
            If there is a field of one of the names already, none can be named so, or samples have gone.
        """
        from fiftyone.core import fields as fof

        check_new_columns(new, self.columns, self.n_rows)
        names = name_fields(new, self._native.get_field_schema())
        copy = self._native.clone()
        try:
            self._check_present(copy.values("id"))
            for name, values in new.items():
                cells = to_list(values)
                copy.add_sample_field(names[name], field_type(name, values, cells, fof))
                copy.set_values(names[name], dict(zip(self._ids, cells, strict=True)), key_field="id")
        except BaseException:
            copy.delete()
            raise
        return copy

    def to_pandas(self) -> Any:
        """Return the fields as a pandas frame indexed by the samples' ids; vectors are left out."""
        import pandas as pd

        names = [name for name in self.columns if self._types[name] != "vector"]
        frame = pd.DataFrame({name: self._series(name) for name in names}, index=range(self.n_rows))
        return frame.set_index(pd.Index(self._ids, name="id", dtype="str"))

    def group_rows(self, keys: Keys) -> Grouping:
        """Group the samples by keys; fields are read when something of them is asked for."""
        return LazyGrouping(
            self.columns, self.n_rows, check_keys(keys, self.columns, self.n_rows), self._series
        )

    def _series(self, name: str) -> Any:
        return to_series(self.column(name), whole=name in self._whole)

    def _values(self, name: str) -> list[Any]:
        """Return a field's values in the order of the rows, though samples were added, gone or moved since."""
        ids, values = self._native.values(["id", name])
        if self._types[name] == "vector":
            values = [_array_of(value) for value in values]
        if ids == self._ids:
            return list(values)
        self._check_present(ids)
        now = dict(zip(ids, values, strict=True))
        return [now[i] for i in self._ids]

    def _check_present(self, ids: Sequence[str]) -> None:
        present = set(ids)
        gone = [i for i in self._ids if i not in present]
        if gone:
            raise InvalidTable(
                f"{len(gone)} of {self.n_rows} samples have gone since the table was opened, the first of them {gone[0]}: open "
                "it again"
            )


def _check_collection(native: Any) -> None:
    from fiftyone.core.clips import ClipsView

    try:
        media = native.media_type
    except (
        ValueError
    ) as error:  # FiftyOne's answer to whatever is asked of a dataset that this process deleted
        raise InvalidTable(f"{error}: load or make another one") from None
    if media == "group" and native.group_slices is None:
        raise InvalidTable("a view of groups that a field makes: give its samples, group_by(…, flat=True)")
    if media == "group":
        slices = ", ".join(map(repr, native.group_slices))
        raise InvalidTable(f"a grouped dataset: choose a slice with select_group_slices(), one of {slices}")
    if isinstance(native, ClipsView):
        raise InvalidTable(
            "a view of clips has no media of its own: give the videos, or their frames (to_frames())"
        )


def _column_types(native: Any) -> tuple[dict[str, ColumnType], set[str]]:
    """Return what each column holds, and which of the numbers are integers."""
    from fiftyone.core import fields as fof
    from fiftyone.core.patches import PatchesView

    schema = native.get_field_schema(flat=True)
    listed = tuple(f"{path}." for path, field in schema.items() if isinstance(field, fof.ListField))
    found: dict[str, ColumnType] = {}
    whole = set()
    for path, field in schema.items():
        name = path.rpartition(".")[2]
        if name in _LEFT_OUT or name.startswith("_") or path.startswith(listed):
            continue
        kind = _type_of(field, fof)
        if kind is not None:
            found[path] = kind
            whole |= {path} if isinstance(field, fof.IntField) else set()
    if isinstance(native, PatchesView):
        found |= dict.fromkeys(_undeclared_vectors(native), "vector")
    return found, whole


def _undeclared_vectors(patches: Any) -> list[str]:
    """Return the attributes of patches that hold vectors; FiftyOne itself never declares these."""
    some = patches.limit(_PROBE)
    unknown = [path for path, field in (some.get_dynamic_field_schema() or {}).items() if field is None]
    found = []
    for path in unknown:
        arrays = [_array_of(value) for value in some.values(path) if isinstance(value, bytes)]
        if arrays and all(array.ndim == 1 for array in arrays):
            found.append(path)
    return found


def _array_of(value: Any) -> Any:
    from fiftyone.core import utils as fou

    return fou.deserialize_numpy_array(value) if isinstance(value, bytes) else value


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
