"""The vectors of a target's items, wherever they come from, and read again from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from clusterby.cache import CacheArgument
from clusterby.core.column import FloatArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import ClusterbyError, InvalidParameter, InvalidVectors
from clusterby.fiftyone.instructed import condition_given_vectors, instruction_of
from clusterby.fiftyone.source import Source, Vectors
from clusterby.fiftyone.stored_vectors import brain_encoder, named, stored_vectors
from clusterby.fiftyone.target import Target
from clusterby.instructions import Instruction
from clusterby.ops.given import given_embeddings

__all__ = ["read_again", "resolve_vectors"]


def resolve_vectors(
    target: Target,
    *,
    embeddings: Any = None,
    model: Any = None,
    encoder: Any = None,
    by: str | None = None,
    modality: str | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    batch_size: int | None = None,
    num_workers: int | None = None,
    skip_failures: bool = True,
    asked: Mapping[str, Any] = MappingProxyType({}),
) -> Vectors:
    """Return the vectors of a target's items; those without one are skipped, each with the reason.

    Parameters
    ----------
    target : Target
    embeddings : str, array or mapping, optional
        A field of vectors, the key of a similarity or visualization run of FiftyOne's Brain, an array with a row per
        item in the order of the view, or a mapping of ids to vectors.
    model : str or Model, optional
        A model of FiftyOne's zoo, by name, or any FiftyOne model that exposes embeddings.
    encoder : str, Encoder or callable, optional
        An encoder of clusterby; ``"auto"`` where nothing else is given. Beside `embeddings`, if words are asked for: what
        made them, whose text tower embeds the words.
    by : str, optional
        The field an encoder reads: ``"filepath"``, the media itself, or a field of text.
    modality : str, optional
        What the cells are that an encoder reads, where they cannot tell by themselves.
    prefer, cache
        As for :func:`clusterby.embed`.
    batch_size, num_workers, skip_failures
        For FiftyOne models.
    asked : mapping
        ``instruction``, ``description``, ``candidates``, ``ignore`` and ``region``, as for :func:`clusterby.embed`.

    Raises
    ------
    InvalidParameter
        If two sources are given, there is none of the name, or what is asked cannot be done.
    InvalidVectors
        If an array has not one per item, or a mapping an id that is none of theirs.
    NothingToCluster
        If no item has a vector.
    """
    asked = {name: value for name, value in asked.items() if value is not None}
    given = [
        name
        for name, value in (("embeddings", embeddings), ("model", model), ("encoder", encoder))
        if value is not None
    ]
    _check_sources(given, by, modality, asked=bool(asked))
    if embeddings is not None:
        found = (
            stored_vectors(target, embeddings) if isinstance(embeddings, str) else _given(target, embeddings)
        )
        return _conditioned(target, found, encoder, asked, cache)
    if model is not None:
        from clusterby.fiftyone.models import model_vectors

        return model_vectors(
            target,
            model,
            cache=cache,
            batch_size=batch_size,
            num_workers=num_workers,
            skip_failures=skip_failures,
            asked=asked,
        )
    from clusterby.fiftyone.encoded import encoder_vectors

    return encoder_vectors(
        target,
        "auto" if encoder is None else encoder,
        by=by,
        modality=modality,
        prefer=prefer,
        cache=cache,
        asked=asked,
    )


def read_again(target: Target, source: Source) -> FloatArray:
    """Return the vectors of all items of a target from where they came from once, before words made anything of them.

    Raises
    ------
    InvalidVectors
        If they were given as an array, if they are no longer where they were, or if an item has none.
    """
    if source.kind == "array":
        raise InvalidVectors(
            "the vectors were given as an array and are not stored with the run: give them again to compute_clusters(), or "
            "keep them in a field"
        )
    try:
        again = _again(target, source)
    except InvalidVectors:
        raise
    except ClusterbyError as error:
        raise InvalidVectors(f"the vectors of the run are gone: {error}") from None
    if again.source.revision != source.revision and source.kind == "encoder":
        raise InvalidVectors(
            f"encoder {source.name!r} is of revision {again.source.revision!r} now and was of {source.revision!r} when it was "
            "clustered by: cluster again"
        )
    if len(again.embeddings) != len(target):
        lost = again.embeddings.skipped[0]
        raise InvalidVectors(
            f"{len(target) - len(again.embeddings)} of {len(target)} clustered items have no vector any more, the first of them "
            f"{target.ids[lost.row]}: {lost.reason}; cluster again"
        )
    return again.embeddings.vectors


def _again(target: Target, source: Source) -> Vectors:
    if source.kind in ("field", "brain"):
        return stored_vectors(target, source.name)
    region = {"region": source.region}
    if source.kind == "model":
        return resolve_vectors(target, model=source.name, asked=region)
    told = Instruction(source.task, method="prefix") if source.task else None
    return resolve_vectors(
        target, encoder=source.encoder or source.name, by=source.by, modality=source.modality or None,
        asked={"instruction": told} | region,
    )  # fmt: skip


def _check_sources(given: list[str], by: str | None, modality: str | None, *, asked: bool) -> None:
    if len(given) > 1 and not (asked and given == ["embeddings", "encoder"]):
        raise InvalidParameter(f"{' and '.join(given)}: give one of them, vectors come from one source")
    if given in ([], ["encoder"]):
        return
    if by is not None:
        raise InvalidParameter(f"by={by!r} is for encoders: {given[0]} need no field to read")
    if modality is not None:
        raise InvalidParameter(
            f"modality={modality!r} is for encoders, and {given[0]} are given: leave it out"
        )


def _conditioned(
    target: Target, found: Vectors, encoder: Any, asked: Mapping[str, Any], cache: CacheArgument
) -> Vectors:
    """Return vectors that are there as what is asked makes them; what made those of a similarity run is known."""
    instruction = instruction_of(target, found.source.name, asked)
    if instruction is None:
        return found
    if encoder is None and found.source.kind == "brain":
        encoder = brain_encoder(target.dataset, found.source.name)
    return condition_given_vectors(found, "auto" if encoder is None else encoder, instruction, cache=cache)


def _given(target: Target, embeddings: Any) -> Vectors:
    if isinstance(embeddings, Mapping):
        known = set(target.ids)
        unknown = [i for i in embeddings if i not in known]
        if unknown:
            raise InvalidVectors(f"embeddings: {unknown[0]!r} is no id of the {len(target)} {target.kind}")
        embeddings = [embeddings.get(i) for i in target.ids]
    try:
        n = len(embeddings)
    except TypeError:
        raise InvalidParameter(
            f"embeddings={embeddings!r:.60}: give a field, a brain key, an array, or a mapping of ids to vectors"
        ) from None
    if n != len(target):
        raise InvalidVectors(
            f"{n} vectors for {len(target)} {target.kind}: give one each, in the order of the view"
        )
    found = embeddings
    if not isinstance(embeddings, Embeddings):
        found = replace(given_embeddings(embeddings), column="embeddings")
    return named(found, Source(kind="array", name="embeddings"))
