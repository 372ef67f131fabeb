"""Keep new names with a run, and leave the rest of it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from clusterby.core.errors import InvalidParameter
from clusterby.groups import ClusterBy
from clusterby.namers.base import Name
from clusterby.runs.disk import alone, publish
from clusterby.runs.home import runs_folder
from clusterby.runs.key import check_key
from clusterby.runs.pack import packed
from clusterby.runs.read import read_run
from clusterby.runs.record import RunRecord
from clusterby.runs.restore import Restored
from clusterby.runs.save import outrun, tidy
from clusterby.runs.versions import newest_of, version_at

__all__ = ["save_names"]


def save_names(groups: ClusterBy, key: str) -> Path:
    """Keep the names of a result with the run that it was loaded from, and return the folder of the run.

    Names that were given since it was loaded are kept, and nothing else of the run is written anew: rows that were not in the
    table now stay in it with their labels, and so do the names of clusters that have no row in the table now. To keep the
    result as it is over the table now is what :meth:`ClusterBy.save` does with ``overwrite=True``.

    Parameters
    ----------
    groups : ClusterBy
        What :func:`~clusterby.runs.load` returned, with other names.
    key : str
        Of that run.

    Raises
    ------
    InvalidParameter
        If the result was not loaded from a run.
    UnknownName, UnreadableSource
        If there is no such run, or it is damaged.
    UnwritableTarget
        If the folder cannot be written, or the run has other clusters now: another process saved it meanwhile.

    Examples
    --------
    >>> import os, tempfile
    >>> import clusterby as cb
    >>> os.environ["CLUSTERBY_HOME"] = tempfile.mkdtemp()
    >>> table = {"word": ["bike", "bikes", "wine"], "v": [[0.0], [0.2], [9.0]]}
    >>> _ = cb.clusterby(table, "v", n_clusters=2).save("halves")
    >>> some = {name: cells[:2] for name, cells in table.items()}
    >>> _ = cb.runs.save_names(cb.runs.load("halves", some).renamed({0: "two wheels"}), "halves")
    >>> cb.runs.info("halves")["n_rows"], dict(cb.runs.load("halves", table).names_)
    (3, {0: 'two wheels'})
    >>> del os.environ["CLUSTERBY_HOME"]
    """
    making = groups._making
    if not isinstance(making, Restored):
        raise InvalidParameter(
            f"these clusters were not loaded from a run: save the result itself, as in groups.save({key!r})"
        )
    root = runs_folder()
    newest_of(root, check_key(key))  # before anything is written
    with alone(root):
        tidy(root)
        version, saved = newest_of(root, key), read_run(root, key)
        kept, loaded = saved.record, making.back.record
        if not _same_clusters(kept, loaded, groups):
            raise outrun(key)
        new = [
            c
            for c in groups.names_
            if _said(groups.names_, groups.naming_.names, c) != _said(loaded.names, loaded.naming, c)
        ]
        record = replace(
            kept,
            names={**kept.names, **{c: groups.names_[c] for c in new}},
            naming={**kept.naming, **{c: said for c, said in groups.naming_.names.items() if c in new}},
        )  # fmt: skip
        now = datetime.now(UTC).isoformat(timespec="seconds")
        named = version_at(root, key, version.number + 1)
        publish(named.path, packed(replace(saved, record=record, saved=now)))
        tidy(root)
    return named.path


def _said(
    names: Mapping[int, str], naming: Mapping[int, Name], cluster: int
) -> tuple[str | None, Name | None]:
    return names.get(cluster), naming.get(cluster)


def _same_clusters(kept: RunRecord, loaded: RunRecord, groups: ClusterBy) -> bool:
    """Whether a cluster's id means in a run what it means in a result that was loaded from it earlier."""
    edits = groups.edits
    return (kept.created, kept.space, dict(kept.merged_into), kept.noise_reassigned) == (
        loaded.created, loaded.space, dict(edits.merged_into), edits.noise_reassigned,
    )  # fmt: skip
