"""The verbs: each joins parts of the floor below and returns a noun."""

from __future__ import annotations

from clusterby.ops.cluster import cluster
from clusterby.ops.embed import embed

__all__ = ["cluster", "embed"]
