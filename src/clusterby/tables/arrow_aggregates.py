"""Aggregates of an Arrow column by group number: Arrow's hash kernels, and sorting where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.tables.keys import order_by_group

__all__ = ["aggregate_groups", "number_groups"]

_NULLS_OUT = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
_NULLS_ADD_NOTHING = pc.ScalarAggregateOptions(skip_nulls=True, min_count=0)
_DEVIATION = pc.VarianceOptions(ddof=1, skip_nulls=True)
_KERNELS = {
    "mean": ("mean", _NULLS_OUT),
    "sum": ("sum", _NULLS_ADD_NOTHING),
    "min": ("min", _NULLS_OUT),
    "max": ("max", _NULLS_OUT),
    "std": ("stddev", _DEVIATION),
    "var": ("variance", _DEVIATION),
    "nunique": ("count_distinct", pc.CountOptions(mode="only_valid")),
    "any": ("any", _NULLS_ADD_NOTHING),
    "all": ("all", _NULLS_ADD_NOTHING),
}


def number_groups(keys: Mapping[str, Any]) -> tuple[IntArray, IntArray]:
    """Return the group of each row, and for each group the first row that has its keys.

    Parameters
    ----------
    keys : mapping of str to pyarrow.ChunkedArray
        The key columns, n rows each.

    Returns
    -------
    codes : int64 (n,)
        Groups are numbered from 0 in increasing order of their keys, the first key weighing most; −1
        where a key is missing.
    firsts : int64 (k,)
        A row of each group.

    Raises
    ------
    InvalidParameter
        If the cells of a key are lists or structs.

    Examples
    --------
    >>> import pyarrow as pa
    >>> codes, firsts = number_groups({"animal": pa.chunked_array([["dog", "cat", None, "dog"]])})
    >>> codes.tolist(), firsts.tolist()
    ([1, 0, -1, 1], [1, 0])
    """
    first, *others = [_rank(column, name) for name, column in keys.items()]
    codes = first
    for ranks in others:
        missing = (codes < 0) | (ranks < 0)
        combined = codes * (int(ranks.max(initial=-1)) + 1) + ranks
        codes = np.full(len(ranks), -1, dtype=np.int64)
        codes[~missing] = np.unique(combined[~missing], return_inverse=True)[1]
    rows = np.flatnonzero(codes >= 0)
    return codes, _end_rows(codes[rows], rows, "first", int(codes.max(initial=-1)) + 1)


def aggregate_groups(column: Any, how: str, codes: IntArray, k: int) -> Any:
    """Return one aggregate of a column for each of k groups, as an Arrow array (k,).

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        n cells, of a type that the aggregate applies to.
    how : str
        One of :data:`~clusterby.tables.base.AGGREGATES`.
    codes : int64 (n,)
        The group of each row, as :func:`number_groups` gives it.
    k : int
        How many groups there are.

    Examples
    --------
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> aggregate_groups(pa.chunked_array([[1, 3, 10]]), "mean", np.array([0, 0, 1]), 2).to_pylist()
    [2.0, 10.0]
    """
    types = pa.types
    rows = np.flatnonzero(column.is_valid().to_numpy() & (codes >= 0))
    if how == "count":
        return pa.array(np.bincount(codes[rows], minlength=k).astype(np.int64))
    if how in ("first", "last"):
        return _take(column, _end_rows(codes[rows], rows, how, k))
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_float16(column.type):
        column = pa.array(column.to_numpy().astype(np.float32), mask=column.is_null().to_numpy())
    if types.is_temporal(column.type):
        return _aggregate_moments(column, how, codes, rows, k)
    if how in ("min", "max") and not types.is_primitive(column.type):
        return _take(column, _end_rows(*_sorted(column, codes, rows), "first" if how == "min" else "last", k))
    if how == "median":
        return _median(_floats(column).to_numpy(), codes, rows, k)
    if how in ("mean", "std", "var"):
        column = _floats(column)
    elif how in ("any", "all"):
        column = column if types.is_boolean(column.type) else _floats(column).cast(pa.bool_())
    elif how == "sum" and types.is_boolean(column.type):
        column = column.cast(pa.int64())
    return _reduce(column, how, codes)


def _aggregate_moments(column: Any, how: str, codes: IntArray, rows: IntArray, k: int) -> Any:
    """Aggregate times as counts from the earliest: Arrow means no times, and a sum of them would overflow."""
    kind = column.type
    if pa.types.is_date(kind) and how in ("mean", "median"):
        kind = pa.timestamp("us")  # the mean of two days may be noon
    counts = pa.int32() if pa.types.is_time32(kind) or pa.types.is_date32(kind) else pa.int64()
    steps = column.cast(kind).cast(counts).cast(pa.int64())
    if how == "nunique":
        return _reduce(steps, how, codes)
    start = 0 if how in ("sum", "min", "max") else (pc.min(steps).as_py() or 0)
    offsets = pc.subtract(steps, start)
    is_median = how == "median"
    found = _median(offsets.to_numpy(), codes, rows, k) if is_median else _reduce(offsets, how, codes)
    whole = pc.round(found).cast(pa.int64()) if pa.types.is_floating(found.type) else found
    return pc.add(whole, start).cast(counts).cast(kind)


def _reduce(column: Any, how: str, codes: IntArray) -> Any:
    kernel, options = _KERNELS[how]
    table = pa.table({"group": codes, "value": column})
    found = table.group_by("group", use_threads=False).aggregate([("value", kernel, options)])
    groups = found.column("group").to_numpy()
    order = np.argsort(groups)
    return _take(found.column(f"value_{kernel}"), order[groups[order] >= 0])


def _median(values: NDArray[Any], codes: IntArray, rows: IntArray, k: int) -> Any:
    """Sort by group, then value, and take the mean of the middle two: Arrow's own median is approximate."""
    values, codes = values[rows].astype(np.float64), codes[rows]
    by_value = np.argsort(values)
    values = values[by_value][order_by_group(codes[by_value], k)]
    counts = np.bincount(codes, minlength=k)
    starts = np.cumsum(counts) - counts
    empty = counts == 0
    middle = np.full(k, np.nan)
    low, high = starts + (counts - 1) // 2, starts + counts // 2
    middle[~empty] = values[low[~empty]] / 2 + values[high[~empty]] / 2
    return pa.array(middle, mask=empty)


def _sorted(column: Any, codes: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    table = pa.table({"group": codes[rows], "value": _take(column, rows)})
    order = pc.sort_indices(table, sort_keys=[("group", "ascending"), ("value", "ascending")]).to_numpy()
    return codes[rows[order]], rows[order]


def _end_rows(codes: IntArray, rows: IntArray, end: str, k: int) -> IntArray:
    """Return the first or the last of each group's rows, −1 where it has none; of repeated writes the last stays."""
    found = np.full(k, -1, dtype=np.int64)
    if end == "first":
        codes, rows = codes[::-1], rows[::-1]
    found[codes] = rows
    return found


def _take(column: Any, rows: IntArray) -> Any:
    return column.take(pa.array(rows, mask=rows < 0))


def _floats(column: Any) -> Any:
    return column.cast(pa.float64(), safe=False)


def _rank(column: Any, name: str) -> IntArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        one = pa.chunked_array([column.combine_chunks().dictionary_encode()]).combine_chunks()
        order = pc.sort_indices(one.dictionary).to_numpy()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError):
        raise InvalidParameter(f"rows cannot be grouped by {name!r}, whose type is {column.type}") from None
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1  # what a null's code finds
    codes: IntArray = rank[one.indices.cast(pa.int64()).fill_null(-1).to_numpy()]
    return codes
