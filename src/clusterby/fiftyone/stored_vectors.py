"""Vectors that a dataset holds: in a field, or in a run of FiftyOne's Brain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import fiftyone.core.fields as fof
import fiftyone.core.utils as fou
import numpy as np

from clusterby.core.column import Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter, NothingToCluster
from clusterby.core.progress import track
from clusterby.encoders.fiftyone_model import FiftyOneEncoder
from clusterby.fiftyone.source import Source, Vectors
from clusterby.fiftyone.target import Target, positions
from clusterby.ops.given import given_embeddings

__all__ = ["brain_encoder", "brain_keys", "named", "stored_vectors", "vector_fields"]

_READ = 50_000  # items at a time, or a twentieth of all: each reading begins at the first item
_PROBE = 50  # patches that are looked at for what their schema does not say


def stored_vectors(target: Target, name: str) -> Vectors:
    """Return the vectors of a field, or of a similarity or visualization run by its key.

    Raises
    ------
    InvalidParameter
        If there is none of the name, or it holds no vectors of these items.
    NothingToCluster
        If no item has one.
    """
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
    found = replace(given_embeddings(cells), column=name)
    return named(found, Source(kind="field", name=name))


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


def brain_encoder(dataset: Any, key: str) -> FiftyOneEncoder | None:
    """Return the model that a similarity run was made by, if it embeds prompts; None of any other run."""
    if key not in dataset.list_brain_runs(type="similarity"):
        return None
    config = dataset.get_brain_info(key).config
    if not config.supports_prompts or not config.model:
        return None
    if config.model_kwargs:  # not the zoo's plain model of that name: its vectors are not kept
        return FiftyOneEncoder(dataset.load_brain_results(key).get_model(), name=config.model)
    return FiftyOneEncoder(config.model)


def named(found: Embeddings, source: Source) -> Vectors:
    """Return embeddings as vectors of a source, which what was skipped is said to be missing in."""
    skipped = tuple(replace(s, column=source.name) for s in found.skipped)
    return Vectors(
        embeddings=replace(found, skipped=skipped, space=f"{source.kind}:{source.name}"), source=source
    )
