"""Python cells and NumPy arrays as a column; for Python cells, their types say what the column is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Column, ColumnType, ObjectArray
from clusterby.core.errors import InvalidTable
from clusterby.core.optional import imported

__all__ = ["is_missing", "make_column", "object_array", "read_array", "read_cells"]

_TRUTHS = (bool, np.bool_)
_NUMBERS = (int, float, Decimal, np.integer, np.floating)
_SPANS = (dt.timedelta, dt.time, np.timedelta64)
_DATES = (dt.date, np.datetime64)
_SURE = {
    str, bytes, bool, int, dict, list, tuple, np.ndarray, dt.date, dt.datetime, dt.timedelta, dt.time, NoneType,
}  # fmt: skip
"""Types that have no value which stands for none, None itself aside."""
_SECOND = np.timedelta64(1, "s")


def make_column(name: str, cells: NDArray[Any], kind: ColumnType) -> Column:
    """Return a column over a read-only view of the cells, so that the caller's memory is safe."""
    cells = cells.view()
    cells.flags.writeable = False
    return Column(name=name, cells=cells, type=kind)


def object_array(cells: Iterable[Any], count: int) -> ObjectArray:
    """Return the cells as an object array (count,), whatever they are.

    Examples
    --------
    >>> object_array([[1, 2], [3, 4]], 2).shape
    (2,)
    """
    return np.fromiter(cells, dtype=object, count=count)


def is_missing(cell: Any) -> bool:
    """Whether the cell stands for no value: None, NaN, NaT, pandas' NA, a masked value.

    Examples
    --------
    >>> [is_missing(c) for c in (None, float("nan"), 0, "", [])]
    [True, True, False, False, False]
    """
    if cell is None or cell is np.ma.masked:
        return True
    if isinstance(cell, (float, np.floating)):
        return bool(cell != cell)  # true of NaN alone
    if isinstance(cell, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(cell))
    if isinstance(cell, Decimal):
        return cell.is_nan()
    pandas = imported("pandas")
    return pandas is not None and (cell is pandas.NA or cell is pandas.NaT)


def read_cells(cells: Sequence[Any] | NDArray[Any], name: str) -> Column:
    """Return Python cells as a column of the type that all of them share.

    Strings make a ``"string"`` column; booleans ``"boolean"``; integers, floats and decimals
    ``"number"``, as do times and durations, in seconds; dates and datetimes ``"date"``, in UTC (naive
    ones are taken for UTC); arrays and lists of numbers ``"vector"``. Anything else, a mixture
    included, is an ``"object"`` column. Missing cells (None, NaN, NaT, NA) count for no type.

    Parameters
    ----------
    cells : sequence or object array (n,)
        Never changed.
    name : str
        The column's name.

    Examples
    --------
    >>> read_cells(["a", None], "caption").type, read_cells([1, 2.5], "size").type
    ('string', 'number')
    >>> read_cells([[1, 2], [3, 4]], "v").cells.shape
    (2, 2)
    """
    objects = object_array(cells, len(cells))
    kinds = set(map(type, objects))
    if kinds == {str}:  # the most frequent, and nothing is missing
        return make_column(name, objects, "string")
    is_gone = _is_none if kinds <= _SURE else is_missing
    missing = np.fromiter(map(is_gone, objects), dtype=bool, count=len(objects))
    objects[missing] = None
    types = set(map(type, objects[~missing]))
    if not types:
        return make_column(name, objects, "object")
    if _all(types, str):
        return make_column(name, objects, "string")
    if _all(types, _TRUTHS):
        objects[~missing] = [bool(cell) for cell in objects[~missing]]
        return make_column(name, objects, "boolean")
    for accepted, convert, blank, kind in (
        (_NUMBERS, float, np.float64("nan"), "number"),
        (_SPANS, _seconds, np.float64("nan"), "number"),
        (_DATES, _utc, np.datetime64("NaT", "us"), "date"),
    ):
        if _all(types, accepted) and not types & set(_TRUTHS):
            converted = _convert(objects, missing, convert, blank)
            if converted is not None:
                return make_column(name, converted, kind)  # type: ignore[arg-type]
    vectors = _vectors(objects, missing, types)
    if vectors is not None:
        return make_column(name, vectors, "vector")
    return make_column(name, objects, "object")


def read_array(array: NDArray[Any], name: str) -> Column:
    """Return a NumPy array as a column.

    Parameters
    ----------
    array : ndarray (n,), (n, d) or (n, …)
        (n, d) numbers are vectors; a higher rank makes n arrays, for example images. The masked cells
        of a masked array are missing. Never changed, and not copied where its type is right already.
    name : str
        The column's name.

    Raises
    ------
    InvalidTable
        If it has no axis, or two without being numeric.

    Examples
    --------
    >>> import numpy as np
    >>> read_array(np.zeros((3, 2), "float32"), "v").type
    'vector'
    """
    if array.ndim == 0:
        raise InvalidTable(f"a column needs rows: {name!r} is the single value {array.item()!r}")
    if isinstance(array, np.ma.MaskedArray) and array.mask.any():
        return _read_masked(array, name)
    array = np.asarray(array)
    if array.ndim > 2:
        return make_column(name, object_array(array, len(array)), "object")
    if array.ndim == 2:
        if array.dtype.kind not in "iufb":
            raise InvalidTable(
                f"{name!r} is an array of shape {array.shape} of {array.dtype}: give one column of it, or numbers"
            )
        return make_column(name, _floats(array), "vector")
    match array.dtype.kind:
        case "i" | "u" | "f":
            return make_column(name, array.astype(np.float64, copy=False), "number")
        case "b":
            return make_column(name, array.astype(object), "boolean")
        case "M":
            return make_column(name, array.astype("datetime64[us]", copy=False), "date")
        case "m":
            return make_column(name, array / _SECOND, "number")
        case "U":
            return make_column(name, array.astype(object), "string")
        case "O":
            return read_cells(array, name)
        case _:
            return make_column(name, object_array(array, len(array)), "object")


def _read_masked(array: np.ma.MaskedArray[Any, Any], name: str) -> Column:
    data, masked = np.ma.getdata(array), np.ma.getmaskarray(array)
    if array.ndim == 1 and data.dtype.kind not in "iufMm":
        objects = data.astype(object)
        objects[masked] = None
        return read_cells(objects, name)
    whole = read_array(data, name)
    if array.ndim == 1:
        cells = whole.cells.copy()
        cells[masked] = np.datetime64("NaT") if whole.type == "date" else np.nan
    else:
        cells = object_array(whole.cells, len(data))
        cells[masked.any(axis=tuple(range(1, array.ndim)))] = None
    return make_column(name, cells, whole.type)


def _is_none(cell: Any) -> bool:
    return cell is None


def _all(types: set[type], accepted: type | tuple[type, ...]) -> bool:
    return all(issubclass(t, accepted) for t in types)


def _convert(
    objects: ObjectArray, missing: NDArray[np.bool_], convert: Any, blank: Any
) -> NDArray[Any] | None:
    cells = np.full(len(objects), blank)
    try:
        cells[~missing] = [convert(cell) for cell in objects[~missing]]
    except OverflowError:  # an integer that no float holds
        return None
    return cells


def _seconds(span: dt.timedelta | dt.time | np.timedelta64) -> float:
    if isinstance(span, np.timedelta64):
        return float(span / _SECOND)
    if isinstance(span, dt.time):
        return span.hour * 3600 + span.minute * 60 + span.second + span.microsecond / 1e6
    return span.total_seconds()


def _utc(date: Any) -> Any:
    if isinstance(date, dt.datetime) and date.tzinfo is not None:
        date = date.astimezone(dt.UTC).replace(tzinfo=None)
    return np.datetime64(date, "us")


def _vectors(objects: ObjectArray, missing: NDArray[np.bool_], types: set[type]) -> NDArray[Any] | None:
    if not _all(types, (np.ndarray, list, tuple)):
        return None
    present = objects[~missing]
    if not all(_is_vector(cell) for cell in present):
        return None
    arrays = [_floats(np.asarray(cell)) for cell in present]
    if not missing.any() and len({len(a) for a in arrays}) == 1:
        return np.stack(arrays)
    objects[~missing] = object_array(arrays, len(arrays))
    return objects


def _is_vector(cell: Any) -> bool:
    if isinstance(cell, np.ndarray):
        return cell.ndim == 1 and cell.dtype.kind in "iuf"
    return len(cell) > 0 and all(
        isinstance(x, (int, float, np.integer, np.floating)) and not isinstance(x, _TRUTHS) for x in cell
    )


def _floats(array: NDArray[Any]) -> NDArray[Any]:
    """Keep float32 and float64; make float32 of halves, float64 of integers and of wider floats."""
    if array.dtype in (np.float32, np.float64):
        return array
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)
