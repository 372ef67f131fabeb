"""What the doors hang on frames and columns of other libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clusterby.core.embeddings import Embeddings
from clusterby.groups import clusterby, sliceby
from clusterby.ops import cluster, embed

__all__ = ["FRAME_VERBS", "ColumnVerbs", "frame_verb"]

FRAME_VERBS: dict[str, Callable[..., Any]] = {"clusterby": clusterby, "embed": embed, "sliceby": sliceby}
"""The functions of a table that become methods of a frame."""


def frame_verb(function: Callable[..., Any]) -> type:
    """Return a class that, made from a frame, is called as the function without its first argument."""

    class FrameVerb:
        def __init__(self, frame: Any) -> None:
            self._frame = frame

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return function(self._frame, *args, **kwargs)

    FrameVerb.__name__ = FrameVerb.__qualname__ = function.__name__
    FrameVerb.__doc__ = FrameVerb.__call__.__doc__ = function.__doc__
    return FrameVerb


class ColumnVerbs:
    """The verbs of one column: ``df["image"].clusterby.embed()`` and ``.cluster()``."""

    def __init__(self, column: Any) -> None:
        self._column = column

    def cluster(self, *args: Any, **kwargs: Any) -> Any:
        """Return the cluster of every cell; see :func:`clusterby.cluster`."""
        return cluster(self._column, *args, **kwargs)

    def embed(self, **kwargs: Any) -> Embeddings:
        """Return the vectors of the cells; see :func:`clusterby.embed`."""
        return embed(self._column, **kwargs)
