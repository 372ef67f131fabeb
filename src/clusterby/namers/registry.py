"""The namers, by name."""

from __future__ import annotations

from clusterby.core.errors import UnknownNamer
from clusterby.core.registry import Registry
from clusterby.namers.spec import NamerSpec

__all__ = ["NAMERS"]

NAMERS: Registry[NamerSpec] = Registry(
    "namer",
    catalog="clusterby.namers.catalog:SPECS",
    group="clusterby.namers",
    unknown=UnknownNamer,
    listing="clusterby namers",
)
"""Every registered namer; packages add theirs through the entry-point group ``clusterby.namers``."""
