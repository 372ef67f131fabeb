"""The part of the form that asks where vectors come from."""

from __future__ import annotations

from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby import encoders
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import parse_modality

from .compute_settings import MODEL_PARAMETERS, SOURCES, vectors_of
from .form import Form, refusal
from .items import Items
from .method_form import ask_parameter

__all__ = ["ask_modality", "ask_vectors"]


def ask_vectors(form: Form, items: Items | None) -> tuple[str, dict[str, Any]]:
    """Ask where vectors come from; return the source, and what was chosen of it, the form's own defaults included."""
    keys = cbf.brain_keys(form.ctx.dataset) if items is None else items.brain_keys
    fields = [] if items is None else items.vector_fields
    default = "embeddings" if fields or keys else "encoder"
    named = [name for name in SOURCES if form.value(name) is not None]
    source = form.value("source", default) or (named[0] if named else "encoder")
    form.choice("source", "Vectors", SOURCES, default=default, view=types.RadioGroup())
    try:
        chosen_ones = vectors_of({**form.params, "source": source} if form.in_app else form.params)
        problem = None
    except InvalidParameter as error:
        chosen_ones, problem = {}, None if form.in_app and source not in form.params else str(error)
    if source == "embeddings":
        _ask_embeddings(form, items, fields, keys, problem)
        if form.in_app and not chosen_ones and (fields or keys):
            chosen_ones = {"embeddings": (fields or keys)[0]}
    elif source == "model":
        names = {name: name for name in cbf.embedding_models()}
        model = form.value("model")
        if model is not None and model not in names:
            problem = f"model={model!r}: no model of FiftyOne's zoo with embeddings"
        form.choice("model", "Model", names, error=problem, view=types.AutocompleteView())
        for parameter, usual in zip(MODEL_PARAMETERS, (None, None, True), strict=True):
            ask_parameter(form, parameter.name, parameter, default=usual)
    else:
        _ask_encoder(form, items)
    return str(source), chosen_ones


def _ask_embeddings(
    form: Form, items: Items | None, fields: list[str], keys: list[str], problem: str | None
) -> None:
    name = form.value("embeddings")
    others = {} if items is None else items.other_brain_keys
    choices = {field: f"field {field}" for field in fields} | {key: f"brain key {key}" for key in keys}
    if name in others and name not in fields:
        problem = f"embeddings={name!r}: the brain run is about {others[name]}, and {items.kind} are to be clustered"
    elif not choices:
        problem = "there is no field of vectors and no brain key: choose a model or an encoder"
    elif name is not None and name not in choices and not problem:
        problem = (
            f"embeddings={name!r}: no field of vectors and no brain key. Fields of vectors: {', '.join(fields) or 'none'}; "
            f"brain keys: {', '.join(keys) or 'none'}"
        )
    form.choice("embeddings", "Field or brain key", choices, default=next(iter(choices), None), error=problem)


def _ask_encoder(form: Form, items: Items | None) -> None:
    by, modality = form.value("by"), form.value("modality")
    strange = items is not None and items.media != "image" and by is None
    wrong = None if modality is None else refusal(parse_modality, modality)
    if modality is not None and wrong is None:
        fitting = encoders.find(modality=modality)
    else:
        fitting = encoders.ENCODERS if by is not None else encoders.find(modality="image")
    names = {"auto": "auto: the best that is here"} | {s.name: f"{s.name}: {s.summary}" for s in fitting}
    name = form.value("encoder", "auto")
    plain = name is None or "/" in name or ":" in name or name in names
    error = None if plain else refusal(encoders.get, name)
    if strange and modality is None:
        error = f"media of type {items.media!r} have no encoder here: choose other vectors, or a field of text to read"
    form.choice("encoder", "Encoder", names, default="auto", error=error)
    texts = form.texts()
    if texts and (items is None or items.kind == "samples"):
        gone = by is not None and form.ctx.dataset.get_field(by) is None
        form.choice(
            "by", "Reads", texts, error=f"by={by!r}: there is no such field" if gone else None,
            description="A field of text; empty for the media itself.",
        )  # fmt: skip
    ask_modality(form, strange=strange)


def ask_modality(form: Form, *, strange: bool) -> None:
    """Ask what an encoder reads, where that is not the media that FiftyOne shows."""
    modality = form.value("modality")
    if strange or form.value("by") is not None or modality is not None:
        form.choice(
            "modality", "What it reads is", {kind: kind for kind in ("text", "image", "audio")},
            error=None if modality is None else refusal(parse_modality, modality),
            description="Left empty: what the values look like.",
        )  # fmt: skip
