"""A run as the files of its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.partition import Partition
from clusterby.runs.manifest import arrays_of, manifest_of
from clusterby.runs.marks import Marks
from clusterby.runs.migrate import SCHEMA
from clusterby.runs.parquet import any_to_parquet, arrays_to, to_parquet
from clusterby.runs.record import RunRecord

__all__ = ["FACTS", "MANIFEST", "SavedRun", "digest", "packed"]

MANIFEST = "manifest.json"

FACTS = (
    "by", "method", "parameters", "random_state", "n_rows", "n_skipped", "n_clusters", "names", "quality", "encoder",
    "followed", "table", "created", "saved", "seconds", "versions",
)  # fmt: skip
"""What every manifest of this schema says, whatever else it does."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavedRun:
    """A run as it is kept in a folder.

    Parameters
    ----------
    record : RunRecord
        Its positions are those of the table then.
    marks : Marks
        What the rows of that table are known by.
    order : int64 (n,)
        Where each row stood in the table that was clustered; −1 for one that came later.
    kinds : mapping of str to str
        As what the cells of which columns were hashed.
    source : str, optional
        The folder or file that the table was read from.
    kind : str
        What its native table was: see :attr:`~clusterby.tables.base.Table.kind`.
    saved : str
        When, in UTC, as ISO 8601.
    """

    record: RunRecord
    marks: Marks
    order: IntArray
    kinds: Mapping[str, str]
    source: str | None
    kind: str
    saved: str


def packed(run: SavedRun) -> dict[str, bytes]:
    """Return the files of a run by name, the manifest last: it has the digests of the others."""
    record, marks = run.record, run.marks
    files = {
        "rows.parquet": _rows(run),
        "arrays.parquet": arrays_to(arrays_of(record)),
        "exemplars.parquet": _exemplars(record),
        "skipped.parquet": to_parquet(
            {
                "row": ("int", [s.row for s in record.skipped]),
                "column": ("text", [s.column for s in record.skipped]),
                "reason": ("text", [s.reason for s in record.skipped]),
            }
        ),
    }
    if record.tree is not None:
        files["tree.parquet"] = any_to_parquet(record.tree)
    manifest = manifest_of(record) | {
        "schema": SCHEMA,
        "saved": run.saved,
        "n_clustered": len(record.rows),
        "n_skipped": len(record.skipped),
        "table": {
            "fingerprint": marks.fingerprint, "identity": marks.identity, "kinds": dict(run.kinds),
            "source": run.source, "kind": run.kind,
        },
        "files": {name: digest(content) for name, content in files.items()},
    }  # fmt: skip
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    return files | {MANIFEST: text.encode("utf-8", "backslashreplace")}


def digest(content: bytes) -> str:
    """Return the xxh3-128 hash of a file's content as 32 hexadecimal digits.

    Examples
    --------
    >>> digest(b"")
    '99aa06d3014798d86001c324468d497f'
    """
    return str(xxhash.xxh3_128_hexdigest(content))


def _rows(run: SavedRun) -> bytes:
    record, marks = run.record, run.marks
    columns: dict[str, tuple[str, Any]] = {
        "position": ("int", np.arange(record.n_rows)),
        "clustered_at": ("int", np.ma.MaskedArray(run.order, mask=run.order < 0)),
        "identity": ("text", marks.names or [None] * record.n_rows),
        "content": ("key", list(marks.contents)),
        **_partition("", record.partition, record),
        "distance": ("real", _spread(record.distances, record)),
    }
    if record.made is not None:
        columns |= _partition("made_", record.made, record)
    if marks.vectors is not None:
        columns["vector"] = ("key", list(marks.vectors))
    return to_parquet(columns)


def _partition(prefix: str, partition: Partition, record: RunRecord) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {f"{prefix}label": ("int", _spread(partition.labels, record))}
    if partition.strengths is not None:
        found[f"{prefix}strength"] = ("real", _spread(partition.strengths, record))
    return found


def _spread(values: NDArray[Any], record: RunRecord) -> np.ma.MaskedArray[Any, Any]:
    """Return a value for each row of the table, masked where the row was not clustered."""
    found = np.zeros(record.n_rows, dtype=values.dtype)
    missing = np.ones(record.n_rows, dtype=bool)
    found[record.rows], missing[record.rows] = values, False
    return np.ma.MaskedArray(found, mask=missing)


def _exemplars(record: RunRecord) -> bytes:
    pairs = [(cluster, row) for cluster, rows in record.exemplars.items() for row in rows.tolist()]
    return to_parquet({"cluster": ("int", [c for c, _ in pairs]), "row": ("int", [row for _, row in pairs])})
