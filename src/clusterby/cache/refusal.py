"""Why something cannot be stored, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clusterby.cache.fragments import first_line
from clusterby.core.errors import ClusterbyError, UnwritableTarget

__all__ = ["in_our_words"]

_FULL = ("no space left", "os error 28", "quota", "file too large")


@contextmanager
def in_our_words(uri: str) -> Iterator[None]:
    """Turn what a library says of a place that cannot be written into an UnwritableTarget with the next step."""
    try:
        yield
    except ClusterbyError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        said = first_line(error)
        if any(word in said.lower() for word in _FULL):
            raise UnwritableTarget(
                f"the disk of the cache at {uri} is full; what was stored before is safe. Free some space (clusterby cache "
                "clear --max-size 1GB), set CLUSTERBY_CACHE to another disk, or pass cache=False"
            ) from error
        raise UnwritableTarget(
            f"the cache at {uri} cannot be written: {said}. Set CLUSTERBY_CACHE to a folder that can, or pass cache=False"
        ) from error
