"""Cluster a collection and keep the result as a run on its dataset."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

from clusterby.cache import CacheArgument
from clusterby.clusterers.fit import check_method, fit
from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone import fields
from clusterby.fiftyone.alone import alone
from clusterby.fiftyone.change import overwrite_run, write_run
from clusterby.fiftyone.clean import check_idle, clean_up
from clusterby.fiftyone.instructed import plain_instruction
from clusterby.fiftyone.seen import seen_of
from clusterby.fiftyone.source import Vectors
from clusterby.fiftyone.store import UNFINISHED, Stored, config_at, is_ours, read
from clusterby.fiftyone.target import Target, resolve_target
from clusterby.fiftyone.vectors import resolve_vectors
from clusterby.groups import ClusterBy
from clusterby.groups.first_names import first_names
from clusterby.groups.making import Making, Seen
from clusterby.instructions import InstructionArgument
from clusterby.ops.asked import Asked
from clusterby.ops.kept import usable_cache
from clusterby.runs import record_of
from clusterby.tables import open_table

__all__ = ["check_run_key", "compute_clusters"]

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def compute_clusters(
    samples: Any,
    run_key: str,
    *,
    method: Any = "kmeans",
    n_clusters: int | Literal["auto"] | None = None,
    embeddings: Any = None,
    model: Any = None,
    encoder: Any = None,
    by: str | None = None,
    modality: str | None = None,
    patches_field: str | None = None,
    instruction: InstructionArgument | Mapping[str, InstructionArgument] | None = None,
    description: Asked = None,
    candidates: Any = None,
    ignore: Asked = None,
    region: Any = None,
    cluster_field: str | None = None,
    as_classification: bool = False,
    overwrite: bool = False,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    batch_size: int | None = None,
    num_workers: int | None = None,
    skip_failures: bool = True,
    random_state: int = 0,
    **parameters: Any,
) -> ClusterBy:
    """Cluster the items of a collection; write their labels, and register the run on the dataset.

    An exception or an interrupt leaves the dataset as it was. Items without a vector get no label and are counted.

    Parameters
    ----------
    samples : Dataset or DatasetView
        A dataset, a view, a patches view, a frames view, or a slice of a grouped dataset.
    run_key : str
        What the run is called: a Python identifier.
    method : str or object
        A registered name (``clusterby methods``), any scikit-learn cluster class name, or an object with
        ``fit_predict``.
    n_clusters : int or "auto", optional
        How many clusters. None is ``"auto"`` for a method that takes a number.
    embeddings : str, array or mapping, optional
        A field of vectors, the key of a similarity or visualization run, an array with a row per item in the order of the
        view, or a mapping of ids to vectors.
    model : str or Model, optional
        A model of FiftyOne's zoo, by name, or any FiftyOne model that exposes embeddings.
    encoder : str, Encoder or callable, optional
        An encoder of clusterby, through the shared cache; ``"auto"`` where neither embeddings nor a model is given. Beside
        embeddings, where words are asked for: what made them, whose text tower embeds the words. Of a similarity run it is
        known where its model embeds prompts.
    by : str, optional
        The field an encoder reads: the media by default, or a field of text.
    modality : str, optional
        What the cells are that an encoder reads, where they cannot tell by themselves: ``"audio"``, say.
    patches_field : str, optional
        Cluster the patches of this field of detections or polylines instead of the samples.
    instruction, description, candidates, ignore
        What the clusters should be about, as for :func:`clusterby.clusterby`: they are named after the words that fit them
        best. The words and what they were made into are part of the run.
    region : Box, Polygon, Boxes or str, optional
        The part of each image that counts; a name is that of a field with one box, detection or polyline a sample.
    cluster_field : str, optional
        The new field for the labels, ``RUN_KEY_cluster`` by default. A field that is there is refused, unless this same
        run made it.
    as_classification : bool
        Whether labels are written as ``Classification``, the strength as confidence, instead of strings.
    overwrite : bool
        Whether to replace a run of ours that has this key.
    prefer, cache
        As for :func:`clusterby.embed`.
    batch_size, num_workers, skip_failures
        For FiftyOne models.
    random_state : int
        The seed: the same call gives the same labels.
    **parameters
        The method's own, under scikit-learn's names.

    Returns
    -------
    ClusterBy
        As from any other table.

    Raises
    ------
    InvalidTable, InvalidParameter, InvalidVectors, UnknownMethod, NothingToCluster
        Each before anything is written.
    """
    began = time.monotonic()
    check_method(method, n_clusters=n_clusters, parameters=parameters, random_state=random_state)
    target = resolve_target(samples, patches_field=patches_field)
    name = f"{run_key}_cluster" if cluster_field is None else cluster_field
    _check(target, run_key, name, overwrite=overwrite)
    table = open_table(target.view)
    asked = {
        "instruction": instruction, "description": description, "candidates": candidates, "ignore": ignore, "region": region,
    }  # fmt: skip
    vectors = resolve_vectors(
        target, embeddings=embeddings, model=model, encoder=encoder, by=by, modality=modality, prefer=prefer, cache=cache,
        batch_size=batch_size, num_workers=num_workers, skip_failures=skip_failures, asked=asked,
    )  # fmt: skip
    fitted = fit(
        method, vectors.embeddings.vectors,
        n_clusters=n_clusters, parameters=parameters, random_state=random_state,
    )  # fmt: skip
    making = Making(
        table=table,
        by=MappingProxyType({vectors.source.name if vectors.choice is None else vectors.source.by: 1.0}),
        embedder=None,
        embeddings=vectors.embeddings,
        fitted=fitted,
        conditioned=vectors.conditioned,
        followed=() if vectors.followed is None else (vectors.followed,),
        cache=usable_cache(cache),
        seen=lambda: _seen(target, vectors),
    )
    names = first_names([(vectors.conditioned, fitted.partition.centers)], fitted.partition)
    groups = ClusterBy(making, fitted.partition, names=names)
    record = replace(record_of(groups, seconds=time.monotonic() - began), encoder=_facts(vectors))
    stored = Stored(
        record=record, ids=target.ids, source=vectors.source, kind=target.kind, patches_field=target.patches_field,
        parent=target.parent,
        cluster_field=name, names_field=_names_field(name), as_classification=as_classification,
        asked=plain_instruction(vectors.instruction),
    )  # fmt: skip
    with alone(target.dataset):
        _check(target, run_key, name, overwrite=overwrite)  # again: vectors may have taken hours
        if target.dataset.has_run(run_key):
            overwrite_run(target, run_key, stored, read(target.dataset, run_key))
        else:
            write_run(target, run_key, stored)
    return groups


def _seen(target: Target, vectors: Vectors) -> Seen:
    """Return how the items can be looked at; what words made of vectors is compared with no other words."""
    seen = seen_of(target, vectors.source)
    return seen if vectors.conditioned is None else replace(seen, encoder=None)


def _check(target: Target, key: Any, name: Any, *, overwrite: bool) -> None:
    """Refuse a key or a field that cannot be written."""
    if not isinstance(name, str) or "." in name:
        raise InvalidParameter(
            f"cluster_field={name!r}: give a word of letters, digits and _ that begins with a letter"
        )
    dataset = target.dataset
    clean_up(dataset)
    check_run_key(dataset, key, overwrite=overwrite)
    fields.check_field(dataset, target.path_of(name), run=key, role="labels")
    fields.check_field(dataset, target.path_of(_names_field(name)), run=key, role="names")
    fields.check_writable(dataset, key)


def _names_field(name: str) -> str:
    return f"{name}_name"


def check_run_key(dataset: Any, key: Any, *, overwrite: bool = False) -> None:
    """Refuse a key that FiftyOne cannot keep, or that is taken.

    Raises
    ------
    InvalidParameter
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key.endswith(UNFINISHED):
        raise InvalidParameter(
            f"run_key={key!r}: give a word of letters, digits and _ that begins with a letter or _"
        )
    check_idle(dataset, key)
    if not dataset.has_run(key):
        return
    if not is_ours(config_at(dataset, key)):
        raise InvalidParameter(f"run_key={key!r} belongs to another run of the dataset: choose another key")
    if not overwrite:
        raise InvalidParameter(
            f"run_key={key!r}: the dataset has a clustering of that key; choose another one, delete it, or give overwrite=True"
        )


def _facts(vectors: Vectors) -> tuple[Mapping[str, str], ...]:
    choice = vectors.choice
    if choice is None:
        return ()
    return (
        {
            "column": choice.column, "modality": choice.modality.value, "name": choice.name,
            "revision": vectors.source.revision, "reason": choice.reason, "weakness": choice.weakness,
        },
    )  # fmt: skip
