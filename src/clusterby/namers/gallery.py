"""Show what stands for each cluster, and what for its neighbors."""

from __future__ import annotations

import threading

from clusterby.core.errors import UnreadableCell
from clusterby.core.progress import track
from clusterby.endpoints import cut_text, run_jobs
from clusterby.namers.ask_for_name import Group, Shown
from clusterby.namers.base import Clusters
from clusterby.namers.question import Part
from clusterby.namers.samples import Sampler

__all__ = ["Gallery"]

_TOKENS = 200
"""Of a text: of longer ones the beginning is shown."""

_NEIGHBORS = 2
"""Rows of each of the nearest clusters."""


class Gallery:
    """The rows of clusters that a model is shown.

    Parameters
    ----------
    clusters : Clusters
        The clusters; `show` is called from several threads.
    samples : int
        Rows of a cluster.
    contrast : int
        Rows of the nearest other clusters beside them.

    Examples
    --------
    >>> import numpy as np
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 1]), centers=np.float32([[1], [9]]), vectors=lambda: np.float32([[1], [9]]),
    ...     show=["a cat", "a dog"].__getitem__,
    ... )
    >>> group = Gallery(clusters, samples=12, contrast=4).group(0)
    >>> [row.part for row in group.members], [row.part for row in group.contrast]
    (['a cat'], ['a dog'])
    """

    def __init__(self, clusters: Clusters, *, samples: int, contrast: int) -> None:
        self._clusters, self._samples, self._contrast = clusters, samples, contrast
        self._sampler = None if clusters.show is None else Sampler(clusters)
        self._shown: dict[int, tuple[Shown, ...]] = {}
        self._reasons: dict[int, str] = {}

    def look(self, *, workers: int, stop: threading.Event) -> None:
        """Show the rows of all clusters that are to be named, on that many threads."""
        if self._sampler is None:
            return
        counting = threading.Lock()
        with track(f"look at {self._clusters.column}", len(self._clusters.asked)) as advance:

            def look(cluster: int) -> None:
                self.shown(cluster)
                with counting:
                    advance(1)

            run_jobs(look, self._clusters.asked, workers=workers, stop=stop)

    def shown(self, cluster: int) -> tuple[Shown, ...]:
        """Return the rows of a cluster; of one that is not to be named fewer."""
        if cluster not in self._shown:
            named = cluster in self._clusters.asked
            self._shown[cluster] = self._show(cluster, self._samples if named else max(self._contrast, 1))
        return self._shown[cluster]

    def group(self, cluster: int) -> Group:
        """Return all that a model is shown of a cluster."""
        members = self.shown(cluster)
        return Group(
            members=members,
            contrast=self._others(cluster) if members else (),
            parts=self._clusters.parts.get(cluster, ()),
        )

    def reason(self, cluster: int) -> str:
        """Return why nothing of a cluster can be shown, and what to do."""
        if self._clusters.show is None:
            return (
                f"column {self._clusters.column!r} holds no texts or images that a chat model can be shown: take another namer, "
                "cluster by a column of texts or images, or name one of texts as column="
            )
        why = self._reasons.get(cluster)
        if why is None:
            return "it has no rows"
        return f"none of its rows can be shown ({why}): check that the files are where the table says"

    def _others(self, cluster: int) -> tuple[Shown, ...]:
        """Return rows of the nearest clusters, the first of each, then the second, until there are enough."""
        if self._sampler is None or not self._contrast:
            return ()
        nearest = self._sampler.nearest(cluster)[: -(-self._contrast // _NEIGHBORS)]
        rows = [self.shown(other) for other in nearest]
        turns = max(map(len, rows), default=0)
        found = [shown[turn] for turn in range(turns) for shown in rows if turn < len(shown)]
        return tuple(found[: self._contrast])

    def _show(self, cluster: int, count: int) -> tuple[Shown, ...]:
        parts: dict[int, Part] = {}

        def accept(place: int) -> bool:
            try:
                parts[place] = self._part(place)
            except UnreadableCell as error:  # a file that is gone by now
                self._reasons[cluster] = str(error)
                return False
            return True

        if self._sampler is None:
            return ()
        members = self._sampler.members(cluster, count, accept)
        return tuple(
            Shown(place=place, kind=kind, part=parts[place])
            for place, kind in zip(members.places, members.kinds, strict=True)
        )

    def _part(self, place: int) -> Part:
        show = self._clusters.show
        if show is None:
            raise UnreadableCell("nothing is shown")
        part = show(place)
        if not isinstance(part, str):
            return part
        text = cut_text(part.strip(), _TOKENS)
        if not text:
            raise UnreadableCell("the text is empty")
        return text
