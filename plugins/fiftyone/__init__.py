"""Clustering as a type of run in FiftyOne: operators and a panel on top of ``clusterby.fiftyone``."""

from __future__ import annotations

from typing import Any

from .operators import operators
from .panel import panels

__all__ = ["register"]


def register(plugin: Any) -> None:
    """Register every operator and panel of the plugin; FiftyOne calls it."""
    for operator in operators():
        plugin.register(operator)
    for panel in panels():
        plugin.register(panel)
