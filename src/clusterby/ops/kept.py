"""Where vectors are kept during one call."""

from __future__ import annotations

import logging
import os

from clusterby.cache import Cache, CacheArgument, open_cache

__all__ = ["usable_cache"]

log = logging.getLogger(__name__)


def usable_cache(cache: CacheArgument = True) -> Cache | None:
    """Return the cache that an argument asks for, read-only where its folder cannot be written.

    Parameters
    ----------
    cache : bool, "readonly", str, PathLike, Cache or None
        See :func:`clusterby.cache.open_cache`.
    """
    opened = open_cache(cache)
    if opened is None or opened.read_only or opened.location.folder is None:
        return opened
    folder = opened.location.folder
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return opened
    why = "no permission" if there.is_dir() else f"{there} is a file"
    log.warning(
        "the cache folder %s cannot be written (%s): vectors are not kept; set CLUSTERBY_CACHE to one that can",
        folder, why,
    )  # fmt: skip
    return Cache(opened.location.uri, read_only=True)
