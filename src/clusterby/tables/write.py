"""A table as a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from clusterby.core.errors import InvalidParameter, InvalidTable, UnwritableTarget
from clusterby.tables.base import Table
from clusterby.tables.new_columns import to_arrow

__all__ = ["write_table"]


def write_table(table: Table, path: str | Path) -> Path:
    """Write a table to a csv, tsv, parquet or Arrow file, as its suffix says, and return the path.

    The file appears whole or not at all, in place of one that was there. The labels of a pandas index that is
    not the default one become a column.

    Parameters
    ----------
    table : Table
        Any open table.
    path : str or Path
        A file in a folder that exists, ending in .csv, .tsv, .parquet, .arrow, .feather or .ipc.

    Raises
    ------
    InvalidParameter
        If the suffix is none of these.
    InvalidTable
        If the file's format cannot hold one of the columns: vectors in a csv, images in any.
    UnwritableTarget
        If the file cannot be written.
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InvalidParameter(
            f"cannot write a table to {str(path)!r}: give a name ending in {', '.join(_WRITERS)}"
        )
    whole = _to_arrow(table)
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    import pyarrow as pa

    try:
        write(whole, partial)
        partial.replace(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidTable(
            f"{path.suffix} cannot hold this table: {error}. Write .parquet, or leave columns out"
        ) from None
    except OSError as error:
        raise UnwritableTarget(f"cannot write {str(path)!r}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def _to_arrow(table: Table) -> Any:
    import pyarrow as pa

    try:
        if table.kind == "pandas":
            return pa.Table.from_pandas(table.native)
        if table.kind == "polars":
            return pa.table({name: _from_polars(table.native.get_column(name)) for name in table.columns})
        if table.kind == "dict":
            return pa.table({name: _from_cells(table.native[name], name) for name in table.columns})
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InvalidTable(
            f"a file cannot hold cells of this kind, leave their column out: {error}"
        ) from None
    return table.native


def _from_polars(series: Any) -> Any:
    import polars as pl
    import pyarrow as pa

    return pa.array(series.to_list()) if series.dtype == pl.Object else series.to_arrow()


def _from_cells(values: Any, name: str) -> Any:
    import pyarrow as pa

    if isinstance(values, np.ndarray) and values.ndim <= 2:
        return to_arrow(values, name)
    return pa.array(list(values), from_pandas=True)


def _write_delimited(delimiter: str) -> Callable[[Any, Path], None]:
    def write(table: Any, path: Path) -> None:
        import pyarrow as pa
        from pyarrow import csv

        plain = [
            f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in table.schema
        ]
        csv.write_csv(table.cast(pa.schema(plain)), path, csv.WriteOptions(delimiter=delimiter))

    return write


def _write_parquet(table: Any, path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(table, path)


def _write_arrow(table: Any, path: Path) -> None:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


_WRITERS: dict[str, Callable[[Any, Path], None]] = {
    ".csv": _write_delimited(","),
    ".tsv": _write_delimited("\t"),
    ".parquet": _write_parquet,
    ".arrow": _write_arrow,
    ".feather": _write_arrow,
    ".ipc": _write_arrow,
}
