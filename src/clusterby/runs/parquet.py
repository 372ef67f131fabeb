"""Columns and arrays as the bytes of Parquet files, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "any_from_parquet",
    "any_to_parquet",
    "arrays_from",
    "arrays_to",
    "columns_of",
    "from_parquet",
    "to_parquet",
]

_KINDS = {"int": "int64", "real": "float32", "text": "string", "key": "binary"}
"""What a column may hold, and what Arrow calls it."""


def to_parquet(columns: Mapping[str, tuple[str, Any]]) -> bytes:
    """Return columns as a Parquet file.

    Parameters
    ----------
    columns : mapping of str to (str, sequence or array)
        By name what a column holds (``"int"``, ``"real"``, ``"text"``, or ``"key"``, which is bytes), and its cells: None,
        or masked, where there is none.

    Examples
    --------
    >>> from_parquet(to_parquet({"label": ("int", [0, None])}), {"label": "int"})["label"].to_pylist()
    [0, None]
    """
    import pyarrow as pa

    arrays = {name: _array(cells, _type(kind)) for name, (kind, cells) in columns.items()}
    return _written(pa.table(arrays))


def from_parquet(content: bytes, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return columns of a Parquet file as Arrow arrays.

    Parameters
    ----------
    content : bytes
    kinds : mapping of str to str
        What each of the columns wanted must hold.

    Raises
    ------
    ValueError
        If it is no Parquet file, or lacks a column, or one holds something else.
    """
    table = _read(content)
    for name, kind in kinds.items():
        if name not in table.column_names or table.column(name).type != _type(kind):
            raise ValueError(f"it has no column {name!r} of {_type(kind)}")
    return {name: table.column(name).combine_chunks() for name in kinds}


def any_to_parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Return columns of plain values as a Parquet file, each of the type that Arrow finds for it."""
    import pyarrow as pa

    return _written(pa.table(dict(columns)))


def any_from_parquet(content: bytes) -> dict[str, list[Any]]:
    """Return the columns of a Parquet file as lists.

    Raises
    ------
    ValueError
        If it is no Parquet file.

    Examples
    --------
    >>> any_from_parquet(any_to_parquet({"parent": [3, 3], "lambda_val": [0.5, None]}))
    {'parent': [3, 3], 'lambda_val': [0.5, None]}
    """
    found: dict[str, list[Any]] = _read(content).to_pydict()
    return found


def columns_of(content: bytes) -> list[str]:
    """Return the names of a Parquet file's columns.

    Raises
    ------
    ValueError
        If it is no Parquet file.
    """
    names: list[str] = _read(content).column_names
    return names


def sayable(text: str) -> str:
    r"""Return a text as Parquet can hold it: what is no character as an escape.

    Examples
    --------
    >>> print(sayable("a" + chr(0xD800)))
    a\ud800
    """
    return text.encode("utf-8", "backslashreplace").decode()


def arrays_to(arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return arrays as a Parquet file, a row for each: its name, its shape and its numbers.

    Examples
    --------
    >>> arrays_from(arrays_to({"centers": np.ones((2, 1), dtype=np.float32)}))["centers"].tolist()
    [[1.0], [1.0]]
    """
    import pyarrow as pa

    flat = [np.ascontiguousarray(array, dtype=np.float32).reshape(-1) for array in arrays.values()]
    ends = np.cumsum([0, *map(len, flat)])
    numbers = pa.array(np.concatenate([*flat, np.empty(0, np.float32)]))
    return _written(
        pa.table(
            {
                "name": pa.array(list(arrays), pa.string()),
                "shape": pa.array([list(array.shape) for array in arrays.values()], pa.list_(pa.int64())),
                "numbers": pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), numbers),
            }
        )
    )


def arrays_from(content: bytes) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a file that :func:`arrays_to` made.

    Raises
    ------
    ValueError
        If there is something else in it.
    """
    import pyarrow as pa

    table = _read(content)
    wanted = {"name": pa.string(), "shape": pa.list_(pa.int64()), "numbers": pa.large_list(pa.float32())}
    if {name: table.schema.field(name).type for name in table.column_names} != wanted:
        raise ValueError("its columns are not name, shape and numbers")
    found: dict[str, NDArray[np.float32]] = {}
    for place, name in enumerate(table.column("name").to_pylist()):
        numbers = table.column("numbers")[place].values
        array = np.array(numbers.to_numpy(zero_copy_only=False), dtype=np.float32)
        found[name] = array.reshape(table.column("shape")[place].as_py())
        if not np.isfinite(found[name]).all():
            raise ValueError(f"the array {name!r} is not finite")
    return found


def _array(cells: Any, kind: Any) -> Any:
    import pyarrow as pa

    if isinstance(cells, np.ma.MaskedArray):
        return pa.array(np.asarray(cells.data), kind, mask=np.ma.getmaskarray(cells))
    try:
        return pa.array(cells, kind)
    except UnicodeEncodeError:  # half of a character, as names of files may hold
        return pa.array([None if cell is None else sayable(cell) for cell in cells], kind)


def _type(kind: str) -> Any:
    import pyarrow as pa

    return getattr(pa, _KINDS[kind])()


def _written(table: Any) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _read(content: bytes) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(pa.BufferReader(content)) as file:
            return file.read()
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"it is no Parquet file ({' '.join(str(error).split())[:80]})") from None
