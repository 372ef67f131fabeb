"""The cache as a whole: the spaces under one root."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from clusterby.cache.location import Location, default_location
from clusterby.cache.memo import Memo, Usage
from clusterby.cache.records import read_facts
from clusterby.cache.space import Space
from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.core.fingerprint import fingerprint

__all__ = ["Cache", "CacheArgument", "SpaceInfo", "open_cache"]

_KEY_VERSION = 1
"""Part of every space: raised whenever keys or decoding come to mean something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceInfo:
    """What one space holds.

    Parameters
    ----------
    name : str
        Of its dataset under the cache's root.
    encoder, revision : str
        What made the vectors.
    rows, dimension, size : int
        How many, how long, and how many bytes they take on the disk.
    hits, misses : int
        How many rows were found, and how many had to be encoded, since the space was made.
    used : float, optional
        The last time it was used, Unix, in seconds.
    facts : mapping
        All that makes up the space.
    damage : str, optional
        Why it cannot be read, if it cannot.
    """

    name: str
    encoder: str
    revision: str
    rows: int
    dimension: int | None
    size: int
    hits: int
    misses: int
    used: float | None
    facts: Mapping[str, Any]
    damage: str | None = None


class Cache:
    """Vectors by what they were made from, one dataset per embedding space.

    Parameters
    ----------
    location : str, PathLike or None
        A folder, or a URI that Lance takes; None is ``CLUSTERBY_CACHE``, or the user's cache folder.
    read_only : bool
        Whether nothing may be written.

    Examples
    --------
    >>> import tempfile
    >>> Cache(tempfile.mkdtemp()).info()
    []
    """

    def __init__(self, location: str | os.PathLike[str] | None = None, *, read_only: bool = False) -> None:
        self.location = default_location() if location is None else Location(os.fspath(location))
        self.read_only = read_only
        folder = self.location.folder
        self.memo = Memo(_memo_folder(folder) / "files.sqlite", read_only=read_only)

    def __repr__(self) -> str:
        return f"Cache({str(self.location)!r}{', read_only=True' if self.read_only else ''})"

    def space(self, facts: Mapping[str, Any]) -> Space:
        """Return the space that these facts make up: encoder, revision, how cells are decoded."""
        stated = {**facts, "keys": _KEY_VERSION}
        name = f"{_slug(str(facts.get('encoder', 'space')))}-{fingerprint(stated)[:16]}"
        return self._open(name, stated)

    def info(self) -> list[SpaceInfo]:
        """Return what there is, the space used last first."""
        usage = self.memo.usage()
        found = [self._describe(name, usage.get(name)) for name in self.location.spaces()]
        return sorted(found, key=lambda info: -(info.used or 0))

    def clear(
        self, *, encoder: str | None = None, older_than: float | None = None, max_size: int | None = None
    ) -> int:
        """Delete vectors; without conditions, all of them, and kept answers of chat models. Return how many bytes were freed.

        Parameters
        ----------
        encoder : str, optional
            Only those of this encoder.
        older_than : float, optional
            Only those stored more than so many seconds ago.
        max_size : int, optional
            Only as many as it takes to come down to so many bytes: of the space used longest ago first, and in a
            space the oldest first.

        Raises
        ------
        InvalidParameter
            If the cache is read-only, or no space is of that encoder.
        """
        if self.read_only:
            raise InvalidParameter("a read-only cache cannot be cleared: open it without read_only")
        if encoder is None and older_than is None and max_size is None:
            self.memo.forget_answers()
        spaces = [info for info in self.info() if encoder in (None, info.encoder)]
        if encoder is not None and not spaces:
            known = sorted({info.encoder for info in self.info()})
            raise InvalidParameter(
                f"nothing in {self.location} is of encoder {encoder!r}; there is: {', '.join(known) or 'nothing'}"
            )
        before = sum(info.size for info in spaces)
        if older_than is None and max_size is None:
            for info in spaces:
                self._remove(info.name)
            return before
        if older_than is not None:
            for info in spaces:
                self._shrink(info, before=time.time() - older_than)
        if max_size is not None:
            self._fit(spaces, max_size)
        return before - sum(self.location.size(info.name) for info in spaces)

    def _fit(self, spaces: list[SpaceInfo], max_size: int) -> None:
        sizes = {info.name: self.location.size(info.name) for info in spaces}
        for info in reversed(spaces):
            excess = sum(sizes.values()) - max_size
            if excess <= 0:
                return
            if excess >= sizes[info.name] or not info.rows:
                self._remove(info.name)
                sizes[info.name] = 0
                continue
            share = -(-info.rows * excess // sizes[info.name])
            self._shrink(info, oldest=share)
            sizes[info.name] = self.location.size(info.name)

    def _shrink(self, info: SpaceInfo, *, before: float | None = None, oldest: int = 0) -> None:
        space = self._open(info.name, dict(info.facts))
        deleted = info.rows if info.damage is not None else space.delete(before=before, oldest=oldest)
        if deleted == info.rows:
            self._remove(info.name)
        elif deleted:
            space.compact(at_once=True)

    def _remove(self, name: str) -> None:
        with self._open(name, {}).locked():
            if name in self.location.spaces():
                self.location.remove(name)
        self.memo.forget(name)

    def _open(self, name: str, facts: Mapping[str, Any]) -> Space:
        root = self.location.folder
        folder = None if root is None else root / f"{name}.lance"
        return Space(
            self.location.space(name), name=name, folder=folder, facts=facts, read_only=self.read_only
        )

    def _describe(self, name: str, usage: Usage | None) -> SpaceInfo:
        space = self._open(name, {})
        damage, facts = None, {}
        try:
            space.refresh()
            facts = read_facts(space.schema)
        except UnreadableSource as error:
            damage = str(error)
        return SpaceInfo(
            name=name, encoder=str(facts.get("encoder", "?")), revision=str(facts.get("revision", "?")),
            rows=len(space), dimension=space.dimension, size=self.location.size(name), facts=facts, damage=damage,
            hits=usage.hits if usage else 0, misses=usage.misses if usage else 0, used=usage.used if usage else None,
        )  # fmt: skip


CacheArgument: TypeAlias = bool | str | os.PathLike[str] | Cache | None
"""True for the default place, False or None for none, "readonly", a folder, a URI, or a :class:`Cache`."""


def open_cache(cache: CacheArgument = True) -> Cache | None:
    """Return the cache that an argument ``cache=`` asks for.

    Parameters
    ----------
    cache : bool, "readonly", str, PathLike, Cache or None
        True for the default place, False or None for no cache, ``"readonly"`` for the default place without writing,
        else a folder or URI.

    Examples
    --------
    >>> open_cache(False) is None
    True
    """
    if cache is False or cache is None:
        return None
    if cache is True:
        return Cache()
    if isinstance(cache, Cache):
        return cache
    if isinstance(cache, (str, os.PathLike)):
        return Cache(read_only=True) if cache == "readonly" else Cache(cache)
    raise InvalidParameter(f"cache={cache!r}: give True, False, 'readonly', a folder, a URI or a Cache")


def _memo_folder(folder: Path | None) -> Path:
    if folder is not None:
        return folder
    from platformdirs import user_cache_dir

    return Path(
        user_cache_dir("clusterby")
    )  # an object store holds no SQLite file, and paths are this machine's own


def _slug(name: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name.lower())
    return kept.strip("-.")[:60] or "space"
