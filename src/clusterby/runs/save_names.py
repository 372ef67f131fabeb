"""Keep new names with a run, and leave the rest of it as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from clusterby.core.errors import InvalidParameter
from clusterby.groups import ClusterBy
from clusterby.namers.base import Name
from clusterby.namers.unlike import same_name, unlike
from clusterby.runs.disk import alone, publish
from clusterby.runs.home import runs_folder
from clusterby.runs.key import check_key
from clusterby.runs.pack import packed
from clusterby.runs.read import read_version
from clusterby.runs.record import RunRecord
from clusterby.runs.restore import Restored, clusters_of
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
    making = groups._making
    if not isinstance(making, Restored):
        raise InvalidParameter(
            f"these clusters were not loaded from a run: save the result itself, as in groups.save({key!r})"
        )
    record = making.back.record
    if (dict(groups.edits.merged_into), groups.edits.noise_reassigned) != (
        dict(record.merged_into),
        record.noise_reassigned,
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
        kept, loaded, place = saved.record, making.back.record, making.back.place
        if clusters_of(kept) != place.clusters:
            raise outrun(key)
        new = _new_names(groups, loaded, kept)
        record = replace(
            kept,
            names={**kept.names, **{c: name for c, (name, _) in new.items()}},
            naming={**kept.naming, **{c: said for c, (_, said) in new.items() if said is not None}},
        )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        named = version_at(root, key, version.number + 1)
        publish(named.path, packed(replace(saved, record=record, saved=now)))
        tidy(root)
    if place.key == key:
        place.number = named.number
    return named.path


def _new_names(groups: ClusterBy, loaded: RunRecord, kept: RunRecord) -> dict[int, tuple[str, Name | None]]:
    """Return the names that were given since a result was loaded, unlike those that other clusters of the run have."""
    naming = groups.naming_.names
    new = {
        c: (name, naming.get(c))
        for c, name in groups.names_.items()
        if (name, naming.get(c)) != (loaded.names.get(c), loaded.naming.get(c))
    }
    taken = {same_name(name) for c, name in kept.names.items() if c not in new}
    for cluster, (name, said) in new.items():
        word = unlike([name], taken)
        taken.add(same_name(word))
        new[cluster] = (word, said if said is None or word == name else replace(said, name=word))
    return new
