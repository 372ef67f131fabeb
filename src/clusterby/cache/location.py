"""Where the cache is: a folder of this machine, or a place in an object store."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterby.core.errors import InvalidParameter, UnreadableSource

__all__ = ["Location", "default_location"]

_SUFFIX = ".lance"


@dataclass(frozen=True, slots=True)
class Location:
    """The root under which the spaces lie.

    Parameters
    ----------
    uri : str
        A folder's path, or a URI that Lance and Arrow both take: ``s3://bucket/path``, ``gs://…``, ``file:///…``.

    Raises
    ------
    InvalidParameter
        If it is empty, or a file.

    Examples
    --------
    >>> Location("s3://bucket/cache").folder is None
    True
    """

    uri: str

    def __post_init__(self) -> None:
        if not self.uri.strip():
            raise InvalidParameter(
                "cache='': give a folder or a URI, True for the default, or False for no cache"
            )
        if "://" not in self.uri:
            path = os.path.abspath(os.path.expanduser(self.uri))  # noqa: PTH100, PTH111 - keeps links as they are
            object.__setattr__(self, "uri", path)
        if self.folder is not None and self.folder.is_file():
            raise InvalidParameter(f"cache={self.uri!r} is a file: give a folder, or a URI")

    def __str__(self) -> str:
        return self.uri

    @property
    def folder(self) -> Path | None:
        """The local folder; None in an object store."""
        if self.uri.startswith("file://"):
            return Path(self.uri.removeprefix("file://"))
        return None if "://" in self.uri else Path(self.uri)

    def space(self, name: str) -> str:
        """Return where the space of that name lies, as Lance takes it."""
        root = self.uri if self.folder is None else str(self.folder)
        return f"{root.rstrip('/')}/{name}{_SUFFIX}"

    def spaces(self) -> list[str]:
        """Return the names of the spaces there are, sorted.

        Raises
        ------
        UnreadableSource
            If the place cannot be listed.
        """
        from pyarrow import fs

        system, root = self._system()
        try:
            found = system.get_file_info(fs.FileSelector(root, allow_not_found=True))
        except (OSError, ValueError) as error:
            raise UnreadableSource(f"the cache at {self} cannot be listed: {_first_line(error)}") from error
        names = [info.base_name for info in found if info.type == fs.FileType.Directory]
        return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))

    def size(self, name: str) -> int:
        """Return how many bytes a space takes."""
        from pyarrow import fs

        system, root = self._system()
        selector = fs.FileSelector(f"{root}/{name}{_SUFFIX}", recursive=True, allow_not_found=True)
        return sum(info.size or 0 for info in system.get_file_info(selector))

    def remove(self, name: str) -> None:
        """Remove a space, with all of its files."""
        system, root = self._system()
        system.delete_dir(f"{root}/{name}{_SUFFIX}")

    def _system(self) -> tuple[Any, str]:
        from pyarrow import fs

        if self.folder is not None:
            return fs.LocalFileSystem(), str(self.folder).rstrip("/")
        try:
            system, root = fs.FileSystem.from_uri(self.uri)
        except (OSError, ValueError) as error:
            raise InvalidParameter(
                f"cache={self.uri!r} is no place Arrow knows: {_first_line(error)}"
            ) from None
        return system, root.rstrip("/")


def default_location() -> Location:
    """Return ``CLUSTERBY_CACHE`` if that is set, else the folder for caches of this user."""
    given = os.environ.get("CLUSTERBY_CACHE")
    if given:
        return Location(given)
    from platformdirs import user_cache_dir

    return Location(user_cache_dir("clusterby"))


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
