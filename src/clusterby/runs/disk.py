"""Folders that appear whole or not at all, and what is left of writers that were killed."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from clusterby.core.errors import ClusterbyError, UnreadableSource, UnwritableTarget

__all__ = ["alone", "discard", "move", "new_folder", "publish", "read_bytes", "sweep"]

_PASSING = ".passing-"
"""How the names of folders begin that are being written, or removed."""

_LOCK = ".lock"
_WAIT = 120.0  # seconds for other writers, each of which takes as long as its disk does
_FORGOTTEN = 86_400  # seconds after which what another machine left is taken for left behind

_FULL = ("no space left", "quota", "file too large", "disk full")


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep other writers out of a folder inside the block; the system frees the lock of a process that is killed.

    Raises
    ------
    UnwritableTarget
        If the folder cannot be written, or another process does not end writing.
    """
    from filelock import FileLock, Timeout

    with in_words(root):
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / _LOCK)
        try:
            lock.acquire(timeout=_WAIT)
        except Timeout:
            raise UnwritableTarget(
                f"another process has been writing to {root} for long: wait for it to end"
            ) from None
    try:
        yield
    finally:
        lock.release()


def publish(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder beside its place and move it there: it is whole on the disk when it appears.

    Raises
    ------
    FileExistsError
        If it is there already: whoever wrote it was first.
    UnwritableTarget
        If it cannot be written; nothing is left of it then.
    """
    with in_words(path.parent):
        passing = new_folder(path.parent)
        try:
            for name, content in files.items():
                _write(passing / name, content)
            _settle(passing)
            move(passing, path)
        except BaseException:
            shutil.rmtree(passing, ignore_errors=True)
            raise


def move(path: Path, to: Path) -> None:
    """Move a folder at once.

    Raises
    ------
    FileExistsError
        If something is there already.
    """
    if os.path.lexists(to):  # a rename would take the place of an empty folder, and on some systems of a file
        raise FileExistsError(str(to))
    try:
        os.rename(path, to)  # noqa: PTH104 - Path.replace has other rules on Windows
    except OSError:
        if os.path.lexists(to):
            raise FileExistsError(str(to)) from None
        raise
    _settle(to.parent)


def discard(path: Path) -> None:
    """Remove a folder; to others it is gone at once. A link goes, and not what it leads to.

    Raises
    ------
    UnwritableTarget
        If that is not allowed.
    """
    with in_words(path.parent):
        passing = path.parent / _passing_name()
        os.rename(path, passing)  # noqa: PTH104
        _settle(path.parent)
        _remove(passing)


def sweep(root: Path) -> None:
    """Remove what killed writers left half-written or half-removed; call it alone, see :func:`alone`."""
    for entry in list(root.iterdir()):
        if entry.name.startswith(_PASSING) and not _is_somebodys(entry):
            with suppress(OSError):  # another time
                _remove(entry)


def new_folder(root: Path) -> Path:
    """Make and return a folder whose name says whose it is."""
    path = root / _passing_name()
    path.mkdir()
    return path


def read_bytes(path: Path) -> bytes:
    """Return what is in a file.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    UnreadableSource
        If it is a link, or no file, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UnreadableSource(f"{path} is no plain file, and is not followed elsewhere: remove it")
        return path.read_bytes()
    except (FileNotFoundError, ClusterbyError):
        raise
    except OSError as error:
        raise UnreadableSource(f"cannot read {path}: {error.strerror}") from None


@contextmanager
def in_words(root: Path) -> Iterator[None]:
    """Turn what the system says of a folder that cannot be written into an UnwritableTarget with the next step."""
    try:
        yield
    except (ClusterbyError, FileExistsError):
        raise
    except OSError as error:
        said = error.strerror or str(error)
        if any(word in said.lower() for word in _FULL):
            raise UnwritableTarget(
                f"the disk of the runs in {root} is full; what was saved before is safe. Free some space, or set "
                "CLUSTERBY_HOME to a folder on another disk"
            ) from error
        raise UnwritableTarget(
            f"the runs in {root} cannot be written: {said}. Set CLUSTERBY_HOME to a folder that can"
        ) from error


def _passing_name() -> str:
    return f"{_PASSING}{os.getpid()}-{uuid.uuid4().hex[:12]}@{socket.gethostname()}"


def _is_somebodys(path: Path) -> bool:
    """Whether the process that made a folder is still there, as far as can be known from here."""
    pid, _, rest = path.name.removeprefix(_PASSING).partition("-")
    if not pid.isdigit() or rest.partition("@")[2] != socket.gethostname():
        with suppress(OSError):
            return time.time() - path.lstat().st_mtime < _FORGOTTEN
        return True
    if int(pid) == os.getpid():
        return False  # of an earlier process of that number: this one is alone, and has begun nothing yet
    return _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # os.kill would end it; the folder goes when another process has its number
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink()
    else:
        shutil.rmtree(path)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Let the names in a folder be on the disk too, where the system can do that."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
