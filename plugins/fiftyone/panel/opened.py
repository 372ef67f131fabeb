"""What the panel knows of a run: read and measured once, kept until the run is edited."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import fiftyone as fo

import clusterby.fiftyone as cbf
from clusterby import ClusterBy
from clusterby.core.errors import ClusterbyError
from clusterby.core.partition import NOISE
from clusterby.fiftyone.compare import labels_by_id
from clusterby.groups.describe import Mark, marks

__all__ = ["ClusterRow", "OpenRun", "forget", "open_run", "state_of"]

_MOST_RUNS = 6
_MOST_MARKS = 4
_VECTORS = (fo.VectorField, fo.ListField)

_kept: OrderedDict[tuple[Any, ...], OpenRun] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRow:
    """One cluster as the table shows it, or the noise.

    Parameters
    ----------
    cluster : int
        Its id; −1 is the noise.
    name : str, optional
    size : int
    share : float
        Its part of all clustered items.
    cohesion : float, optional
        None for the noise, and where the run has no vectors.
    """

    cluster: int
    name: str | None
    size: int
    share: float
    cohesion: float | None


@dataclass(slots=True, kw_only=True, eq=False)
class OpenRun:
    """A run with what was measured of it.

    Parameters
    ----------
    key : str
    info : dict
        As of :func:`clusterby.fiftyone.clustering_info`.
    groups : ClusterBy
    rows : tuple of ClusterRow
        The largest first, the noise last.
    silhouette : float, optional
    """

    key: str
    info: dict[str, Any]
    groups: ClusterBy
    rows: tuple[ClusterRow, ...]
    silhouette: float | None
    _measured: dict[str, Any] = field(default_factory=dict)
    _measuring: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_original(self) -> bool:
        """Whether the original clustering plugin wrote it: such a run is never edited."""
        return "written_by" in self.info

    @property
    def ids(self) -> list[str]:
        """The ids of the items that were clustered, in the order of the labels."""
        return list(self.groups.table.ids(self.groups.embeddings.rows))

    @property
    def labels(self) -> Any:
        """The cluster of each of :attr:`ids`, int64 (m,)."""
        return self.groups.partition.labels

    @property
    def clusters_by_id(self) -> dict[str, int]:
        """The cluster of each of :attr:`ids`, by id."""
        found: dict[str, int] = self.once("clusters by id", lambda: labels_by_id(self.groups))
        return found

    def row(self, cluster: int | None) -> ClusterRow | None:
        """Return a cluster's row, None if there is no such cluster any more."""
        return next((row for row in self.rows if row.cluster == cluster), None)

    def once(self, what: str, measure: Callable[[], Any]) -> Any:
        """Return what is expensive to measure: at the first call, and then what was found; others need not wait for it."""
        with self._lock:
            measuring = self._measuring.setdefault(what, threading.Lock())
        with measuring:
            if what not in self._measured:
                self._measured[what] = measure()
            return self._measured[what]

    def has(self, what: str) -> bool:
        """Whether something has been measured already."""
        return what in self._measured

    def marks(self) -> dict[int, list[Mark]]:
        """Return what marks each cluster in fields that no clustering wrote, the strongest first."""
        return self.once("marks", self._marks)

    def _marks(self) -> dict[int, list[Mark]]:
        groups, own = self.groups, self.info.get("cluster_field")
        schema = groups.table.native.get_field_schema(flat=True)
        ours = {path for path, kept in schema.items() if "clusterby" in (kept.info or {})} | {own}
        left_out = {c for c in groups.table.columns if c in ours or c.rpartition(".")[0] in ours}
        left_out |= {
            c for c in groups.table.columns if isinstance(schema.get(c), _VECTORS)
        }  # slow to read, and no marks
        found: dict[int, list[Mark]] = {int(key): [] for key in groups.rows}
        for mark in marks(groups.table, groups.rows, leave_out={*groups.by, *left_out}, most=_MOST_MARKS):
            found[int(mark.key)].append(mark)
        return found


def open_run(dataset: Any, key: str) -> OpenRun:
    """Return a run of a dataset, from what is kept of it if it has not been edited since.

    Raises
    ------
    ClusterbyError
        If there is no such run, or it cannot be read.
    """
    place = state_of(dataset, key)
    with _lock:
        if place in _kept:
            _kept.move_to_end(place)
            return _kept[place]
    found = _read(dataset, key)
    with _lock:
        _kept[place] = found
        while len(_kept) > _MOST_RUNS:
            _kept.popitem(last=False)
    return found


def forget(dataset: Any, key: str) -> None:
    """Let a run be read and measured again."""
    with _lock:
        for place in [p for p in _kept if p[:2] == (dataset.name, key)]:
            del _kept[place]


def state_of(dataset: Any, key: str) -> tuple[Any, ...]:
    """Return what changes with a run's results: an edit registers the run anew."""
    stamp = dataset.get_run_info(key).timestamp if dataset.has_run(key) else None
    return (dataset.name, key, stamp, len(dataset))


def _read(dataset: Any, key: str) -> OpenRun:
    groups = cbf.load_clusters(dataset, key)
    silhouette, cohesion = None, {}
    try:
        quality = groups.quality()
    except ClusterbyError:  # the vectors are gone, the clusters are not
        pass
    else:
        silhouette, cohesion = quality.silhouette, quality.cohesion
    total = max(1, len(groups.embeddings))
    rows = [
        ClusterRow(
            cluster=int(cluster), name=groups.names_.get(int(cluster)), size=len(members), share=len(members) / total,
            cohesion=cohesion.get(int(cluster)),
        )
        for cluster, members in groups.rows.items()
    ]  # fmt: skip
    return OpenRun(
        key=key,
        info=cbf.clustering_info(dataset, key),
        groups=groups,
        rows=tuple(sorted(rows, key=lambda r: (r.cluster == NOISE, -r.size, r.cluster))),
        silhouette=silhouette,
    )
