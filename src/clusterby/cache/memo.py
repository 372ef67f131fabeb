"""What is remembered beside the vectors: hashes of files, how often a space was of use, and answers that were paid for."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ["FileState", "Memo", "Usage"]

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER, changed INTEGER, touched INTEGER, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spaces (
    name TEXT PRIMARY KEY, hits INTEGER NOT NULL, misses INTEGER NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (question TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
"""
_AT_ONCE = 500  # values in one statement: SQLite's own limit was 999 for long
_SETTLED = 2_000_000_000  # nanoseconds: a file this young may change again within its time stamp's resolution


class FileState(NamedTuple):
    """What tells that a file has not changed.

    Parameters
    ----------
    size : int
        In bytes.
    changed, touched : int
        Times of the last change of the content, and of the content or the entry, in nanoseconds.
    """

    size: int
    changed: int
    touched: int

    @classmethod
    def of(cls, facts: os.stat_result) -> FileState:
        """Return the state that a file's facts tell."""
        return cls(facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)

    def settled(self, now: int | None = None) -> bool:
        """Whether a change from now on would show."""
        return max(self.changed, self.touched) < (time.time_ns() if now is None else now) - _SETTLED


class Usage(NamedTuple):
    """How often a space was of use: rows found, rows that had to be encoded, and the last time (seconds, Unix)."""

    hits: int
    misses: int
    used: float


class Memo:
    """A small SQLite file; a hint and no more: where it cannot be read or written, work goes on without it.

    Parameters
    ----------
    path : Path, optional
        Where it is; None remembers nothing.
    read_only : bool
        Whether nothing may be written.

    Examples
    --------
    >>> Memo(None).hashes({b"/a": FileState(1, 2, 3)})
    {}
    """

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._one_at_a_time = threading.Lock()

    def hashes(self, files: Mapping[bytes, FileState]) -> dict[bytes, bytes]:
        """Return the hashes of those files that have not changed since they were remembered."""
        found: dict[bytes, bytes] = {}
        with self._open(write=False) as database:
            for names in _pieces(list(files)):
                marks = ",".join("?" * len(names))
                query = f"SELECT path, size, changed, touched, hash FROM files WHERE path IN ({marks})"  # noqa: S608
                rows = database.execute(query, names)
                found |= {path: known for path, *state, known in rows if FileState(*state) == files[path]}
        return found

    def remember(self, files: Iterable[tuple[bytes, FileState, bytes]]) -> None:
        """Store the hashes of files; those that were changed a moment ago are left out."""
        now = time.time_ns()
        rows = [(path, *state, known) for path, state, known in files if state.settled(now)]
        if not rows:
            return
        with self._open(write=True) as database:
            database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", rows)

    def count(self, space: str, *, hits: int, misses: int) -> None:
        """Add to a space's usage."""
        with self._open(write=True) as database:
            database.execute(
                "INSERT INTO spaces VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET "
                "hits = hits + ?2, misses = misses + ?3, used = ?4",
                (space, hits, misses, time.time()),
            )

    def usage(self) -> dict[str, Usage]:
        """Return the usage of every space that was ever used."""
        found: dict[str, Usage] = {}
        with self._open(write=False) as database:
            found |= {name: Usage(*rest) for name, *rest in database.execute("SELECT * FROM spaces")}
        return found

    def forget(self, space: str) -> None:
        """Drop a space's usage."""
        with self._open(write=True) as database:
            database.execute("DELETE FROM spaces WHERE name = ?", (space,))

    def answer(self, question: str) -> str | None:
        """Return what was answered to a question, named by its fingerprint; None if that is not known."""
        found: list[tuple[str]] = []
        with self._open(write=False) as database:
            found += database.execute("SELECT answer FROM answers WHERE question = ?", (question,))
        return found[0][0] if found else None

    def keep_answer(self, question: str, answer: str) -> None:
        """Store what was answered to a question."""
        with self._open(write=True) as database:
            database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (question, answer))

    def forget_answers(self) -> None:
        """Drop all answers."""
        with self._open(write=True) as database:
            database.execute("DELETE FROM answers")

    @contextmanager
    def _open(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """Yield a connection, whose work is committed at the end; one to an empty database in memory if need be."""
        path = self.path
        if path is None or (self.read_only and (write or not path.exists())) or not (write or path.exists()):
            yield from _nowhere()
            return
        with self._one_at_a_time:
            try:
                database = _connect(path, write=write)
            except (sqlite3.Error, OSError) as error:
                log.debug("%s cannot be used: %s", path, error)
                yield from _nowhere()
                return
            try:
                with database:
                    yield database
            except sqlite3.Error as error:
                log.debug("%s cannot be used: %s", path, error)
            finally:
                database.close()


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    if not write:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
        try:
            database.execute("SELECT 1 FROM files, spaces LIMIT 1")
        except sqlite3.Error:
            database.close()
            raise
        return database
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in (1, 2):
        database = sqlite3.connect(path, timeout=30)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            database.executescript(_SCHEMA)
        except sqlite3.OperationalError:  # locked for too long, or a disk that is full or read-only
            database.close()
            raise
        except sqlite3.DatabaseError:  # damaged: it holds hints alone, so begin anew
            database.close()
            if attempt == 2:
                raise
            path.unlink()
        else:
            return database
    raise AssertionError("not reached")


def _nowhere() -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(_SCHEMA)
        yield database
    finally:
        database.close()


def _pieces(names: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
