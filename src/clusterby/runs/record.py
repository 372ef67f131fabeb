"""Everything that is kept of a result, as plain values and arrays."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from clusterby.core.column import FloatArray, IntArray, Skipped
from clusterby.core.errors import InvalidTable, InvalidVectors
from clusterby.core.partition import Partition
from clusterby.groups import ClusterBy
from clusterby.groups.quality import Quality
from clusterby.instructions import Followed
from clusterby.namers.base import Name
from clusterby.ops.condition import Conditioned
from clusterby.runs.facts import facts_of
from clusterby.runs.plain import to_plain
from clusterby.runs.recipe import Recipe

__all__ = ["SCHEMA", "RunRecord", "checked_schema", "record_of"]

log = logging.getLogger(__name__)

SCHEMA = 1
"""The version of what :meth:`RunRecord.manifest` returns."""

EXEMPLARS = 24
"""How many exemplars of each cluster are kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRecord:
    """A result without its table and its vectors.

    Parameters
    ----------
    by : mapping of str to float
        The columns the clusters were made by, with their weights.
    column, space : str
        As of :class:`~clusterby.core.embeddings.Embeddings`.
    dimension : int
        Of the vectors.
    n_rows : int
        How many rows the table had.
    rows : int64 (m,)
        The positions of the rows that were clustered.
    partition : Partition
        The clusters of these rows, after every edit.
    made : Partition or None
        As the clusterer left them; None where they were never edited.
    merged_into : mapping of int to int
        The edits: see :class:`~clusterby.groups.edit.Edits`.
    noise_reassigned : bool
    names : mapping of int to str
    naming : mapping of int to Name
        Who gave a name and what else they said, of the clusters that a namer named.
    predicts : {"model", "nearest_center", "nearest_neighbors"}
        How new rows are labelled by the result that was stored.
    quality : Quality or None
    exemplars : mapping of int to int64 array
        The rows nearest to each cluster's center, nearest first.
    distances : float32 (m,)
        The distance of each row to its cluster's center; infinite for noise.
    skipped : tuple of Skipped
    encoder : tuple of mapping
        For each column the encoder's name and revision, why it was chosen, and what it is weak at; empty where
        the vectors were given.
    followed : tuple of Followed
        How what was asked for was carried out.
    conditioned : Conditioned or None
        What words made of the vectors of a single column: the same is done to those of new rows.
    recipes : tuple of Recipe
        How the vectors of each column are made again; empty where they were given.
    tree : mapping of str to list, or None
        The condensed tree of a density clustering.
    created : str
        When, in UTC, as ISO 8601.
    seconds : float, optional
        How long it took, where that is known.
    versions : mapping of str to str
        Of clusterby, Python and the libraries that figures depend on.
    schema : int
    """

    by: Mapping[str, float]
    column: str
    space: str
    dimension: int
    n_rows: int
    rows: IntArray
    partition: Partition
    made: Partition | None = None
    merged_into: Mapping[int, int] = field(default_factory=dict)
    noise_reassigned: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    naming: Mapping[int, Name] = field(default_factory=dict)
    predicts: str
    quality: Quality | None = None
    exemplars: Mapping[int, IntArray] = field(default_factory=dict)
    distances: FloatArray
    skipped: tuple[Skipped, ...] = ()
    encoder: tuple[Mapping[str, str], ...] = ()
    followed: tuple[Followed, ...] = ()
    conditioned: Conditioned | None = None
    recipes: tuple[Recipe, ...] = ()
    tree: Mapping[str, list[Any]] | None = None
    created: str = ""
    seconds: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    def manifest(self) -> dict[str, Any]:
        """Return what is small, for JSON: no array of the rows.

        Examples
        --------
        >>> import clusterby as cb
        >>> groups = cb.clusterby({"v": [[0.0], [0.1], [9.0]]}, "v", n_clusters=2)
        >>> manifest = record_of(groups).manifest()
        >>> manifest["method"], manifest["parameters"]["n_clusters"], manifest["random_state"]
        ('kmeans', 2, 0)
        """
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _NOT_IN_MANIFEST}
        partition = self.partition
        manifest: dict[str, Any] = to_plain(
            plain
            | {
                "method": partition.method,
                "parameters": dict(partition.parameters),
                "random_state": partition.random_state,
                "k_scores": partition.k_scores,
                "k_criterion": partition.k_criterion,
                "n_clusters": partition.n_clusters,
                "followed": [followed.plain() for followed in self.followed],
            }
        )
        return manifest


_NOT_IN_MANIFEST = frozenset(
    {
        "rows",
        "partition",
        "made",
        "quality",
        "exemplars",
        "distances",
        "skipped",
        "conditioned",
        "recipes",
        "tree",
        "names",
        "naming",
    }
)


def record_of(
    groups: ClusterBy, *, seconds: float | None = None, earlier: RunRecord | None = None
) -> RunRecord:
    """Return the record of a result.

    Parameters
    ----------
    groups : ClusterBy
    seconds : float, optional
        How long it took to make.
    earlier : RunRecord, optional
        What the result was restored from: the facts of its making are kept.
    """
    embeddings, partition = groups.embeddings, groups.partition
    made = groups.made
    edited = made is not partition
    facts = facts_of(groups) | {"seconds": None if seconds is None else round(seconds, 3)}
    if earlier is not None:
        facts = {name: getattr(earlier, name) for name in facts}
    return RunRecord(
        by=dict(groups.by),
        column=embeddings.column,
        space=embeddings.space,
        dimension=embeddings.dimension,
        n_rows=embeddings.n_rows,
        rows=embeddings.rows,
        partition=partition,
        made=made if edited else None,
        merged_into=dict(groups.edits.merged_into),
        noise_reassigned=groups.edits.noise_reassigned,
        names=dict(groups.names_),
        naming=dict(groups.naming_.names),
        quality=_quality(groups),
        exemplars=_exemplars(groups),
        distances=groups.distances(),
        skipped=groups.skipped,
        **facts,
    )


def _quality(groups: ClusterBy) -> Quality | None:
    """Return the quality; None of a result that came back, lost rows, and cannot have its vectors again."""
    try:
        return groups.quality()
    except InvalidVectors as error:
        if groups._known is None:
            raise
        log.warning("the quality is not kept: %s", error)
        return None


def _exemplars(groups: ClusterBy) -> Mapping[int, IntArray]:
    """Return the exemplars; those that are left of a result that came back and cannot have its vectors again."""
    try:
        return groups.exemplar_rows(EXEMPLARS)
    except InvalidVectors:
        if groups._known is None:
            raise
        return groups._known.exemplars


def checked_schema(manifest: Mapping[str, Any]) -> int:
    """Return the schema of a manifest that this version can read.

    Raises
    ------
    InvalidTable
        If it was written by a later version.
    """
    schema = manifest.get("schema")
    if not isinstance(schema, int) or not 1 <= schema <= SCHEMA:
        written = (manifest.get("versions") or {}).get("clusterby", "another version")
        raise InvalidTable(
            f"the run was written by clusterby {written} in schema {schema!r}, and this one reads up to {SCHEMA}: upgrade "
            "clusterby"
        )
    return schema
