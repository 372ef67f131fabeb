"""The vectors of a target's items, with where they come from, so that they can be read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import fiftyone.core.fields as fof
import fiftyone.core.utils as fou
import numpy as np

from clusterby.cache import CacheArgument
from clusterby.core.column import FloatArray, Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter, InvalidVectors, NothingToCluster
from clusterby.core.progress import track
from clusterby.encoders.choose import EncoderChoice
from clusterby.fiftyone.target import Target, positions
from clusterby.ops.given import given_embeddings

__all__ = ["Source", "Vectors", "brain_keys", "read_again", "resolve_vectors", "vector_fields"]

_READ = 50_000  # items at a time, or a twentieth of all: each reading begins at the first item
_PROBE = 50  # patches that are looked at for what their schema does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where vectors come from.

    Parameters
    ----------
    kind : {"field", "brain", "array", "model", "encoder"}
    name : str
        The field, the brain key, the model or the encoder.
    by : str
        The field whose cells an encoder read.
    revision : str
        Of the encoder.
    """

    kind: str
    name: str
    by: str = "filepath"
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """The vectors of a target.

    Parameters
    ----------
    embeddings : Embeddings
        Positions are those of the target's items.
    source : Source
    choice : EncoderChoice, optional
        Why an encoder was chosen, where one was.
    """

    embeddings: Embeddings
    source: Source
    choice: EncoderChoice | None = None


def resolve_vectors(
    target: Target,
    *,
    embeddings: Any = None,
    model: Any = None,
    encoder: Any = None,
    by: str | None = None,
    prefer: Mapping[str, Any] | None = None,
    cache: CacheArgument = True,
    batch_size: int | None = None,
    num_workers: int | None = None,
    skip_failures: bool = True,
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
        An encoder of clusterby; ``"auto"`` where nothing else is given.
    by : str, optional
        The field an encoder reads: ``"filepath"``, the media itself, or a field of text.
    prefer, cache
        As for :func:`clusterby.embed`.
    batch_size, num_workers, skip_failures
        For FiftyOne models.

    Raises
    ------
    InvalidParameter
        If two sources are given, or there is none of the name.
    InvalidVectors
        If an array has not one per item, or a mapping an id that is none of theirs.
    NothingToCluster
        If no item has a vector.
    """
    given = [
        name
        for name, value in (("embeddings", embeddings), ("model", model), ("encoder", encoder))
        if value is not None
    ]
    if len(given) > 1:
        raise InvalidParameter(f"{' and '.join(given)}: give one of them, vectors come from one source")
    if by is not None and given not in ([], ["encoder"]):
        raise InvalidParameter(f"by={by!r} is for encoders: {given[0]} need no field to read")
    if isinstance(embeddings, str):
        return _by_name(target, embeddings)
    if embeddings is not None:
        return _given(target, embeddings)
    if model is not None:
        from clusterby.fiftyone.models import model_vectors

        return model_vectors(
            target,
            model,
            cache=cache,
            batch_size=batch_size,
            num_workers=num_workers,
            skip_failures=skip_failures,
        )
    from clusterby.fiftyone.encoded import encoder_vectors

    return encoder_vectors(target, "auto" if encoder is None else encoder, by=by, prefer=prefer, cache=cache)


def read_again(target: Target, source: Source) -> FloatArray:
    """Return the vectors of all items of a target from where they came from once.

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
    except (InvalidParameter, NothingToCluster) as error:
        raise InvalidVectors(f"the vectors of the run are gone: {error}") from None
    if len(again.embeddings) != len(target):
        lost = again.embeddings.skipped[0]
        raise InvalidVectors(
            f"{len(target) - len(again.embeddings)} of {len(target)} clustered items have no vector any more, the first of them "
            f"{target.ids[lost.row]}: {lost.reason}; cluster again"
        )
    return again.embeddings.vectors


def _again(target: Target, source: Source) -> Vectors:
    if source.kind in ("field", "brain"):
        return _by_name(target, source.name)
    if source.kind == "model":
        return resolve_vectors(target, model=source.name)
    return resolve_vectors(target, encoder=source.name, by=source.by)


def _by_name(target: Target, name: str) -> Vectors:
    local = name if name.startswith(f"{target.patches_field}.") else target.local_path(name)
    field = target.view.get_field(local)
    if field is not None or _holds_arrays(target, local):
        return _from_field(target, name, local, field)
    if target.dataset.has_brain_run(name):
        return _from_brain(target, name)
    fields = vector_fields(target)
    keys = brain_keys(target.dataset)
    raise InvalidParameter(
        f"embeddings={name!r}: no field of vectors and no brain key. Fields of vectors: {', '.join(fields) or 'none'}; "
        f"brain keys: {', '.join(keys) or 'none'}"
    )


def _holds_arrays(target: Target, path: str) -> bool:
    """Whether patches have arrays in an attribute that the schema does not declare, as FiftyOne itself leaves them."""
    if target.kind != "patches":
        return False
    return any(isinstance(value, bytes) for value in target.view.limit(_PROBE).values(path))


def vector_fields(target: Target) -> list[str]:
    """Return the fields of the target's items that hold vectors, as `embeddings` takes them."""
    schema = target.view.get_field_schema(flat=True)
    prefix = f"{target.patches_field}." if target.kind == "patches" else ""
    found = []
    for path, field in schema.items():
        listed = isinstance(field, fof.ListField) and isinstance(field.field, fof.FloatField)
        if (isinstance(field, fof.VectorField) or listed) and path.startswith(prefix):
            name = path.removeprefix(prefix)
            if name != "bounding_box" and "." not in name:
                found.append(name)
    if target.kind == "patches":
        some = target.view.limit(_PROBE).get_dynamic_field_schema() or {}
        found += [p.removeprefix(prefix) for p in some if p.startswith(prefix) and _holds_arrays(target, p)]
    return sorted(set(found))


def brain_keys(dataset: Any) -> list[str]:
    """Return the keys of the similarity and visualization runs of a dataset."""
    return sorted(
        {*dataset.list_brain_runs(type="similarity"), *dataset.list_brain_runs(type="visualization")}
    )


def _from_field(target: Target, name: str, path: str, field: Any) -> Vectors:
    if field is not None and not isinstance(field, (fof.VectorField, fof.ListField)):
        raise InvalidParameter(
            f"embeddings={name!r}: the field holds {type(field).__name__.removesuffix('Field').lower()}s, no vectors. Fields of "
            f"vectors: {', '.join(vector_fields(target)) or 'none'}"
        )
    cells: list[Any] = []
    size = max(_READ, len(target) // 20)
    with track(f"read the vectors of {len(target):,} {target.kind}", len(target)) as advance:
        for start in range(0, len(target), size):
            part = target.view[start : start + size] if len(target) > size else target.view
            cells += [
                fou.deserialize_numpy_array(v) if isinstance(v, bytes) else v for v in part.values(path)
            ]
            advance(min(size, len(target) - start))
    return _kept(target, _embeddings(cells, name), Source(kind="field", name=name))


def _from_brain(target: Target, key: str) -> Vectors:
    info = target.dataset.get_brain_info(key)
    if key not in brain_keys(target.dataset):
        raise InvalidParameter(
            f"embeddings={key!r}: the brain run holds no vectors, it is of type {info.config.type!r}; give a similarity or "
            "visualization run"
        )
    field = getattr(info.config, "patches_field", None)
    if field != target.patches_field:
        raise InvalidParameter(
            f"embeddings={key!r}: the brain run is about {f'the patches of {field!r}' if field else 'samples'}, and "
            f"{f'the patches of {target.patches_field!r}' if target.patches_field else target.kind} are to be clustered"
        )
    results = target.dataset.load_brain_results(key)
    if results is None:
        raise InvalidParameter(f"embeddings={key!r}: the brain run has no results: compute it again")
    if info.config.type == "similarity":
        vectors, samples, labels = results.get_embeddings()
    else:
        results.clear_view()
        vectors, samples, labels = results.points, results.current_sample_ids, results.current_label_ids
    owners = [str(i) for i in (labels if field else samples)]
    place = positions(owners, target.ids)
    rows = np.array([i for i, at in enumerate(place) if at >= 0], dtype=np.int64)
    if not len(rows):
        raise NothingToCluster(f"none of the {len(target)} {target.kind} has a vector in brain run {key!r}")
    found = np.asarray(vectors, dtype=np.float32)[[place[i] for i in rows]]
    missing = [i for i, at in enumerate(place) if at < 0]
    return Vectors(
        embeddings=Embeddings(
            vectors=np.ascontiguousarray(found), rows=rows, n_rows=len(target), column=key, space=f"brain:{key}",
            skipped=tuple(Skipped(row=i, column=key, reason="not in the brain run") for i in missing),
        ),
        source=Source(kind="brain", name=key),
    )  # fmt: skip


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
    found = embeddings if isinstance(embeddings, Embeddings) else _embeddings(embeddings, "embeddings")
    return _kept(target, found, Source(kind="array", name="embeddings"))


def _embeddings(cells: Sequence[Any], name: str) -> Embeddings:
    return replace(given_embeddings(cells), column=name)


def _kept(target: Target, found: Embeddings, source: Source) -> Vectors:
    skipped = tuple(replace(s, column=source.name) for s in found.skipped)
    return Vectors(
        embeddings=replace(found, skipped=skipped, space=f"{source.kind}:{source.name}"), source=source
    )
