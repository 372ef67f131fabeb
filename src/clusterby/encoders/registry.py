"""The registered encoders."""

from __future__ import annotations

from clusterby.core.errors import UnknownEncoder
from clusterby.core.registry import Registry
from clusterby.encoders.base import EncoderSpec

__all__ = ["ENCODERS"]

ENCODERS: Registry[EncoderSpec] = Registry(
    "encoder",
    catalog="clusterby.encoders.catalog:SPECS",
    group="clusterby.encoders",
    unknown=UnknownEncoder,
    listing="clusterby encoders",
)
