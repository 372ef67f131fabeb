"""The clustering methods, by name."""

from __future__ import annotations

from clusterby.clusterers.base import ClustererSpec
from clusterby.core.errors import UnknownMethod
from clusterby.core.registry import Registry

__all__ = ["METHODS"]

METHODS: Registry[ClustererSpec] = Registry(
    "method",
    catalog="clusterby.clusterers.catalog:SPECS",
    group="clusterby.clusterers",
    unknown=UnknownMethod,
    listing="clusterby methods",
)
"""Every registered method; packages add theirs through the entry-point group ``clusterby.clusterers``."""
