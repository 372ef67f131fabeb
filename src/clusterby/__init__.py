"""groupby for what things look like or mean.

Examples
--------
>>> import clusterby as cb
>>> table = {"color": [[255, 0, 0], [250, 5, 0], [0, 0, 255]], "price": [3.0, 5.0, 9.0]}
>>> groups = cb.clusterby(table, "color", n_clusters=2)
>>> sorted(groups["price"].mean()["price"])
[4.0, 9.0]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clusterby import cache, clusterers, encoders, namers, runs, samples
    from clusterby.core.embeddings import Embeddings
    from clusterby.core.errors import ClusterbyError
    from clusterby.core.progress import report_progress
    from clusterby.groups import ClusterBy, GroupBy, Labels, SliceBy, clusterby, groupby, label, sliceby
    from clusterby.instructions import Box, Boxes, Instruction, Polygon
    from clusterby.ops import cluster, embed

__version__ = "0.1.0.dev0"

__all__ = [
    "Box",
    "Boxes",
    "ClusterBy",
    "ClusterbyError",
    "Embeddings",
    "GroupBy",
    "Instruction",
    "Labels",
    "Polygon",
    "SliceBy",
    "cache",
    "cluster",
    "clusterby",
    "clusterers",
    "embed",
    "encoders",
    "groupby",
    "label",
    "namers",
    "report_progress",
    "runs",
    "samples",
    "sliceby",
]

_HOMES = {
    "Box": "clusterby.instructions",
    "Boxes": "clusterby.instructions",
    "Instruction": "clusterby.instructions",
    "Polygon": "clusterby.instructions",
    "ClusterBy": "clusterby.groups",
    "ClusterbyError": "clusterby.core.errors",
    "Embeddings": "clusterby.core.embeddings",
    "GroupBy": "clusterby.groups",
    "Labels": "clusterby.groups",
    "SliceBy": "clusterby.groups",
    "cluster": "clusterby.ops",
    "clusterby": "clusterby.groups",
    "embed": "clusterby.ops",
    "groupby": "clusterby.groups",
    "label": "clusterby.groups",
    "report_progress": "clusterby.core.progress",
    "sliceby": "clusterby.groups",
}
_SUBPACKAGES = ("cache", "clusterers", "encoders", "namers", "runs", "samples")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _SUBPACKAGES:
        found = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
