"""Which run of the dataset an operator is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import clusterby.fiftyone as cbf
from clusterby.core.errors import UnknownName

from .form import Form, given

__all__ = ["ask_run", "cluster_choices", "run_key_of"]


def ask_run(form: Form, *, leave_out: Callable[[dict[str, Any]], bool] = lambda info: False) -> str | None:
    """Ask for a run; return its key, None where there is none or it does not exist."""
    dataset = form.ctx.dataset
    infos = {key: cbf.clustering_info(dataset, key) for key in cbf.list_clusterings(dataset)}
    kept = {key: info for key, info in infos.items() if not leave_out(info)}
    if not kept:
        why = (
            "the dataset has no clustering"
            if not infos
            else "its clusterings were all written by the original plugin"
        )
        form.refuse("no_runs", "Nothing to choose from", f"{why}: run 'Compute clusters' first")
        return None
    latest = max(kept, key=lambda key: str(kept[key].get("created") or ""))
    key = form.value("run_key", latest)
    error = None
    if key is None:
        error = f"run_key: give one of {', '.join(map(repr, kept))}"
    elif key not in kept:
        error = str(UnknownName("clustering", key, kept))
    choices = {key: f"{key}: {_in_words(info)}" for key, info in kept.items()}
    form.choice("run_key", "Run", choices, default=latest, error=error, required=True)
    return None if error else str(key)


def run_key_of(ctx: Any) -> str:
    """Return the key that was filled in."""
    return str(given(ctx.params, "run_key"))


def cluster_choices(dataset: Any, key: str) -> dict[str, str]:
    """Return a run's clusters by their ids, as words: ``"3: night scenes (41)"``; without noise."""
    groups = cbf.load_clusters(dataset, key)
    sizes = {int(c): int((groups.partition.labels == c).sum()) for c in groups.partition.clusters}
    return {
        str(c): f"{c}{f': {groups.names_[c]}' if c in groups.names_ else ''} ({size:,})"
        for c, size in sizes.items()
    }


def _in_words(info: dict[str, Any]) -> str:
    parts = [str(info["method"])]
    if info.get("n_clusters") is not None:
        parts.append(f"{info['n_clusters']} clusters")
    if info.get("created"):
        parts.append(str(info["created"])[:16].replace("T", " "))
    return ", ".join(parts)
