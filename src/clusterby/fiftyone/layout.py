"""A run in the two forms in which FiftyOne keeps it: a config, which is small, and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import Skipped
from clusterby.core.partition import Partition
from clusterby.fiftyone.fields import Role
from clusterby.fiftyone.packed import pack, unpack
from clusterby.fiftyone.packed_conditioned import pack_conditioned, unpack_conditioned
from clusterby.fiftyone.source import Source
from clusterby.fiftyone.target import Kind, join_path
from clusterby.groups.quality import Quality
from clusterby.instructions import Followed
from clusterby.namers import Name
from clusterby.runs import RunRecord
from clusterby.runs.plain import to_plain

__all__ = ["RUN_KIND", "Stored", "config_of", "results_of", "stored_of"]

RUN_KIND = "clustering"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """A run as it is stored on a dataset.

    Parameters
    ----------
    record : RunRecord
        Its positions are those in `ids`.
    ids : tuple of str
        The items that the view had when they were clustered, those without a vector among them.
    source : Source
        Where the vectors came from.
    asked : mapping
        What was asked for, as plain values; empty where nothing was.
    kind : {"samples", "patches", "frames"}
    patches_field : str, optional
    parent : str
        What the fields are part of: see :attr:`~clusterby.fiftyone.target.Target.parent`.
    cluster_field, names_field : str
        The names of the fields, as they are in an item.
    as_classification : bool
    """

    record: RunRecord
    ids: tuple[str, ...]
    source: Source
    kind: Kind
    patches_field: str | None
    parent: str
    cluster_field: str
    names_field: str
    as_classification: bool
    asked: Mapping[str, Any] = field(default_factory=dict)

    def path_of(self, name: str) -> str:
        """Return where in the dataset a field of the items is; see :meth:`~clusterby.fiftyone.target.Target.path_of`."""
        return join_path(self.parent, name)

    @property
    def paths(self) -> dict[Role, str]:
        """The paths of the fields in the dataset, by their roles: ``"labels"`` and ``"names"``."""
        return {"labels": self.path_of(self.cluster_field), "names": self.path_of(self.names_field)}

    def labels_by_id(self) -> dict[str, int]:
        """Return the cluster of each item that has one, noise −1, by id."""
        rows = self.record.rows.tolist()
        return {
            self.ids[row]: label
            for row, label in zip(rows, self.record.partition.labels.tolist(), strict=True)
        }


def config_of(stored: Stored) -> dict[str, Any]:
    """Return what is kept of a run in its config, as plain values."""
    manifest = stored.record.manifest()
    manifest["by"] = [[column, weight] for column, weight in stored.record.by.items()]  # names may hold a dot
    for edited in ("merged_into", "noise_reassigned"):
        del manifest[edited]
    config: dict[str, Any] = to_plain(
        manifest
        | {
            "run_kind": RUN_KIND,
            "kind": stored.kind,
            "patches_field": stored.patches_field,
            "parent": stored.parent,
            "cluster_field": stored.cluster_field,
            "names_field": stored.names_field,
            "as_classification": stored.as_classification,
            "source": stored.source.plain(),
            "asked": stored.asked,
            "n_clustered": len(stored.record.rows),
            "n_skipped": len(stored.record.skipped),
        }
    )
    return config


def results_of(stored: Stored) -> dict[str, Any]:
    """Return what is kept of a run in its results, as plain values."""
    record = stored.record
    made = record.made
    return {
        "ids": list(stored.ids),
        "rows": pack(record.rows),
        "labels": pack(record.partition.labels),
        "strengths": _maybe(record.partition.strengths),
        "centers": pack(record.partition.centers),
        "distances": pack(record.distances),
        "made": None if made is None else {
            "labels": pack(made.labels), "strengths": _maybe(made.strengths), "centers": pack(made.centers)
        },
        "merged_into": to_plain(record.merged_into),
        "noise_reassigned": record.noise_reassigned,
        "names": to_plain(record.names),
        "naming": {str(c): asdict(name) for c, name in record.naming.items()},
        "exemplars": {str(c): [stored.ids[row] for row in rows.tolist()] for c, rows in record.exemplars.items()},
        "quality": None if record.quality is None else to_plain(_quality_of(record.quality)),
        "skipped": [[s.row, s.column, s.reason] for s in record.skipped],
        "conditioned": None if record.conditioned is None else pack_conditioned(record.conditioned),
        "tree": record.tree,
    }  # fmt: skip


def stored_of(config: Any, results: Any) -> Stored:
    """Return the run that a config and results are of; what is missing in them raises whatever Python raises."""
    ids = tuple(results.ids)
    place = {identifier: i for i, identifier in enumerate(ids)}
    facts = {
        "method": config.method,
        "parameters": config.parameters,
        "random_state": config.random_state,
        "k_scores": None if config.k_scores is None else {int(k): v for k, v in config.k_scores.items()},
        "k_criterion": config.k_criterion,
    }
    partition = _partition(results.labels, results.strengths, results.centers, facts)
    made = results.made
    followed = tuple(
        Followed.of_plain(plain) for plain in getattr(config, "followed", ())
    )  # none in older runs
    record = RunRecord(
        by=dict(config.by),
        column=config.column,
        space=config.space,
        dimension=config.dimension,
        n_rows=config.n_rows,
        rows=unpack(results.rows),
        partition=partition,
        made=None if made is None else _partition(made["labels"], made["strengths"], made["centers"], facts),
        merged_into={int(old): new for old, new in results.merged_into.items()},
        noise_reassigned=results.noise_reassigned,
        names={int(cluster): name for cluster, name in results.names.items()},
        naming={int(c): _name(said) for c, said in (getattr(results, "naming", None) or {}).items()},
        predicts=config.predicts,
        quality=_read_quality(results.quality),
        exemplars={
            int(c): np.array([place[i] for i in members], dtype=np.int64)
            for c, members in results.exemplars.items()
        },
        distances=unpack(results.distances),
        skipped=tuple(Skipped(row=row, column=column, reason=why) for row, column, why in results.skipped),
        encoder=tuple(config.encoder),
        followed=followed,
        conditioned=unpack_conditioned(getattr(results, "conditioned", None), followed),
        tree=results.tree,
        created=config.created,
        seconds=config.seconds,
        versions=config.versions,
        schema=config.schema,
    )
    return Stored(
        record=record, ids=ids, source=Source.of_plain(config.source), kind=config.kind,
        patches_field=config.patches_field, parent=config.parent,
        cluster_field=config.cluster_field, names_field=config.names_field,
        as_classification=config.as_classification, asked=getattr(config, "asked", {}),
    )  # fmt: skip


def _partition(labels: Any, strengths: Any, centers: Any, facts: Mapping[str, Any]) -> Partition:
    return Partition(
        labels=unpack(labels),
        strengths=None if strengths is None else unpack(strengths),
        centers=unpack(centers),
        **facts,
    )


def _quality_of(quality: Quality) -> dict[str, Any]:
    return {
        name: getattr(quality, name) for name in ("silhouette", "sample", "explained", "cohesion", "noise")
    }


def _read_quality(kept: Mapping[str, Any] | None) -> Quality | None:
    if kept is None:
        return None
    silhouette = kept["silhouette"]
    return Quality(
        silhouette=float("nan") if silhouette is None else silhouette,
        sample=kept["sample"],
        explained=kept["explained"],
        cohesion={int(c): value for c, value in kept["cohesion"].items()},
        noise=kept["noise"],
    )


def _name(said: Mapping[str, Any]) -> Name:
    return Name(**{**said, "words": tuple(said["words"])})


def _maybe(array: NDArray[Any] | None) -> dict[str, Any] | None:
    return None if array is None else pack(array)
