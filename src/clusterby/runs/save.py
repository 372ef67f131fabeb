"""Keep a result in the project's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from clusterby.core.errors import InvalidParameter, UnwritableTarget
from clusterby.groups import ClusterBy
from clusterby.instructions import Boxes
from clusterby.runs.disk import alone, discard, publish, sweep
from clusterby.runs.home import runs_folder
from clusterby.runs.key import check_key, check_no_twin
from clusterby.runs.marks import Marks, kinds_of, marks_of, vector_marks
from clusterby.runs.pack import SavedRun, packed
from clusterby.runs.read import is_whole
from clusterby.runs.record import RunRecord, record_of
from clusterby.runs.restore import back_of
from clusterby.runs.source import in_project, source_of
from clusterby.runs.versions import Version, all_versions, newest, state_of, version_at

__all__ = ["outrun", "save", "tidy"]


def save(groups: ClusterBy, key: str, *, overwrite: bool = False, seconds: float | None = None) -> Path:
    """Keep a result under a key, in the project's folder, and return the folder that it is in.

    It is written beside its place and moved there: whatever happens meanwhile, the old one is there or the new one, whole.
    What is kept is what made it, labels, strengths, distances, centers, exemplars, quality, names and edits, and what the
    rows of the table are known by; the table and the vectors are not.

    Parameters
    ----------
    groups : ClusterBy
        The result.
    key : str
        Letters, digits, ``_``, ``-`` and ``.``.
    overwrite : bool
        Whether a run of that key is replaced.
    seconds : float, optional
        How long it took to make, if it does not know itself.

    Raises
    ------
    InvalidParameter
        If the key is none, differs from another's by case alone, or is taken and `overwrite` is not set.
    UnwritableTarget
        If the folder cannot be written, the disk is full, or another process saved a run of that key meanwhile.

    Examples
    --------
    >>> import os, tempfile
    >>> import clusterby as cb
    >>> from clusterby import runs
    >>> os.environ["CLUSTERBY_HOME"] = tempfile.mkdtemp()
    >>> table = {"v": [[0.0], [0.2], [9.0]]}
    >>> _ = runs.save(cb.clusterby(table, "v", n_clusters=2), "halves")
    >>> sorted(runs.load("halves", table).size()["size"])
    [1, 2]
    >>> del os.environ["CLUSTERBY_HOME"]
    """
    if not isinstance(groups, ClusterBy):
        raise InvalidParameter(
            f"a {type(groups).__name__} cannot be saved: give what clusterby() or runs.load() returned"
        )
    root, back = runs_folder(), back_of(groups)
    before = _replaced(root, check_key(key), overwrite=overwrite)
    if (
        before is not None
        and back is not None
        and back.place.key == key
        and back.place.number != before[0].number
    ):
        raise outrun(key)
    content = packed(_saved(groups, root, groups._making.seconds if seconds is None else seconds))
    with alone(root):
        tidy(root)
        if _replaced(root, key, overwrite=True) != before:
            raise outrun(key)
        version = version_at(root, key, before[0].number + 1 if before else 1)
        try:
            publish(version.path, content)
        except FileExistsError:
            raise outrun(key) from None
        tidy(root)
    if back is not None and back.place.key == key:
        back.place.number = version.number
    return version.path


def tidy(root: Path) -> None:
    """Remove what killed writers left, and versions that have been replaced; call it alone, see :func:`~.disk.alone`.

    A version stays as long as the one that replaced it is not whole: somebody may have put it there by hand.
    """
    sweep(root)
    counts = newest(root)
    for version in all_versions(root):
        latest = counts[version.key]
        if version != latest and is_whole(latest):
            discard(version.path)


def _replaced(root: Path, key: str, *, overwrite: bool) -> tuple[Version, object] | None:
    """Return the version that will be replaced, and what tells it from a later one of its name; None if there is none."""
    known = newest(root)
    check_no_twin(key, known)
    if key not in known:
        return None
    if not overwrite:
        raise InvalidParameter(
            f"there is a run {key!r} already: choose another key, or pass overwrite=True to replace it"
        )
    return known[key], state_of(known[key].path)


def outrun(key: str) -> UnwritableTarget:
    """Return the error for a run that is another one than when the writing of it began."""
    return UnwritableTarget(
        f"another process saved or removed run {key!r} meanwhile, and that is how it is now: look at it, then save again or "
        "choose another key"
    )


def _saved(groups: ClusterBy, root: Path, seconds: float | None) -> SavedRun:
    back = back_of(groups)
    record = record_of(groups, seconds=seconds, earlier=None if back is None else back.record)
    record = replace(record, recipes=in_project(record.recipes, root))
    if back is None:
        kinds = kinds_of(groups.table, _columns(record), {r.column: r.modality for r in record.recipes})
        marks, order = _marks(groups, kinds), np.arange(record.n_rows)
    else:
        kinds, marks, order = dict(back.kinds), back.marks, back.order
    return SavedRun(
        record=record, marks=marks, order=order, kinds=kinds, source=source_of(groups.table, root),
        kind=groups.table.kind, saved=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


def _columns(record: RunRecord) -> list[str]:
    """Return the columns that vectors were made from: those that were clustered by, and those with the rows' regions."""
    regions = [r.region["column"] for r in record.recipes if r.region and r.region["shape"] == Boxes.__name__]
    return list(dict.fromkeys([*record.by, *regions]))


def _marks(groups: ClusterBy, kinds: Mapping[str, str]) -> Marks:
    making = groups._making
    found = marks_of(groups.table, kinds, memo=None if making.cache is None else making.cache.memo)
    given = making.embedder is None and making.conditioned is None  # conditioned ones are not what was given
    return replace(found, vectors=vector_marks(groups.embeddings)) if given else found
