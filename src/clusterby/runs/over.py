"""A record over the table as it is now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from clusterby.core.column import IntArray, Skipped
from clusterby.core.errors import InvalidTable
from clusterby.core.partition import Partition
from clusterby.runs.match import Changes
from clusterby.runs.record import RunRecord

__all__ = ["CHANGED", "NEW", "moved", "over"]

NEW = "new since the run was saved: predict() says where it belongs, if it can be read"
"""Why a row is in no cluster that was not in the table."""

CHANGED = "changed since the run was saved: predict() says where it belongs, if it can be read"
"""Why a row is in no cluster that was another."""


def over(record: RunRecord, changes: Changes) -> RunRecord:
    """Return a record over the rows that are still there, at the positions that they have now.

    New and changed rows are skipped, each with the reason. The quality is left to be measured again where clustered rows are
    gone, and so are clusters of which no row is left.

    Parameters
    ----------
    record : RunRecord
        Over the table as it was saved.
    changes : Changes
        What became of it.

    Raises
    ------
    InvalidTable
        If none of the clustered rows is left.
    """
    place = np.full(record.n_rows, -1, dtype=np.int64)
    place[changes.origin[changes.same]] = changes.same
    if not (place[record.rows] >= 0).any():
        raise InvalidTable(
            f"none of the {len(record.rows)} rows that were clustered is in this table: give the one that the run was made of"
        )
    found = moved(record, place, len(changes.origin))
    return replace(found, skipped=_skipped(found, changes))


def moved(record: RunRecord, place: IntArray, n_rows: int) -> RunRecord:
    """Return a record over the rows that are left, at other positions.

    Parameters
    ----------
    record : RunRecord
        Over the rows as they were.
    place : int64 array, one for each row as it was
        Where the row is now; −1 for one that is gone.
    n_rows : int
        How many rows there are now.
    """
    rows = place[record.rows]
    kept = rows >= 0
    order = np.argsort(rows[kept])
    partition = _part(record.partition, kept, order)
    present = set(partition.clusters.tolist())
    return replace(
        record,
        n_rows=n_rows,
        rows=rows[kept][order],
        partition=partition,
        made=None if record.made is None else _part(record.made, kept, order),
        distances=record.distances[kept][order],
        names={c: name for c, name in record.names.items() if c in present},
        naming={c: name for c, name in record.naming.items() if c in present},
        quality=record.quality if kept.all() else None,
        exemplars={c: place[e][place[e] >= 0] for c, e in record.exemplars.items() if c in present},
        skipped=tuple(replace(s, row=int(place[s.row])) for s in record.skipped if place[s.row] >= 0),
    )


def _part(partition: Partition, kept: Any, order: IntArray) -> Partition:
    labels = partition.labels[kept][order]
    alive = np.isin(partition.clusters, labels)
    return replace(
        partition,
        labels=labels,
        strengths=None if partition.strengths is None else partition.strengths[kept][order],
        centers=partition.centers[alive],
    )


def _skipped(record: RunRecord, changes: Changes) -> tuple[Skipped, ...]:
    column = next(iter(record.by))
    found = list(record.skipped)
    found += [Skipped(row=row, column=column, reason=NEW) for row in changes.new.tolist()]
    found += [Skipped(row=row, column=column, reason=CHANGED) for row in changes.changed.tolist()]
    return tuple(sorted(found, key=lambda s: s.row))
