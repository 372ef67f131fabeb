"""The versions of runs in a folder: each is a whole folder ``KEY@N``, of which the highest counts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from clusterby.core.errors import InvalidParameter, UnknownName, UnreadableSource
from clusterby.runs.key import check_key

__all__ = ["Version", "all_versions", "newest", "newest_of", "state_of", "unknown_run", "version_at"]

_NAME = re.compile(r"(.+)@([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Version:
    """A run as it was written once.

    Parameters
    ----------
    key : str
    number : int
        It grows with each writing.
    path : Path
        The folder.
    """

    key: str
    number: int
    path: Path


def version_at(root: Path, key: str, number: int) -> Version:
    """Return a version by its number, whether it is there or not."""
    return Version(key=key, number=number, path=root / f"{key}@{number}")


def all_versions(root: Path) -> list[Version]:
    """Return every version in a folder, by key and number; what else lies there is left out.

    Raises
    ------
    UnreadableSource
        If the folder cannot be listed.
    """
    try:
        names = [entry.name for entry in root.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnreadableSource(f"the runs in {root} cannot be listed: {error.strerror}") from None
    return sorted(version for name in names if (version := _parsed(root, name)) is not None)


def newest(root: Path) -> dict[str, Version]:
    """Return the version that counts of each run, by key."""
    return {version.key: version for version in all_versions(root)}  # the last of each key is the highest


def newest_of(root: Path, key: str) -> Version:
    """Return the version that counts of a run.

    Raises
    ------
    UnknownName
        If there is no run of that key; the nearest are suggested.
    """
    found = newest(root)
    if key not in found:
        raise unknown_run(root, key, found)
    return found[key]


def state_of(path: Path) -> tuple[int, int] | None:
    """Return what tells a folder from a later one of the same name; None if there is none."""
    try:
        facts = os.lstat(path)
    except FileNotFoundError:
        return None
    return facts.st_ino, facts.st_ctime_ns


def unknown_run(root: Path, key: object, known: dict[str, Version]) -> UnknownName:
    """Return the error for a key that no run bears."""
    return UnknownName("run", key, known, listing=None if known else f"none are kept in {root}")


def _parsed(root: Path, name: str) -> Version | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return Version(key=check_key(found[1]), number=int(found[2]), path=root / name)
    except InvalidParameter:
        return None
