"""The cache: nothing is embedded twice.

Examples
--------
>>> import tempfile
>>> import clusterby as cb
>>> place = tempfile.mkdtemp()
>>> images = cb.samples.digits(place + "/digits")
>>> _ = cb.embed(images, "image", cache=place)
>>> [(space.encoder, space.rows) for space in cb.cache.Cache(place).info()]
[('color-gradient', 1797)]
"""

from __future__ import annotations

from clusterby.cache.keys import KeyArray, KeyIndex, no_keys, pack_keys
from clusterby.cache.memo import FileState, Memo
from clusterby.cache.space import Space
from clusterby.cache.store import Cache, CacheArgument, SpaceInfo, open_cache

__all__ = [
    "Cache",
    "CacheArgument",
    "FileState",
    "KeyArray",
    "KeyIndex",
    "Memo",
    "Space",
    "SpaceInfo",
    "no_keys",
    "open_cache",
    "pack_keys",
]
