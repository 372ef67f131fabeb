"""Tables in files: csv, tsv, parquet, JSON lines and Arrow, read by pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from clusterby.core.errors import UnreadableSource
from clusterby.tables.base import Table
from clusterby.tables.frames import FrameTable
from clusterby.tables.library import choose_library, give_in
from clusterby.tables.shape import check_outline

__all__ = ["SUFFIXES", "read_file"]

_MAGIC = b"ARROW1"  # an Arrow file opens with it, an Arrow stream does not
_BLOCK = 1 << 26  # bytes; a row of JSON may not be longer


def read_file(path: str | Path, *, kind: str | None = None) -> Table:
    """Return the table that a file holds.

    Relative paths among its cells are resolved against the file's folder, after the working folder. Empty
    cells of a csv file, and unquoted ``NA``, ``null`` and the like, are missing.

    Parameters
    ----------
    path : str or Path
        A file whose suffix is one of :data:`SUFFIXES`.
    kind : {"pandas", "polars", "pyarrow"}, optional
        What the native table is to be; None is pandas if installed, else polars, else pyarrow.

    Raises
    ------
    UnreadableSource
        If the suffix is not supported, or the file cannot be read as what its suffix says.
    InvalidTable
        If the table is empty or two of its columns share a name.
    """
    path = Path(path)
    library = choose_library(kind)
    read = _READERS.get(path.suffix.lower())
    if read is None:
        hint = "give the folder that it is in, or a file" if path.suffix else "give a file"
        raise UnreadableSource(
            f"cannot read {str(path)!r} as a table: {hint} ending in {', '.join(SUFFIXES)}"
        )
    import pyarrow as pa

    try:
        table = read(path)
        names = table.column_names
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"cannot read {str(path)!r}: {_reason(error)}") from error
    check_outline(names, len(table))  # here, before a library stumbles over a name that two columns share
    return FrameTable(give_in(library, table), base=path.parent.absolute(), source=path.absolute())


def _read_csv(path: Path) -> Any:
    return _read_delimited(path, ",")


def _read_tsv(path: Path) -> Any:
    return _read_delimited(path, "\t")


def _read_delimited(path: Path, delimiter: str) -> Any:
    from pyarrow import csv

    return csv.read_csv(
        path,
        parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False),
    )


def _read_parquet(path: Path) -> Any:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        return file.read()


def _read_jsonl(path: Path) -> Any:
    from pyarrow import json

    return json.read_json(path, read_options=json.ReadOptions(block_size=_BLOCK))


def _read_arrow(path: Path) -> Any:
    import pyarrow as pa

    with path.open("rb") as start:
        is_file = start.read(len(_MAGIC)) == _MAGIC
    with pa.OSFile(str(path)) as source:
        return (pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)).read_all()


_READERS: dict[str, Callable[[Path], Any]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".parquet": _read_parquet,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".arrow": _read_arrow,
    ".feather": _read_arrow,
    ".ipc": _read_arrow,
}

SUFFIXES = tuple(_READERS)
"""The file suffixes that can be read as tables."""


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(text.split()) or type(error).__name__
