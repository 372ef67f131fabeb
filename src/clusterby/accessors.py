"""What the doors hang on frames and columns of other libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clusterby.core.embeddings import Embeddings
from clusterby.groups import clusterby, label, sliceby
from clusterby.ops import cluster, embed
from clusterby.tables import open_table

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
    """The verbs of one column: ``df["image"].clusterby.embed()``, ``.cluster()`` and ``.label()``."""

    def __init__(self, column: Any) -> None:
        self._column = column

    def cluster(self, *args: Any, **kwargs: Any) -> Any:
        """Return the cluster of every cell; see :func:`clusterby.cluster`."""
        return cluster(self._column, *args, **kwargs)

    def embed(self, **kwargs: Any) -> Embeddings:
        """Return the vectors of the cells; see :func:`clusterby.embed`."""
        return embed(self._column, **kwargs)

    def label(self, **kwargs: Any) -> Any:
        """Return the scores or the best words as a column of the same library; see :func:`clusterby.label`.

        Several scores a row come as a frame. What was skipped is missing. ``cb.label`` returns the whole result.

        Examples
        --------
        >>> import pandas as pd
        >>> import clusterby.pandas
        >>> titles = pd.Series(["a red bike", "red wine", "a blue bike", "white wine"], index=list("abcd"))
        >>> titles.clusterby.label(candidates=["bike", "wine"]).to_dict()
        {'a': 'bike', 'b': 'wine', 'c': 'bike', 'd': 'wine'}
        """
        new = label(self._column, **kwargs).new_columns()
        own = "_".join([*new, ""])  # none of the new names
        frame = open_table(self._column.to_frame(own)).with_columns(new)
        return frame[list(new)] if len(new) > 1 else frame[next(iter(new))]
