"""A stored result, back on its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from clusterby.cache import Cache
from clusterby.clusterers.fit import Fitted
from clusterby.clusterers.run import PredictKind
from clusterby.core.column import FloatArray, IntArray
from clusterby.core.embeddings import LateEmbeddings
from clusterby.core.errors import ClusterbyError
from clusterby.core.fingerprint import fingerprint
from clusterby.groups import ClusterBy
from clusterby.groups.edit import Edits
from clusterby.groups.making import Known, Making, Seen
from clusterby.namers.base import Names
from clusterby.ops.embedder import Embedder
from clusterby.runs.marks import Marks
from clusterby.runs.match import Changes
from clusterby.runs.record import RunRecord
from clusterby.tables.base import Table

__all__ = ["Back", "Place", "Restored", "back_of", "clusters_of", "groups_of"]


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """The run that a result is the latest state of, as far as this process knows.

    Parameters
    ----------
    key : str
    number : int
        Of the version.
    clusters : str
        The fingerprint of its labels.
    """

    key: str
    number: int
    clusters: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Back:
    """Where a result came back from.

    Parameters
    ----------
    record : RunRecord
        What was kept of it, over the table as it is now.
    marks : Marks
        What the rows of the table are known by.
    kinds : mapping of str to str
        As what the cells of which columns were hashed for it.
    changes : Changes
        What became of the table since.
    order : int64 (n,)
        Where each row stood in the table that was clustered; −1 for one that came later.
    place : Place
        The run that it is of.
    """

    record: RunRecord
    marks: Marks
    kinds: Mapping[str, str]
    changes: Changes
    order: IntArray
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Restored(Making):
    """What a result that came back is made from.

    Parameters
    ----------
    back : Back
    """

    back: Back


def groups_of(
    record: RunRecord,
    table: Table,
    read: Callable[[], FloatArray],
    *,
    embedder: Embedder | None = None,
    lacking: ClusterbyError | None = None,
    cache: Cache | None = None,
    back: Back | None = None,
    seen: Callable[[], Seen] | None = None,
) -> ClusterBy:
    """Return the result that a record is of.

    The fitted estimator is not stored: ``clusterer_`` is None. New rows go to the nearest center where the method's
    model did as much, and else where their nearest neighbors are.

    Parameters
    ----------
    record : RunRecord
        Its positions are those of the table.
    table : Table
    read : callable
        Returns the vectors of the record's rows as they were clustered, float32 (m, d); called when they are needed.
    embedder : Embedder, optional
        How new rows become vectors.
    lacking : ClusterbyError, optional
        Why there is none, where it is not for vectors that were given.
    cache : Cache, optional
        Where theirs are looked up and kept.
    back : Back, optional
        Where the result came back from.
    seen : callable, optional
        Returns how its rows can be looked at where there is no embedder.
    """
    made = record.made or record.partition
    parts: dict[str, Any] = {
        "table": table,
        "by": MappingProxyType(dict(record.by)),
        "embedder": embedder,
        "lacking": lacking,
        "embeddings": LateEmbeddings(
            read, dimension=record.dimension, rows=record.rows, n_rows=record.n_rows,
            column=record.column, space=record.space, skipped=record.skipped,
        ),
        "fitted": Fitted(partition=made, estimator=None, spec=None, predicts=_predicts(record)),
        "cache": cache,
        "conditioned": record.conditioned,
        "followed": record.followed,
        "seen": seen,
    }  # fmt: skip
    making = Making(**parts) if back is None else Restored(**parts, back=back)
    return ClusterBy(
        making,
        record.partition,
        edits=Edits(merged_into=dict(record.merged_into), noise_reassigned=record.noise_reassigned),
        names=record.names,
        naming=Names(names=record.naming),
        known=Known(quality=record.quality, exemplars=record.exemplars, distances=record.distances),
    )


def back_of(groups: ClusterBy) -> Back | None:
    """Return where a result came back from; None of one that was not loaded."""
    making = groups._making
    return making.back if isinstance(making, Restored) else None


def clusters_of(record: RunRecord) -> str:
    """Return the fingerprint of a record's clusters: which row is in which, whatever they are called."""
    return fingerprint(record.n_rows, record.rows, record.partition.labels)


def _predicts(record: RunRecord) -> PredictKind:
    if record.predicts != "model":
        return cast("PredictKind", record.predicts)
    euclidean = record.partition.parameters.get("metric", "euclidean") == "euclidean"
    return "nearest_center" if record.partition.method == "kmeans" and euclidean else "nearest_neighbors"
