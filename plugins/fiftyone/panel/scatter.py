"""The map: a place in the plane for every item, colored by cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import clusterby.fiftyone as cbf
from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.partition import NOISE
from clusterby.views.layout import layout
from clusterby.views.palette import color

from .opened import OpenRun
from .words import cluster_title, escape_plotly

__all__ = ["OWN_LAYOUT", "Places", "places_of", "traces", "visualizations"]

OWN_LAYOUT = "vectors of the run"
"""What the map is called that is computed on the spot; no brain key, which is an identifier."""

_MOST_DRAWN = 50_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where items lie.

    Parameters
    ----------
    ids : list of str
    xy : float32 (m, 2)
    labels : int64 (m,)
    method : str
        How the places were found, as a sentence.
    """

    ids: list[str]
    xy: FloatArray
    labels: Any
    method: str


def visualizations(dataset: Any, run: OpenRun) -> list[str]:
    """Return the keys of the brain's two-dimensional visualizations of what was clustered."""
    patches = run.info.get("patches_field")
    found = []
    for key in dataset.list_brain_runs(type="visualization"):
        config = dataset.get_brain_info(key).config
        if getattr(config, "patches_field", None) == patches and getattr(config, "num_dims", 2) == 2:
            found.append(key)
    return sorted(found) if run.info.get("kind") != "frames" else []


def places_of(dataset: Any, run: OpenRun, source: str) -> Places:
    """Return where the items of a run lie, by a brain key or by the vectors of the run.

    Raises
    ------
    ClusterbyError
        If the vectors are gone, or the brain run has none of the items.
    """
    return run.once(
        f"places {source}",
        lambda: _own(dataset, run) if source == OWN_LAYOUT else _brain(dataset, run, source),
    )


def _own(dataset: Any, run: OpenRun) -> Places:
    # a result of its own, so that the vectors are let go of when they have been laid out
    groups = cbf.load_clusters(dataset, run.key)
    found = layout(groups.embeddings.vectors, random_state=groups.partition.random_state or 0)
    return Places(ids=run.ids, xy=found.places, labels=run.labels, method=found.method)


def _brain(dataset: Any, run: OpenRun, key: str) -> Places:
    results = dataset.load_brain_results(key) if dataset.has_brain_run(key) else None
    if results is None:
        raise InvalidParameter(
            f"visualization {key!r} has no results: compute it again, or choose another map"
        )
    ids = results.sample_ids if results.config.patches_field is None else results.label_ids
    label = run.clusters_by_id
    at = [i for i, identifier in enumerate(ids) if str(identifier) in label]
    if not at:
        raise InvalidParameter(
            f"visualization {key!r} has none of the items of run {run.key!r}: choose another map"
        )
    known = [str(ids[i]) for i in at]
    return Places(
        ids=known,
        xy=np.asarray(results.points, dtype=np.float32)[at, :2],
        labels=np.array([label[i] for i in known], dtype=np.int64),
        method=f"Visualization {key}: {len(known):,} of {len(label):,} items.",
    )


def traces(places: Places, names: Mapping[int, str]) -> tuple[list[dict[str, Any]], str]:
    """Return a trace of Plotly for each cluster, the noise first and so beneath, and what is to be said of them."""
    n = len(places.ids)
    drawn, sentence = np.arange(n), places.method
    if n > _MOST_DRAWN:
        drawn = np.sort(np.random.default_rng(0).choice(n, _MOST_DRAWN, replace=False))
        sentence += f" {_MOST_DRAWN:,} of {n:,} points, drawn by chance, are shown."
    labels = places.labels[drawn]
    found = []
    for cluster in np.unique(labels).tolist():
        at = drawn[labels == cluster]
        title = escape_plotly(cluster_title(cluster, names.get(cluster)))
        found.append(
            {
                "type": "scattergl", "mode": "markers", "name": title, "text": title, "hoverinfo": "text",
                "x": np.round(places.xy[at, 0].astype(np.float64), 4).tolist(),
                "y": np.round(places.xy[at, 1].astype(np.float64), 4).tolist(),
                "ids": [places.ids[i] for i in at],
                "marker": {
                    "color": color(cluster), "size": _size(len(drawn)), "opacity": 0.45 if cluster == NOISE else 0.85
                },
            }
        )  # fmt: skip
    return found, sentence


def _size(n: int) -> float:
    """Return the diameter of a point in pixels: smaller where there are many."""
    return float(np.clip(24 - 4.4 * np.log10(max(n, 10)), 3, 9))
