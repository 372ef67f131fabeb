"""What runs there are, and what can be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterby.core.errors import ClusterbyError, InvalidParameter
from clusterby.runs.disk import alone, discard, move
from clusterby.runs.home import runs_folder
from clusterby.runs.key import check_key, check_no_twin
from clusterby.runs.read import manifest_at, size_of
from clusterby.runs.save import tidy
from clusterby.runs.versions import all_versions, newest, newest_of, version_at

__all__ = ["RunFacts", "delete", "info", "list_runs", "rename"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a list says of a run.

    Parameters
    ----------
    key : str
    by : tuple of str
        The columns it was made by.
    method : str
    n_clusters, n_rows, n_skipped : int
    silhouette : float, optional
        None where it was not measured, or there are fewer than two clusters.
    created, saved : str
        When it was made and last written, in UTC, as ISO 8601.
    size : int
        In bytes.
    damage : str, optional
        Why it cannot be read, if it cannot; the facts above are empty then.
    """

    key: str
    by: tuple[str, ...] = ()
    method: str = ""
    n_clusters: int = 0
    n_rows: int = 0
    n_skipped: int = 0
    silhouette: float | None = None
    created: str = ""
    saved: str = ""
    size: int = 0
    damage: str | None = None


def list_runs() -> list[RunFacts]:
    """Return the facts of every run of the project, by key; of one that is damaged, why."""
    root = runs_folder()
    return [facts for key in newest(root) if (facts := _facts(root, key)) is not None]


def info(key: str) -> dict[str, Any]:
    """Return everything that a run's manifest says, as plain values, with its key and the folder that it is in.

    Raises
    ------
    UnknownName
        If there is no such run.
    UnreadableSource
        If it is damaged.
    """
    version, manifest = manifest_at(runs_folder(), key)
    return {"key": version.key, "folder": str(version.path), "size": size_of(version), **manifest}


def rename(old: str, new: str) -> None:
    """Give a run another key.

    Raises
    ------
    UnknownName
        If there is no run of the old key.
    InvalidParameter
        If the new one is no key, taken, or differs from another run's by case alone.
    """
    root = runs_folder()
    check_key(old), check_key(new)
    newest_of(root, old)  # before anything is written
    with alone(root):
        tidy(root)
        version = newest_of(root, old)
        if new == old:
            return
        others = [key for key in newest(root) if key != old]
        check_no_twin(new, others)
        if new in others:
            raise InvalidParameter(f"there is a run {new!r} already: choose another key, or delete it first")
        move(version.path, version_at(root, new, 1).path)


def delete(*keys: str) -> None:
    """Delete runs, damaged or not.

    Raises
    ------
    UnknownName
        If one of them is not there; none is deleted then.
    """
    root = runs_folder()
    for key in keys:
        newest_of(root, check_key(key))
    with alone(root):
        tidy(root)
        for key in keys:
            newest_of(root, key)
        for version in all_versions(root):  # the newest last: else an older one would be there again
            if version.key in keys:
                discard(version.path)


def _facts(root: Path, key: str) -> RunFacts | None:
    try:
        version, manifest = manifest_at(root, key)
        quality = manifest["quality"] or {}
        return RunFacts(
            key=key, by=tuple(column for column, _ in manifest["by"]), method=manifest["method"],
            n_clusters=manifest["n_clusters"], n_rows=manifest["n_rows"], n_skipped=manifest["n_skipped"],
            silhouette=quality.get("silhouette"), created=manifest["created"], saved=manifest["saved"],
            size=size_of(version),
        )  # fmt: skip
    except (ClusterbyError, KeyError, TypeError, ValueError, AttributeError) as error:
        if key not in newest(root):
            return None  # deleted meanwhile
        why = str(error) if isinstance(error, ClusterbyError) else f"its manifest lacks something: {error}"
        return RunFacts(key=key, damage=why)
