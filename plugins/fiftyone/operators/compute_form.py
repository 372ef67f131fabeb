"""The form of ``compute_clusters``: what is clustered, how, from which vectors, and what will be written."""

from __future__ import annotations

from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby import clusterers, encoders
from clusterby.clusterers.fit import check_method
from clusterby.clusterers.memory import check_memory, estimated_bytes
from clusterby.core.errors import ClusterbyError, InvalidParameter
from clusterby.fiftyone.compute import check_run_key
from clusterby.fiftyone.fields import check_field
from clusterby.fiftyone.target import join_path

from .compute_settings import MODEL_PARAMETERS, RANDOM_STATE, SOURCES, check_names, settings_of, vectors_of
from .form import Form, given, refusal
from .items import Items, chosen, look_at, patch_fields
from .method_form import ask_method, ask_parameter, method_parameters, parse

__all__ = ["ask_compute"]

_USUAL_DIMENSION = 512  # of the vectors of most image encoders, where the form cannot know


def ask_compute(form: Form) -> None:
    """Fill the form, each property with the reason for which it would be refused."""
    cbf.clean_up(form.ctx.dataset)  # what a killed process left would count as taken
    items = _ask_items(form)
    vectors = _ask_vectors(form, items)
    method = ask_method(form, most=None if items is None else items.n)
    form.refuse("method_problem", "These parameters cannot be used", refusal(_check, form, items, method))
    key = _ask_run_key(form)
    name = _ask_field(form, items, key)
    ask_parameter(form, RANDOM_STATE.name, RANDOM_STATE, default=0, label="Seed")
    form.refuse("names_problem", "Unknown parameter", refusal(check_names, form.params, method))
    if not form.refused:
        form.refuse("values_problem", "These values cannot be used", refusal(settings_of, form.params))
    if items is not None:
        form.say("plan", _plan(items, key, name, method, vectors, form))


def _ask_items(form: Form) -> Items | None:
    """Ask which field's patches are to be clustered, where samples are; tell what is wrong with the collection."""
    dataset, field = form.ctx.dataset, form.value("patches_field")
    try:
        items = look_at(chosen(form.ctx), field)
    except ClusterbyError as error:
        of_field = field is not None and "patches_field" in str(error)
        if not of_field:
            form.refuse("items_problem", "Nothing to cluster", str(error))
        items, problem = None, str(error) if of_field else None
    else:
        problem = None if items.n else f"patches_field={field!r}: there are none in it"
    offered = patch_fields(dataset)
    if problem or (offered and (items is None or items.kind == "samples" or field is not None)):
        form.choice(
            "patches_field", "Patches of", {name: name for name in offered}, error=problem,
            description="Cluster the labels of this field instead of the samples. Leave it empty for samples.",
        )  # fmt: skip
    return items if problem is None else None


def _ask_run_key(form: Form) -> str | None:
    dataset = form.ctx.dataset
    free = _free_key(dataset)
    key = form.value("run_key", free)
    replace = bool(form.value("overwrite"))
    error = refusal(check_run_key, dataset, key, overwrite=replace)
    form.text(
        "run_key", "Run key", default=free, error=error, required=True, description="What the run is called."
    )
    if replace or (error and isinstance(key, str) and dataset.has_run(key)):
        form.flag("overwrite", "Replace the clustering of that key", default=False)
    return None if error else str(key)


def _free_key(dataset: Any) -> str:
    taken = {*dataset.list_runs(), *(path.removesuffix("_cluster") for path in dataset.get_field_schema())}
    number = 1
    while (key := "clusters" if number == 1 else f"clusters_{number}") in taken:
        number += 1
    return key


def _ask_vectors(form: Form, items: Items | None) -> dict[str, Any]:
    """Ask where vectors come from; return what was chosen, the form's own defaults included."""
    keys = cbf.brain_keys(form.ctx.dataset)
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
        _ask_embeddings(form, fields, keys, problem)
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
    return chosen_ones


def _ask_embeddings(form: Form, fields: list[str], keys: list[str], problem: str | None) -> None:
    name = form.value("embeddings")
    choices = {field: f"field {field}" for field in fields} | {key: f"brain key {key}" for key in keys}
    if not choices:
        problem = "there is no field of vectors and no brain key: choose a model or an encoder"
    elif name is not None and name not in choices and not problem:
        problem = (
            f"embeddings={name!r}: no field of vectors and no brain key. Fields of vectors: {', '.join(fields) or 'none'}; "
            f"brain keys: {', '.join(keys) or 'none'}"
        )
    form.choice("embeddings", "Field or brain key", choices, default=next(iter(choices), None), error=problem)


def _ask_encoder(form: Form, items: Items | None) -> None:
    fitting = encoders.ENCODERS if form.value("by") is not None else encoders.find(modality="image")
    names = {"auto": "auto: the best that is here"} | {s.name: f"{s.name}: {s.summary}" for s in fitting}
    name = form.value("encoder", "auto")
    plain = name is None or "/" in name or ":" in name or name in names
    error = None if plain else refusal(encoders.get, name)
    if items is not None and items.media != "image" and form.value("by") is None:
        error = f"media of type {items.media!r} have no encoder here: choose other vectors, or a field of text to read"
    form.choice("encoder", "Encoder", names, default="auto", error=error)
    words = form.ctx.dataset.get_field_schema(ftype=_string_field())
    texts = {path: path for path in words if path not in ("filepath", "id", "media_type")}
    if texts and (items is None or items.kind == "samples"):
        by = form.value("by")
        error = (
            None
            if by is None or form.ctx.dataset.get_field(by) is not None
            else f"by={by!r}: there is no such field"
        )
        form.choice(
            "by", "Reads", texts, error=error, description="A field of text; empty for the media itself."
        )


def _string_field() -> Any:
    import fiftyone.core.fields as fof

    return fof.StringField


def _ask_field(form: Form, items: Items | None, key: str | None) -> str:
    name = form.value("cluster_field") or f"{key or 'RUN_KEY'}_cluster"
    error = f"cluster_field={name!r}: give a name without a dot" if "." in str(name) else None
    if items is not None and key is not None and error is None:
        for role, word in (("labels", name), ("names", f"{name}_name")):
            path = join_path(items.parent, word)
            error = error or refusal(check_field, form.ctx.dataset, path, run=key, role=role)
    form.text(
        "cluster_field", "New field", error=error,
        description=f"For the cluster of each item. Left empty: {key or 'RUN_KEY'}_cluster.",
    )  # fmt: skip
    form.flag("as_classification", "With the strength of each assignment, as a Classification", default=False)
    return str(name)


def _check(form: Form, items: Items | None, method: str) -> None:
    """Refuse what the method would refuse of its parameters together, and what this machine cannot hold."""
    own = method_parameters(form.params, method)
    k = given(form.params, "n_clusters")
    seed = parse(RANDOM_STATE, given(form.params, "random_state", 0))
    check_method(method, n_clusters=k, parameters=own, random_state=seed)
    if items is not None and method in clusterers.names():
        spec = clusterers.get(method)
        check_memory(spec, items.n, _dimension(items, form)[0], {**spec.overrides, **own})


def _dimension(items: Items, form: Form) -> tuple[int, bool]:
    """Return how long the vectors will be, and whether that is known."""
    name = form.value("embeddings", next(iter(items.vector_fields), None))
    if name in items.dimensions and form.value("source", "embeddings") in (None, "embeddings"):
        return items.dimensions[name], True
    encoder = form.value("encoder")
    if encoder is not None and refusal(encoders.get, encoder) is None and encoders.get(encoder).dimension:
        return int(encoders.get(encoder).dimension), True
    return _USUAL_DIMENSION, False


def _plan(items: Items, key: str | None, name: str, method: str, vectors: dict[str, Any], form: Form) -> str:
    """Say what will be done, in Markdown."""
    source = next((f"{word} `{value}`" for word, value in vectors.items() if word != "by"), "encoder `auto`")
    lines = [f"**{items.n:,} {items.kind}** will be clustered by `{method}` from {source}."]
    if refusal(clusterers.get, method) is None:
        d, known = _dimension(items, form)
        spec = clusterers.get(method)
        try:
            own = {**spec.overrides, **method_parameters(form.params, method)}
            size = estimated_bytes(spec, items.n, d, own)
        except (ClusterbyError, TypeError):
            size = None
        if size is not None:
            at = f"{d} dimensions" if known else f"{d} dimensions, if the vectors are that long"
            words = f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
            lines.append(f"It needs about **{words}** of memory at {at}.")
    if key is not None:
        path = join_path(items.parent, name)
        lines.append(
            f"It writes field `{path}` (and `{path}_name` once clusters have names) and run `{key}`; nothing else is changed."
        )
    return "  \n".join(lines)
