"""Real data to try things on, made from what is installed: nothing is downloaded."""

from __future__ import annotations

from clusterby.samples.digits import digits

__all__ = ["digits"]
