"""Runs on a dataset: what is written as a custom run of FiftyOne, and how it is read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from fiftyone.core.runs import Run

from clusterby.core.errors import InvalidTable, UnknownName
from clusterby.fiftyone.layout import RUN_KIND, Stored, config_of, results_of, stored_of
from clusterby.fiftyone.pending import Pending
from clusterby.runs.record import checked_schema

__all__ = [
    "RUN_KIND",
    "UNFINISHED",
    "Stored",
    "config_at",
    "has_results",
    "is_ours",
    "read",
    "register",
    "same_view",
    "take_place",
    "unknown_run",
    "update_config",
]

UNFINISHED = "__writing"
"""What the key of a run ends with that is to replace another."""


def config_at(dataset: Any, key: str) -> Any:
    """Return a run's config as it is stored; FiftyOne would import the class that wrote it, which may be nowhere."""
    return SimpleNamespace(**Run._get_run_doc(dataset, key).config)


def is_ours(config: Any) -> bool:
    """Whether a run's config was written by this package."""
    return getattr(config, "run_kind", None) == RUN_KIND and hasattr(config, "schema")


def register(view: Any, dataset: Any, key: str, stored: Stored, *, pending: Pending | None = None) -> None:
    """Register a run with its results.

    Parameters
    ----------
    view : dataset or view
        What was clustered: FiftyOne keeps its stages with the run.
    dataset : Dataset
    key : str
        One that is not taken.
    stored : Stored
    pending : Pending, optional
        What is to be done with the run.
    """
    config = config_of(stored) | ({} if pending is None else {"pending": pending.plain()})
    view.register_run(key, dataset.init_run(**config))
    try:
        results = dataset.init_run_results(key, **results_of(stored))
        dataset.save_run_results(key, results, cache=False)
    except BaseException:
        dataset.delete_run(key)
        raise


def same_view(dataset: Any, key: str, other: str) -> None:
    """Let a run be about the view that another run is about."""
    run = Run._get_run_doc(dataset, key)
    run.view_stages = Run._get_run_doc(dataset, other).view_stages
    run.save()


def take_place(dataset: Any, key: str) -> None:
    """Put a run that was written to replace another in its place."""
    if dataset.has_run(key):
        dataset.delete_run(key)
    dataset.rename_run(key + UNFINISHED, key)


def has_results(dataset: Any, key: str) -> bool:
    """Whether a run's results are stored and still there."""
    results = Run._get_run_doc(dataset, key).results
    return bool(results) and results.get() is not None  # without reading them


def update_config(dataset: Any, key: str, stored: Stored) -> None:
    """Replace the config of a run of ours; nothing is to be done with it then."""
    dataset.update_run_config(key, dataset.init_run(**config_of(stored)))


def read(dataset: Any, key: str) -> Stored:
    """Return a run of ours from the database, whatever this process has seen of it before.

    Raises
    ------
    UnknownName
        If there is none of that key.
    InvalidTable
        If it is damaged, or of a later version.
    """
    if not dataset.has_run(key) or not is_ours(config_at(dataset, key)):
        raise unknown_run(dataset, key)
    config = config_at(dataset, key)
    checked_schema(vars(config))
    if not has_results(dataset, key):
        raise InvalidTable(
            f"run {key!r} has no results; unless another process is writing it now, delete it with delete_clusters(), and "
            "cluster again"
        )
    results = dataset.load_run_results(key, cache=False, load_view=False)
    try:
        return stored_of(config, results)
    except InvalidTable:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise InvalidTable(
            f"the results of run {key!r} are damaged ({error!r}): delete it, and cluster again"
        ) from None


def unknown_run(dataset: Any, key: Any) -> UnknownName:
    """Return the error that says which clusterings a dataset has."""
    known = [k for k in dataset.list_runs() if getattr(config_at(dataset, k), "run_kind", None) == RUN_KIND]
    return UnknownName(
        "clustering", key, known, listing=f"clusterby.fiftyone.list_clusterings on {dataset.name!r}"
    )
