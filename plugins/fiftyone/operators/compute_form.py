"""The form of ``compute_clusters``: what is clustered, how, from which vectors, and what will be written."""

from __future__ import annotations

from typing import Any

import clusterby.fiftyone as cbf
from clusterby import clusterers, encoders
from clusterby.clusterers.fit import check_method
from clusterby.clusterers.memory import check_memory, estimated_bytes
from clusterby.core.errors import ClusterbyError
from clusterby.fiftyone.compute import check_run_key
from clusterby.fiftyone.fields import check_field
from clusterby.fiftyone.target import join_path

from .asked_form import ask_about
from .compute_settings import RANDOM_STATE, SOURCES, check_names, settings_of
from .form import Form, given, refusal
from .items import Items, ask_items
from .method_form import ask_method, ask_parameter, method_parameters, parse
from .vectors_form import ask_vectors

__all__ = ["ask_compute"]

_USUAL_DIMENSION = 512  # of the vectors of most image encoders, where the form cannot know


def ask_compute(form: Form) -> None:
    """Fill the form, each property with the reason for which it would be refused."""
    cbf.clean_up(form.ctx.dataset)  # what a killed process left would count as taken
    items = ask_items(form)
    source, vectors = ask_vectors(form, items)
    about = ask_about(form, items, source, vectors)
    method = ask_method(form, most=None if items is None else items.n)
    form.refuse("method_problem", "These parameters cannot be used", refusal(_check, form, items, method))
    key = _ask_run_key(form)
    name = _ask_field(form, items, key)
    ask_parameter(form, RANDOM_STATE.name, RANDOM_STATE, default=0, label="Seed")
    form.refuse("names_problem", "Unknown parameter", refusal(check_names, form.params, method))
    if not form.refused:
        form.refuse("values_problem", "These values cannot be used", refusal(settings_of, form.params))
    if items is not None:
        form.say("plan", _plan(items, key, name, method, vectors, about, form))


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


def _plan(
    items: Items,
    key: str | None,
    name: str,
    method: str,
    vectors: dict[str, Any],
    about: list[str],
    form: Form,
) -> str:
    """Say what will be done, in Markdown."""
    source = next((f"{word} `{vectors[word]}`" for word in SOURCES if word in vectors), "encoder `auto`")
    lines = [f"**{items.n:,} {items.kind}** will be clustered by `{method}` from {source}.", *about]
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
        names = "" if any("named after" in line for line in about) else " once clusters have names"
        lines.append(
            f"It writes field `{path}` (and `{path}_name`{names}) and run `{key}`; nothing else is changed."
        )
    return "  \n".join(lines)
