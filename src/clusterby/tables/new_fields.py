"""How new columns become fields of a FiftyOne dataset: their names and their types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from clusterby.core.column import ColumnType
from clusterby.core.errors import InvalidTable
from clusterby.tables.cells import read_cells

__all__ = ["field_type", "name_fields"]

_RESERVED = frozenset({"id", "pk", "frames", "groups", "media_type", "dataset_id", "sample_id"})


def name_fields(columns: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Return under which field each new column goes, named as FiftyOne allows it.

    Parameters
    ----------
    columns : iterable of str
    taken : collection of str
        The fields there are.

    Raises
    ------
    InvalidTable
        If nothing is left of a name, or there is such a field already.

    Examples
    --------
    >>> name_fields(["cluster", "clip(image)"], taken=["filepath"])
    {'cluster': 'cluster', 'clip(image)': 'clip_image'}
    """
    names: dict[str, str] = {}
    for column in columns:
        field = "".join(c if c.isalnum() and c.isascii() else "_" for c in column).strip("_")
        if not field:
            raise InvalidTable(f"the new column {column!r} cannot name a field: give it letters or digits")
        if field in _RESERVED or field in taken or field in names.values():
            raise InvalidTable(
                f"the dataset has a field {field!r} already, or FiftyOne keeps the name: choose another name for the new "
                f"column {column!r} (label_column=…)"
            )
        names[column] = field
    return names


def field_type(name: str, values: Any, cells: list[Any], fields: Any) -> Any:
    """Return the class of the field that holds a new column.

    Parameters
    ----------
    name : str
    values : ndarray or masked array, (n,) or (n, d)
    cells : list
        The same as Python objects, None for missing.
    fields : module
        ``fiftyone.core.fields``.

    Raises
    ------
    InvalidTable
        If the cells are not of one type that a field can hold.
    """
    data = np.ma.getdata(values)
    by_kind: dict[str, ColumnType] = {
        "i": "number",
        "u": "number",
        "f": "number",
        "b": "boolean",
        "M": "date",
    }
    found = "vector" if data.ndim == 2 else by_kind.get(data.dtype.kind) or read_cells(cells, name).type
    if found == "object" and any(cell is not None for cell in cells):
        raise InvalidTable(
            f"the cells of the new column {name!r} are not all of one type that a field can hold"
        )
    if data.ndim == 1 and data.dtype.kind in "iu":
        return fields.IntField
    by_type = {
        "number": fields.FloatField, "boolean": fields.BooleanField, "date": fields.DateTimeField,
        "vector": fields.VectorField,
    }  # fmt: skip
    return by_type.get(found, fields.StringField)
