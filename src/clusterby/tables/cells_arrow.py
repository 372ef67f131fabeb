"""An Arrow column as cells, without a Python loop wherever the type allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clusterby.core.column import Column
from clusterby.tables.cells import make_column, object_array, read_cells

__all__ = ["read_arrow"]

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def read_arrow(data: Any, name: str) -> Column:
    """Return an Arrow array as a column.

    Parameters
    ----------
    data : pyarrow.Array or pyarrow.ChunkedArray
        Dictionaries are categories; times and durations become seconds; timestamps of a zone UTC; lists
        of numbers vectors; lists of fixed-size lists of numbers arrays. Structs, maps, bytes and other
        lists are objects, as Python values.
    name : str
        The column's name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read_arrow(pa.array([1, None, 3]), "size").cells
    array([ 1., nan,  3.])
    """
    column = pa.chunked_array([data]) if isinstance(data, pa.Array) else data
    kind, types = column.type, pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _read_extension(column, name)
    if types.is_boolean(kind):
        return make_column(name, column.to_numpy().astype(object), "boolean")
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return make_column(name, _numbers(column), "number")
    if types.is_duration(kind) or types.is_time(kind):
        counts = column.cast(pa.int32()) if types.is_time32(kind) else column
        return make_column(name, _numbers(counts.cast(pa.int64())) / _PER_SECOND[kind.unit], "number")
    if types.is_timestamp(kind) or types.is_date(kind):
        moment = pa.timestamp("us", tz=kind.tz if types.is_timestamp(kind) else None)
        return make_column(name, column.cast(moment, safe=False).to_numpy(), "date")
    if types.is_string(kind) or types.is_large_string(kind):
        return make_column(name, column.to_numpy(), "string")
    if types.is_dictionary(kind):
        return _read_categories(column, name)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _read_lists(column, name)
    return read_cells(column.to_pylist(), name)


def _numbers(column: Any) -> NDArray[Any]:
    if pa.types.is_float16(column.type):
        return np.asarray(column.to_numpy(), dtype=np.float64)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())


def _read_categories(column: Any, name: str) -> Column:
    one = column.unify_dictionaries().combine_chunks()
    values = one.dictionary.to_pylist()
    lookup = object_array([*values, None], len(values) + 1)  # code −1 finds the None at the end
    codes = one.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return make_column(name, lookup[codes], "category")


def _read_extension(column: Any, name: str) -> Column:
    stored = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    read = read_arrow(stored, name)
    shape = getattr(column.type, "shape", None)  # a tensor's storage is flat
    if shape is None or len(shape) < 2 or read.type != "vector":
        return read
    cells = [None if cell is None else cell.reshape(shape) for cell in read.cells]
    return make_column(name, object_array(cells, len(cells)), "object")


def _read_lists(column: Any, name: str) -> Column:
    parts = [part for chunk in column.chunks if (part := _list_values(chunk)) is not None]
    if len(parts) < column.num_chunks:
        return read_cells(column.to_pylist(), name)
    values = np.concatenate(parts) if len(parts) > 1 else parts[0]
    flat = values.ndim == 1
    if flat and values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float32 if values.dtype == np.float16 else np.float64)
    lengths = pc.list_value_length(column)
    present = lengths.is_valid().to_numpy()
    counts = lengths.drop_null().to_numpy().astype(np.int64)
    if flat and present.all() and (counts == counts[0]).all():
        return make_column(name, values.reshape(len(column), counts[0]), "vector")
    cells = np.full(len(column), None, dtype=object)
    pieces = np.split(values, np.cumsum(counts)[:-1])
    cells[present] = object_array(pieces, len(counts)) if len(counts) else []
    return make_column(name, cells, "vector" if flat else "object")


def _list_values(lists: Any) -> NDArray[Any] | None:
    """Return the numbers in the lists, end to end, as (total, …), or None if they are something else."""
    inner, shape = lists.flatten(), []
    while pa.types.is_fixed_size_list(inner.type) and not inner.null_count:
        shape.append(inner.type.list_size)
        inner = inner.flatten()
    if not (pa.types.is_integer(inner.type) or pa.types.is_floating(inner.type)):
        return None
    return np.asarray(inner.to_numpy(zero_copy_only=False)).reshape(-1, *shape)
