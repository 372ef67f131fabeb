"""Keep new names with a run, and leave the rest of it as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from clusterby.core.errors import InvalidParameter
from clusterby.groups import ClusterBy
from clusterby.namers.distinct import number_names
from clusterby.runs.disk import alone, publish
from clusterby.runs.home import runs_folder
from clusterby.runs.key import check_key
from clusterby.runs.pack import packed
from clusterby.runs.read import read_version
from clusterby.runs.record import RunRecord
from clusterby.runs.restore import back_of, clusters_of
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
        If the result was not loaded from a run, or its clusters were edited since.
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
    back = back_of(groups)
    if back is None:
        raise InvalidParameter(
            f"these clusters were not loaded from a run: save the result itself, as in groups.save({key!r})"
        )
    edits, loaded = groups.edits, back.record
    if (dict(edits.merged_into), edits.noise_reassigned) != (
        dict(loaded.merged_into),
        loaded.noise_reassigned,
    ):
        raise InvalidParameter(
            "these clusters were edited since they were loaded: save the result itself, as in "
            f"groups.save({key!r}, overwrite=True)"
        )
    root = runs_folder()
    newest_of(root, check_key(key))  # before anything is written
    with alone(root):
        tidy(root)
        version, saved = read_version(root, key)
        if clusters_of(saved.record) != back.place.clusters:
            raise outrun(key)
        record = _with_new_names(saved.record, groups, loaded)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        named = version_at(root, key, version.number + 1)
        publish(named.path, packed(replace(saved, record=record, saved=now)))
        tidy(root)
    if back.place.key == key:
        back.place.number = named.number
    return named.path


def _with_new_names(kept: RunRecord, groups: ClusterBy, loaded: RunRecord) -> RunRecord:
    """Return a run's record with the names that were given since a result was loaded, none like another cluster's."""
    naming = groups.naming_.names
    given = {
        c: name
        for c, name in groups.names_.items()
        if (name, naming.get(c)) != (loaded.names.get(c), loaded.naming.get(c))
    }
    new = number_names(given, [name for c, name in kept.names.items() if c not in given])
    said = {c: replace(naming[c], name=name) for c, name in new.items() if c in naming}
    return replace(kept, names={**kept.names, **new}, naming={**kept.naming, **said})
