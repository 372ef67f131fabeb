"""The panel that shows the clusterings of a dataset."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

__all__ = ["CLUSTERS_PANEL", "panels"]

CLUSTERS_PANEL = "clusters_panel"
"""The name of the panel, as ``ctx.ops.open_panel()`` takes it."""


def panels() -> list[Any]:
    """Return the classes of the panels; without clusterby one that says how to install it."""
    if find_spec("clusterby") is None:
        from .missing import MissingPanel

        return [MissingPanel]
    from .clusters_panel import ClustersPanel

    return [ClustersPanel]
