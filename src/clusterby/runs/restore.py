"""A stored result, back on its table."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import cast

from clusterby.clusterers.fit import Fitted
from clusterby.clusterers.run import PredictKind
from clusterby.core.column import FloatArray
from clusterby.core.embeddings import LateEmbeddings
from clusterby.groups import ClusterBy
from clusterby.groups.edit import Edits
from clusterby.groups.making import Known, Making
from clusterby.runs.record import RunRecord
from clusterby.tables.base import Table

__all__ = ["groups_of"]


def groups_of(record: RunRecord, table: Table, read: Callable[[], FloatArray]) -> ClusterBy:
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
    """
    made = record.made or record.partition
    making = Making(
        table=table,
        by=MappingProxyType(dict(record.by)),
        embedder=None,
        embeddings=LateEmbeddings(
            read, dimension=record.dimension, rows=record.rows, n_rows=record.n_rows,
            column=record.column, space=record.space, skipped=record.skipped,
        ),
        fitted=Fitted(partition=made, estimator=None, spec=None, predicts=_predicts(record)),
        conditioned=record.conditioned,
        followed=record.followed,
    )  # fmt: skip
    return ClusterBy(
        making,
        record.partition,
        edits=Edits(merged_into=dict(record.merged_into), noise_reassigned=record.noise_reassigned),
        names=record.names,
        known=Known(quality=record.quality, exemplars=record.exemplars, distances=record.distances),
    )


def _predicts(record: RunRecord) -> PredictKind:
    if record.predicts != "model":
        return cast("PredictKind", record.predicts)
    euclidean = record.partition.parameters.get("metric", "euclidean") == "euclidean"
    return "nearest_center" if record.partition.method == "kmeans" and euclidean else "nearest_neighbors"
