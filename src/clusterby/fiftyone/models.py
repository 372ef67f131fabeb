"""Vectors from FiftyOne's own models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import fiftyone.zoo as foz
import numpy as np

from clusterby.cache import CacheArgument
from clusterby.core.column import Skipped
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import ClusterbyError, InvalidParameter, NothingToCluster, nearest
from clusterby.core.modality import Modality
from clusterby.core.progress import Advance, track
from clusterby.encoders.fiftyone_model import FiftyOneEncoder
from clusterby.fiftyone.instructed import condition_vectors, instruction_of
from clusterby.fiftyone.source import Source, Vectors
from clusterby.fiftyone.target import Target
from clusterby.instructions import Instruction
from clusterby.ops.condition import check_condition
from clusterby.ops.given import given_embeddings
from clusterby.ops.proposed import proposer_of

__all__ = ["embedding_models", "model_vectors"]


def embedding_models() -> list[str]:
    """Return the names of the zoo's models that expose embeddings."""
    return sorted(foz.list_zoo_models(tags="embeddings"))


def model_vectors(
    target: Target,
    model: Any,
    *,
    cache: CacheArgument,
    batch_size: int | None,
    num_workers: int | None,
    skip_failures: bool,
    asked: Mapping[str, Any] = MappingProxyType({}),
) -> Vectors:
    """Return the vectors that a model gives the items of a target; those that it fails on are skipped.

    A zoo model on images is run by :class:`~clusterby.encoders.fiftyone_model.FiftyOneEncoder`, so that what it has embedded
    once is found in the cache; any other model, and patches, by FiftyOne itself. Words are embedded by the model itself.

    Raises
    ------
    InvalidParameter
        If the zoo has no such model, it exposes no embeddings, or what is asked cannot be done.
    NothingToCluster
        If it fails on every item.
    """
    if isinstance(model, str):
        known = embedding_models()
        if model not in known:
            near = nearest(model, known)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise InvalidParameter(
                f"model={model!r}: no model of FiftyOne's zoo with embeddings.{hint} List them with "
                "fiftyone.zoo.list_zoo_models(tags='embeddings')"
            )
        if target.kind == "samples" and target.dataset.media_type == "image" and num_workers is None:
            from clusterby.fiftyone.encoded import encoder_vectors

            encoder = FiftyOneEncoder(model, batch_size=batch_size)
            found = encoder_vectors(target, encoder, by=None, prefer=None, cache=cache, asked=asked)
            _check_failures(found.embeddings, skip_failures)
            source = replace(found.source, kind="model", name=model, revision=encoder.revision)
            return replace(found, source=source)
        model = foz.load_zoo_model(model)
    name = str(getattr(model, "name", None) or type(model).__name__)
    if not getattr(model, "has_embeddings", False):
        raise InvalidParameter(
            f"model={name!r} exposes no embeddings: choose one of fiftyone.zoo.list_zoo_models(tags='embeddings')"
        )
    column = target.patches_field or "filepath"
    instruction = instruction_of(target, column, asked)
    _check_asked(instruction, model, name)
    how: dict[str, Any] = {
        "batch_size": batch_size,
        "num_workers": num_workers,
        "skip_failures": skip_failures,
    }
    with track(f"embed {len(target):,} {target.kind} by {name}", len(target)) as advance:
        how["progress"] = _Bar(advance, len(target))
        gave = _run(target, model, name, how)
    missing = [i for i, vector in enumerate(gave) if vector is None]
    if len(missing) == len(gave):
        raise NothingToCluster(f"model {name!r} failed on all {len(gave)} {target.kind}")
    embeddings = given_embeddings(
        [None if v is None else np.asarray(v, dtype=np.float32).ravel() for v in gave]
    )
    reason = f"model {name!r} gave no vector"
    found = Vectors(
        embeddings=Embeddings(
            vectors=embeddings.vectors, rows=embeddings.rows, n_rows=len(target), column=f"{name}({target.kind})",
            space=f"model:{name}",
            skipped=tuple(Skipped(row=s.row, column=name, reason=reason) for s in embeddings.skipped),
        ),
        source=Source(kind="array", name=name),
    )  # fmt: skip
    if instruction is None:
        return found
    tower = FiftyOneEncoder(model, name=name)
    return condition_vectors(found, tower, Modality.IMAGE, instruction, column=column, cache=cache)


def _check_asked(instruction: Instruction | None, model: Any, name: str) -> None:
    """Refuse, before anything is embedded, what a model that FiftyOne runs itself cannot follow."""
    if instruction is None:
        return
    if instruction.region is not None:
        raise InvalidParameter(
            f"region= with model={name!r}: FiftyOne shows it whole images; name a model of the zoo on images, without "
            "num_workers, or give encoder="
        )
    encoder = FiftyOneEncoder(model, name=name)
    check_condition(encoder, Modality.IMAGE, instruction, propose=proposer_of(instruction))


class _Bar:
    """What FiftyOne is to call with its own progress bar, which may count frames or samples instead of items."""

    def __init__(self, advance: Advance, n: int) -> None:
        self._advance, self._n, self._done = advance, n, 0
        self.stopped = False

    def __call__(self, bar: Any) -> None:
        before = self._done
        self._done = self._n * bar.iteration // bar.total if bar.total else before
        try:
            self._advance(max(0, self._done - before))
        except BaseException:
            self.stopped = True  # by whoever watches: no failure of the model
            raise


def _run(target: Target, model: Any, name: str, how: dict[str, Any]) -> list[Any]:
    """Return what the model gives for each item, None where it failed."""
    try:
        return _patches(target, model, how) if target.kind == "patches" else _items(target, model, how)
    except Exception as error:
        if (
            how["skip_failures"]
            or how["progress"].stopped
            or isinstance(error, (ClusterbyError, MemoryError))
        ):
            raise
        raise InvalidParameter(
            f"model={name!r} failed: {error}; with skip_failures=True such {target.kind} are left out"
        ) from error


def _items(target: Target, model: Any, how: dict[str, Any]) -> list[Any]:
    found = target.view.compute_embeddings(model, **how)
    if isinstance(found, dict):
        raise InvalidParameter(
            "an image model gives a video a vector for each frame: cluster a frames view, dataset.to_frames(sample_frames=True), "
            "or give a video model"
        )
    return list(found)


def _patches(target: Target, model: Any, how: dict[str, Any]) -> list[Any]:
    """Return a vector per patch, in the order of the view; FiftyOne gives them by sample."""
    field = str(target.patches_field)
    source = target.dataset
    if source.media_type == "group":
        source = source.select_group_slices(_allow_mixed=True)
    source = source.select_labels(ids=list(target.ids), fields=field)
    by_sample = source.compute_patch_embeddings(model, field, **how)
    label_ids = dict(zip(*source.values(["id", target.path_of("id")]), strict=True))
    by_label: dict[str, Any] = {}
    for sample, vectors in by_sample.items():
        if vectors is not None:
            by_label.update(zip(label_ids[sample], vectors, strict=True))
    return [by_label.get(identifier) for identifier in target.ids]


def _check_failures(embeddings: Embeddings, skip_failures: bool) -> None:
    if embeddings.skipped and not skip_failures:
        first = embeddings.skipped[0]
        raise InvalidParameter(
            f"sample {first.row} cannot be embedded: {first.reason}; with skip_failures=True such samples are left out"
        )
