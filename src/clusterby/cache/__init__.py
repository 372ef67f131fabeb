"""The cache: nothing is embedded twice.

Examples
--------
>>> import tempfile
>>> import clusterby as cb
>>> cache = cb.cache.Cache(tempfile.mkdtemp())
>>> _ = cb.embed({"title": ["a", "b", "a"]}, "title", encoder="color-gradient", cache=cache)
Traceback (most recent call last):
clusterby.core.errors.InvalidParameter: encoder 'color-gradient' takes image cells, ...
"""

from __future__ import annotations

from clusterby.cache.keys import KeyArray, no_keys, pack_keys
from clusterby.cache.memo import FileState, Memo
from clusterby.cache.space import Space
from clusterby.cache.store import Cache, CacheArgument, SpaceInfo, open_cache

__all__ = [
    "Cache",
    "CacheArgument",
    "FileState",
    "KeyArray",
    "Memo",
    "Space",
    "SpaceInfo",
    "no_keys",
    "open_cache",
    "pack_keys",
]
