"""Show what a run was made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby.instructions import Followed

from .clustering_operator import ClusteringOperator
from .form import Form
from .runs import ask_run, run_key_of

__all__ = ["GetClusteringRunInfo"]

_FIRST = (
    "run_key",
    "method",
    "n_clusters",
    "cluster_field",
    "created",
    "random_state",
    "parameters",
    "source",
    "asked",
    "followed",
)


class GetClusteringRunInfo(ClusteringOperator):
    """Show a run's method, parameters, seed, vectors, versions and date."""

    named = "get_clustering_run_info"
    label = "Show a clustering run"
    about = "What a run was made with: method, parameters, seed, vectors, versions"
    submit = "Show"

    def ask(self, form: Form) -> None:
        """Ask for the run, and show it at once."""
        key = ask_run(form)
        if key is not None:
            form.say("info", _in_markdown(cbf.clustering_info(form.ctx.dataset, key)))

    def work(self, ctx: Any) -> dict[str, Any]:
        """Read the run's facts."""
        return _ordered(cbf.clustering_info(ctx.dataset, run_key_of(ctx)))

    def show(self, outputs: types.Object, results: dict[str, Any]) -> None:
        """Show the facts as a table."""
        outputs.str("info", default=_in_markdown(results), view=types.MarkdownView(read_only=True))

    def __call__(self, dataset: Any, run_key: str) -> dict[str, Any]:
        """Return what a run was made with; see :func:`clusterby.fiftyone.clustering_info`."""
        return _ordered(cbf.clustering_info(dataset, run_key))


def _ordered(info: dict[str, Any]) -> dict[str, Any]:
    return {
        name: info[name]
        for name in (*[n for n in _FIRST if n in info], *[n for n in info if n not in _FIRST])
    }


def _in_markdown(info: dict[str, Any]) -> str:
    rows = [f"| {name} | {_cell(value)} |" for name, value in _rows(info) if value not in (None, "", [], {})]
    return "\n".join(["| | |", "|---|---|", *rows])


def _rows(info: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the facts in order; how an instruction was carried out in words, and then the words themselves."""
    for name, value in _ordered(info).items():
        if name != "followed":
            yield name, value
            continue
        for followed in map(Followed.of_plain, value):
            yield name, str(followed)
            yield "words", ", ".join(followed.words)
            yield "templates", list(followed.templates)
            yield "ignored", ", ".join(followed.ignored)
            yield "warnings", list(followed.warnings)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        value = ", ".join(f"{name}={inner}" for name, inner in value.items() if inner is not None)
    elif isinstance(value, list):
        value = "; ".join(map(_cell, value))
    return str(value).replace("|", "\\|").replace("\n", " ")
