"""What a table's rows are known by: their identity, where they have one, and what is in them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import xxhash

from clusterby.cache import Memo
from clusterby.core.column import Column
from clusterby.core.embeddings import Embeddings
from clusterby.core.fingerprint import fingerprint
from clusterby.core.modality import Modality
from clusterby.engines import LocalEngine
from clusterby.media import decode, likely_modality
from clusterby.media.content import text_keys
from clusterby.ops.keys import CellKeys
from clusterby.runs.parquet import sayable
from clusterby.tables.base import Table
from clusterby.tables.cells import is_missing
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["Marks", "kinds_of", "marks_of", "vector_marks"]

_OF_A_FOLDER = {"path", "folder", "size", "modified"}
"""The columns that every table of a folder has."""

_SAID = (dt.date, dt.time, dt.timedelta, Decimal)
"""Types whose words say all of their values."""

_MEDIA = (Modality.IMAGE, Modality.AUDIO)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """What the rows of a table are known by.

    Parameters
    ----------
    identity : {"path", "id", "index"}, optional
        What says which row is which: the file of a table of a folder, FiftyOne's id, pandas' index; None where nothing does.
    names : tuple of str, optional
        Each row's identity; no two are alike.
    contents : tuple of bytes or None
        The hash of each row's cells in the columns it was clustered by, the same wherever the row stands; None where there
        is none, because the cells are objects that have no stable content.
    vectors : tuple of bytes or None, optional
        The hash of each row's vector where vectors were given; None of a row that had none.
    """

    identity: str | None
    names: tuple[str, ...] | None
    contents: tuple[bytes | None, ...]
    vectors: tuple[bytes | None, ...] | None = None

    def __len__(self) -> int:
        return len(self.contents)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the whole table, as far as it was clustered: 32 hexadecimal digits."""
        return fingerprint(self.identity, self.names, self.contents, self.vectors)


def kinds_of(table: Table, by: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return as what the cells of each column are hashed: a modality, ``""`` where it cannot be told.

    Parameters
    ----------
    table : Table
    by : sequence of str
        The columns.
    known : mapping of str to str
        The modalities that are known.
    """
    return {name: known.get(name) or _kind(table.column(name)) for name in sorted(by)}


def marks_of(table: Table, kinds: Mapping[str, str], *, memo: Memo | None = None) -> Marks:
    """Return the marks of a table's rows.

    Parameters
    ----------
    table : Table
        Any table.
    kinds : mapping of str to str
        The columns that were clustered by, with their modalities; see :func:`kinds_of`.
    memo : Memo, optional
        Which files' hashes are known.

    Raises
    ------
    UnknownColumn
        If the table lacks one of the columns.

    Examples
    --------
    >>> from clusterby.tables import open_table
    >>> one, two, three = marks_of(open_table({"word": ["cat", "dog", "cat"]}), {"word": "text"}).contents
    >>> one == three, one == two
    (True, False)
    """
    columns = [_column_keys(table.column(name), kind, memo or Memo(None)) for name, kind in kinds.items()]
    contents = columns[0] if len(columns) == 1 else [_joined(row) for row in zip(*columns, strict=True)]
    identity, names = _identities(table)
    return Marks(identity=identity, names=names, contents=tuple(contents))


def vector_marks(embeddings: Embeddings) -> tuple[bytes | None, ...]:
    """Return the hash of each row's vector; None where it was skipped."""
    found: list[bytes | None] = [None] * embeddings.n_rows
    for row, vector in zip(embeddings.rows.tolist(), embeddings.vectors, strict=True):
        found[row] = xxhash.xxh3_128_digest((vector + np.float32(0)).tobytes())  # −0.0 becomes 0.0
    return tuple(found)


def _kind(column: Column) -> str:
    found = likely_modality(column)
    return "" if found in (None, Modality.VIDEO) else found.value


def _column_keys(column: Column, kind: str, memo: Memo) -> list[bytes | None]:
    """Return a key for each cell: of what it is decoded to, else of the cell as it is."""
    found: dict[int, bytes] = {}
    modality = Modality(kind) if kind else None
    if modality in _MEDIA:
        cells = CellKeys(column, modality, engine=LocalEngine(), memo=memo)
        cells.read(np.flatnonzero(~cells.known))
        found = {row: cells.keys[row].tobytes() for row in np.flatnonzero(cells.known).tolist()}
        return [found.get(row) or _unreadable(cell) for row, cell in enumerate(column.cells)]
    if modality is not None:
        decoded = decode(column, modality)
        values = text_keys(decoded.values) if modality is Modality.TEXT else map(_value_key, decoded.values)
        found = {row: key for row, key in zip(decoded.rows.tolist(), values, strict=True) if key is not None}
    return [found.get(row) or _value_key(cell) for row, cell in enumerate(column.cells)]


def _unreadable(cell: Any) -> bytes | None:
    """Return the key of a cell of media that nothing can be read of: of a file its name, wherever it lies."""
    return _value_key(os.path.basename(cell) if isinstance(cell, (str, os.PathLike)) else cell)  # noqa: PTH119


def _value_key(value: Any) -> bytes | None:
    """Return the hash of a value; None of an object that says nothing of its content."""
    if is_missing(value):
        return bytes.fromhex(fingerprint("missing"))
    if isinstance(value, np.datetime64):
        value = str(value.astype("datetime64[us]"))
    elif isinstance(value, (os.PathLike, *_SAID)):
        value = str(value)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        value = value + value.dtype.type(0)
    try:
        return bytes.fromhex(fingerprint("value", value))
    except (TypeError, ValueError):
        return None


def _joined(keys: Sequence[bytes | None]) -> bytes | None:
    return None if None in keys else xxhash.xxh3_128_digest(b"".join(key or b"" for key in keys))


def _identities(table: Table) -> tuple[str | None, tuple[str, ...] | None]:
    """Return what says which row is which, and each row's."""
    kind: str | None = None
    names: tuple[str, ...] = ()
    if isinstance(table, FiftyOneTable):
        kind, names = "id", _words(table.ids(np.arange(table.n_rows)))
    elif set(table.columns) >= _OF_A_FOLDER:
        kind, names = "path", _words(table.column("path").cells)
    elif table.kind == "pandas":
        labels = list(table.ids(np.arange(table.n_rows)))
        if not all(isinstance(label, (int, np.integer)) and label == row for row, label in enumerate(labels)):
            kind, names = "index", _words(labels)
    return (kind, names) if kind and len(set(names)) == len(names) else (None, None)


def _words(names: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sayable(str(name)) for name in names)
