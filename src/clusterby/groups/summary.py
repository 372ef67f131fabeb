"""What there is to say of each cluster, for a report, a terminal or a JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clusterby.core.column import IntArray
from clusterby.core.partition import NOISE
from clusterby.groups.describe import Mark, marks

if TYPE_CHECKING:
    from clusterby.groups.result import ClusterBy

__all__ = ["ClusterSummary", "summarize"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSummary:
    """One cluster, or the noise.

    Parameters
    ----------
    cluster : int
        Its id; −1 is the noise.
    name : str, optional
        Its name, where it has one.
    size : int
        How many rows it has.
    share : float
        Its part of all rows that were not skipped, 0 to 1.
    exemplars : int64 array
        The positions of the rows that stand for it, the most typical first; the first ones of the noise.
    marks : tuple of Mark
        Which values of the other columns mark it.
    cohesion : float, optional
        One minus its variance over that of all rows; None for the noise.
    """

    cluster: int
    name: str | None
    size: int
    share: float
    exemplars: IntArray
    marks: tuple[Mark, ...]
    cohesion: float | None


def summarize(groups: ClusterBy, *, exemplars: int = 5, most_marks: int = 3) -> list[ClusterSummary]:
    """Return a summary of every cluster, the largest first, the noise last."""
    typical = groups.exemplar_rows(exemplars)
    cohesion = groups.quality().cohesion
    found = marks(groups.table, groups.rows, leave_out=groups.by, most=most_marks)
    embedded = len(groups.embeddings)
    summaries = [
        ClusterSummary(
            cluster=int(cluster),
            name=groups.names_.get(int(cluster)),
            size=len(rows),
            share=len(rows) / embedded,
            exemplars=np.asarray(typical.get(int(cluster), rows[:exemplars]), dtype=np.int64),
            marks=tuple(m for m in found if m.key == cluster),
            cohesion=cohesion.get(int(cluster)),
        )
        for cluster, rows in groups.rows.items()
    ]
    return sorted(summaries, key=lambda s: (s.cluster == NOISE, -s.size, s.cluster))
