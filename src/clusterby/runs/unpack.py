"""A run from the files of its folder; everything that is read is checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray, IntArray, Skipped
from clusterby.core.errors import ClusterbyError, InvalidTable
from clusterby.core.modality import Modality
from clusterby.core.partition import NOISE, Partition
from clusterby.runs.manifest import facts_from, partition_facts
from clusterby.runs.marks import Marks
from clusterby.runs.migrate import migrated
from clusterby.runs.pack import MANIFEST, SavedRun, digest
from clusterby.runs.parquet import any_from_parquet, arrays_from, columns_of, from_parquet
from clusterby.runs.record import RunRecord

__all__ = ["DamagedFile", "read_manifest", "unpacked"]


_OPTIONAL = {"strength": "real", "made_strength": "real", "vector": "key"}
"""Columns of the rows that are there where the method says how strong, or vectors were given."""


_FAULTS = (
    ClusterbyError,
    AttributeError,
    IndexError,
    OverflowError,
    StopIteration,
    TypeError,
    ValueError,
)
"""What goes wrong where a file holds something else than it should."""


class DamagedFile(Exception):
    """A file of a run that does not hold what it should; the one who knows where it lies says so.

    Parameters
    ----------
    name : str
        Of the file.
    reason : str
        What is wrong with it.
    """

    def __init__(self, name: str, reason: object) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = " ".join(str(reason).split())[:160]


def read_manifest(content: bytes) -> dict[str, Any]:
    """Return a manifest as it was written, in whatever schema.

    Raises
    ------
    DamagedFile
        If it is none.
    """
    try:
        manifest = json.loads(content.decode(), parse_constant=_no_number)
        if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
            raise ValueError("it is no manifest of a run")
    except (ValueError, RecursionError) as error:
        raise DamagedFile(MANIFEST, error) from None
    return manifest


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def unpacked(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> SavedRun:
    """Return the run that files are of.

    Parameters
    ----------
    manifest : mapping
        See :func:`read_manifest`.
    files : mapping of str to bytes
        The files that it names.

    Raises
    ------
    DamagedFile
        If one of them does not hold what it should.
    InvalidTable
        If it was written by a later version of clusterby.
    """
    for name, expected in manifest["files"].items():
        if digest(files[name]) != expected:
            raise DamagedFile(name, "its content is not what was written")
    with _reading(MANIFEST):
        now, files = migrated(manifest, files)
    with _reading("arrays.parquet"):
        arrays = arrays_from(files["arrays.parquet"])
    with _reading(MANIFEST):
        facts, of_partition = facts_from(now, arrays), partition_facts(now)
        table = now["table"]
        kinds, source, kind = _kinds(table["kinds"]), table["source"], str(table["kind"])
        edited = "made.centers" in arrays
    with _reading("rows.parquet"):
        rows, clustered = _rows(files["rows.parquet"], facts["n_rows"], edited)
        partition = _partition("", rows, clustered, arrays["centers"], of_partition)
        made = _partition("made_", rows, clustered, arrays["made.centers"], of_partition) if edited else None
        if arrays["centers"].shape[1:] != (facts["dimension"],):
            raise ValueError(f"centers of shape {arrays['centers'].shape} in {facts['dimension']} dimensions")
        distances = rows["distance"][clustered].astype(np.float32)
        marks = _marks(rows, table["identity"])
        if marks.fingerprint != table["fingerprint"]:
            raise ValueError("its rows are not those that the manifest tells of")
    with _reading("exemplars.parquet"):
        exemplars = _exemplars(files["exemplars.parquet"], partition, clustered)
    with _reading("skipped.parquet"):
        skipped = _skipped(files["skipped.parquet"], facts["n_rows"])
    with _reading("tree.parquet"):
        tree = any_from_parquet(files["tree.parquet"]) if "tree.parquet" in files else None
    record = RunRecord(
        **facts, rows=clustered, partition=partition, made=made, distances=distances, exemplars=exemplars,
        skipped=skipped, tree=tree,
    )  # fmt: skip
    return SavedRun(
        record=record, marks=marks, order=rows["clustered_at"], kinds=kinds, source=source, kind=kind,
        saved=str(now.get("saved", "")),
    )  # fmt: skip


def _kinds(plain: Any) -> dict[str, str]:
    found = dict(plain)
    for kind in found.values():
        if kind != "":
            Modality(kind)
    return found


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Say of an error inside the block which file it is about."""
    try:
        yield
    except KeyError as error:
        raise DamagedFile(name, f"it lacks {error.args[0]!r}") from None
    except (InvalidTable, DamagedFile):
        raise
    except _FAULTS as error:
        raise DamagedFile(name, error) from None


def _rows(content: bytes, n_rows: int, edited: bool) -> tuple[dict[str, Any], IntArray]:
    """Return the columns of the rows as arrays, and the positions of those that were clustered."""
    held = columns_of(content)
    kinds = {
        "position": "int",
        "clustered_at": "int",
        "identity": "text",
        "content": "key",
        "label": "int",
        "distance": "real",
    }
    kinds |= {"made_label": "int"} if edited else {}
    kinds |= {name: kind for name, kind in _OPTIONAL.items() if name in held}
    columns = from_parquet(content, kinds)
    rows = {name: _cells(array, kinds[name]) for name, array in columns.items()}
    held_rows = rows["position"]
    if len(held_rows) != n_rows or not np.array_equal(held_rows, np.arange(len(held_rows))):
        raise ValueError(f"its positions are not those of {n_rows} rows")
    clustered = np.flatnonzero(columns["label"].is_valid().to_numpy(zero_copy_only=False)).astype(np.int64)
    for name in {"distance", "strength", "made_label", "made_strength"} & set(columns):
        if not columns[name].is_valid().equals(columns["label"].is_valid()):
            raise ValueError(f"it has no {name!r} of a row that was clustered, or one of a row that was not")
    return rows, clustered


def _cells(array: Any, kind: str) -> Any:
    if kind in ("text", "key"):
        return array.to_pylist()
    return array.fill_null(-1).to_numpy(zero_copy_only=False)


def _partition(
    prefix: str, rows: Mapping[str, Any], clustered: IntArray, centers: FloatArray, facts: Mapping[str, Any]
) -> Partition:
    labels = rows[f"{prefix}label"][clustered].astype(np.int64)
    if len(labels) and labels.min() < NOISE:
        raise ValueError(f"it has a label {labels.min()}")
    strengths = rows.get(f"{prefix}strength")
    if strengths is not None:
        strengths = strengths[clustered].astype(np.float32)
    return Partition(labels=labels, strengths=strengths, centers=centers, **facts)


def _marks(rows: Mapping[str, Any], identity: Any) -> Marks:
    names = tuple(rows["identity"])
    if identity is not None and (None in names or len(set(names)) < len(names)):
        raise ValueError("two rows have one identity, or a row has none")
    vectors = rows.get("vector")
    return Marks(
        identity=identity, names=None if identity is None else names, contents=tuple(rows["content"]),
        vectors=None if vectors is None else tuple(vectors),
    )  # fmt: skip


def _exemplars(content: bytes, partition: Partition, rows: IntArray) -> dict[int, IntArray]:
    columns = from_parquet(content, {"cluster": "int", "row": "int"})
    clusters, chosen = (columns[name].to_numpy(zero_copy_only=False) for name in ("cluster", "row"))
    if not np.isin(clusters, partition.clusters).all() or not np.isin(chosen, rows).all():
        raise ValueError("it names a cluster or a row that the run does not have")
    return {c: chosen[clusters == c].astype(np.int64) for c in partition.clusters.tolist()}


def _skipped(content: bytes, n_rows: int) -> tuple[Skipped, ...]:
    columns = from_parquet(content, {"row": "int", "column": "text", "reason": "text"})
    listed = zip(*(columns[name].to_pylist() for name in ("row", "column", "reason")), strict=True)
    found = tuple(Skipped(row=row, column=column, reason=reason) for row, column, reason in listed)
    if any(not 0 <= s.row < n_rows for s in found):
        raise ValueError("it names a row that the run does not have")
    return found
