"""Runs as they are on the disk, whoever writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from clusterby.core.errors import ClusterbyError, UnreadableSource
from clusterby.runs.disk import read_bytes
from clusterby.runs.key import check_key
from clusterby.runs.migrate import SCHEMA
from clusterby.runs.pack import FACTS, MANIFEST, SavedRun
from clusterby.runs.unpack import DamagedFile, read_manifest, unpacked
from clusterby.runs.versions import Version, newest_of, state_of

__all__ = ["is_whole", "manifest_at", "read_run", "read_version", "size_of"]

T = TypeVar("T")

_TRIES = 20
"""Versions of a run that may vanish under one reader before it gives up."""


def read_run(root: Path, key: Any) -> SavedRun:
    """Return a run as the last writer left it; see :func:`read_version`."""
    return read_version(root, key)[1]


def read_version(root: Path, key: Any) -> tuple[Version, SavedRun]:
    """Return a run as the last writer left it, and which version it is.

    Raises
    ------
    UnknownName
        If there is none.
    UnreadableSource
        If it is damaged; the message names the file.
    InvalidTable
        If a later version of clusterby wrote it.
    """

    def read(version: Version) -> tuple[Version, SavedRun]:
        manifest = read_manifest(read_bytes(version.path / MANIFEST))
        files = {name: read_bytes(_inside(version, name)) for name in manifest["files"]}
        return version, unpacked(manifest, files)

    return _latest(root, key, read)


def manifest_at(root: Path, key: Any) -> tuple[Version, dict[str, Any]]:
    """Return the manifest of a run as the last writer left it, and which version it is of.

    Raises
    ------
    UnknownName, UnreadableSource
        As for :func:`read_run`.
    """
    return _latest(root, key, lambda version: (version, _manifest(version)))


def is_whole(version: Version) -> bool:
    """Whether a version has a manifest, and every file that this names."""
    try:
        _manifest(version)
    except (ClusterbyError, DamagedFile, OSError):
        return False
    return True


def size_of(version: Version) -> int:
    """Return how many bytes a version takes; 0 if it has vanished."""
    try:
        return sum(entry.lstat().st_size for entry in version.path.iterdir())
    except OSError:
        return 0


def _latest(root: Path, key: Any, read: Callable[[Version], T]) -> T:
    """Read the version that counts; again, if another took its place meanwhile."""
    key = check_key(key)
    for _ in range(_TRIES):
        version = newest_of(root, key)
        before = state_of(version.path)
        try:
            if version.path.is_symlink() or not version.path.is_dir():
                raise UnreadableSource(
                    f"{version.path} is no folder of a run, and no link is followed: remove it"
                )
            return read(version)
        except (ClusterbyError, DamagedFile, FileNotFoundError) as error:
            if before is not None and state_of(version.path) == before:
                raise _in_words(version, error) from None
    raise UnreadableSource(f"run {key!r} is written again and again: wait for whoever writes it to end")


def _manifest(version: Version) -> dict[str, Any]:
    """Return the manifest of a version whose files are there, whatever is in them."""
    manifest = read_manifest(read_bytes(version.path / MANIFEST))
    for name in manifest["files"]:
        _inside(version, name).lstat()
    schema = manifest.get("schema")
    if not isinstance(schema, int):
        raise DamagedFile(MANIFEST, f"it does not say in which schema it is: {schema!r:.40}")
    if schema == SCHEMA:
        for fact in FACTS:
            if fact not in manifest:
                raise DamagedFile(MANIFEST, f"it lacks {fact!r}")
    return manifest


def _inside(version: Version, name: str) -> Path:
    """Return the path of one of a run's files; a manifest may have been written by anybody."""
    if not name or name.startswith(".") or not set(name) <= _LETTERS:
        raise DamagedFile(MANIFEST, f"it names a file {name!r:.60}, which cannot be one of its own")
    return version.path / name


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.-")


def _in_words(version: Version, error: Exception) -> Exception:
    if isinstance(error, DamagedFile):
        path, reason = version.path / error.name, error.reason
    elif isinstance(error, FileNotFoundError):
        path, reason = Path(error.filename or version.path), "it is not there"
    else:
        return error
    return UnreadableSource(
        f"run {version.key!r} is damaged: {path} ({reason}); restore it from a copy, or delete the run "
        f"(clusterby runs delete {version.key})"
    )
