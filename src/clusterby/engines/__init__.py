"""Where work over rows runs: here, on threads."""

from __future__ import annotations

from clusterby.engines.base import Engine
from clusterby.engines.local import LocalEngine

__all__ = ["Engine", "LocalEngine"]
