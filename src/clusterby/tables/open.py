"""Open whatever holds rows and columns as a table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import narwhals as nw

from clusterby.core.errors import ClusterbyError, InvalidParameter, InvalidTable, UnreadableSource, nearest
from clusterby.tables.base import Table
from clusterby.tables.fiftyone import FIFTYONE, FiftyOneTable, is_fiftyone, open_dataset
from clusterby.tables.files import SUFFIXES, read_file
from clusterby.tables.folder import read_folder
from clusterby.tables.frames import FrameTable, is_frame
from clusterby.tables.mapping import DictTable

__all__ = ["open_table"]

_ACCEPTED = (
    "give a pandas, polars or Arrow table, a FiftyOne dataset, a dict of lists, or the path of a folder or of a file "
    f"ending in {', '.join(SUFFIXES)}"
)


def open_table(source: Any, *, kind: str | None = None) -> Table:
    """Return the source as a table.

    Parameters
    ----------
    source : DataFrame, pyarrow.Table, mapping, FiftyOne dataset or view, str, Path or Table
        A pandas or polars DataFrame, an Arrow Table or RecordBatch, or one of these in narwhals; a
        dict of lists; the path of a folder of images, texts or sound, or of a csv, tsv, parquet, JSON-lines or
        Arrow file; ``"fiftyone:NAME"`` for the FiftyOne dataset of that name. A table that is open already is returned
        as it is.
    kind : {"pandas", "polars", "pyarrow"}, optional
        For a path, what the native table is to be; None is pandas if installed, else polars, else pyarrow.

    Raises
    ------
    InvalidTable
        If the source is no table, has no rows or no columns, or two of its columns share a name.
    UnreadableSource
        If there is no such file or folder, or it cannot be read as a table.
    UnknownName
        If there is no FiftyOne dataset of that name.
    InvalidParameter
        If `kind` is none of the above, or given for a source that has a kind of its own.

    Examples
    --------
    >>> table = open_table({"caption": ["a cat", "a dog"], "size": [3, 1]})
    >>> table.columns
    ('caption', 'size')
    """
    source = nw.to_native(source, pass_through=True)
    if isinstance(source, str) and source.startswith(FIFTYONE) and kind is None:
        return open_dataset(source.removeprefix(FIFTYONE))
    if isinstance(source, (str, os.PathLike)):
        return _open_path(Path(source), kind)
    if kind is not None:
        raise InvalidParameter(f"kind={kind!r} is for paths: a {type(source).__name__} stays what it is")
    if hasattr(type(source), "group_rows") and isinstance(
        source, Table
    ):  # the properties of other things may cost
        return source
    if is_frame(source):
        return FrameTable(source)
    if is_fiftyone(source):
        return FiftyOneTable(source)
    if isinstance(source, Mapping):
        return DictTable(source)
    raise InvalidTable(f"{_what_is_wrong_with(source)}: {_ACCEPTED}")


def _open_path(path: Path, kind: str | None) -> Table:
    try:
        path = path.expanduser()
        if path.is_dir():
            return read_folder(path, kind=kind)
        if path.exists():
            return read_file(path, kind=kind)
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, a null byte, a user unknown
        if isinstance(error, ClusterbyError):
            raise
        raise UnreadableSource(f"cannot open {str(path)!r}: {error}") from None
    near = nearest(path.name, siblings)
    hint = f" Did you mean {str(path.with_name(near[0]))!r}?" if near else ""
    raise UnreadableSource(f"no file or folder {str(path)!r}.{hint}")


def _what_is_wrong_with(source: Any) -> str:
    wrapped = nw.from_native(source, pass_through=True, allow_series=True)
    if isinstance(wrapped, nw.LazyFrame):
        return "a lazy frame has no rows yet, call .collect() first"
    if isinstance(wrapped, nw.Series):
        return "a single column is no table"
    return f"a {type(source).__name__} is no table"
