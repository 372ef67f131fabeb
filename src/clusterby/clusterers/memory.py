"""Methods that keep the distances of all pairs: refused where they cannot fit, before they start."""

from __future__ import annotations

import os

from clusterby.clusterers.base import ClustererSpec
from clusterby.core.errors import InvalidParameter

__all__ = ["check_memory"]


def check_memory(spec: ClustererSpec, n_rows: int) -> None:
    """Refuse more rows than this machine can hold the distances of, for a method that keeps them all.

    Raises
    ------
    InvalidParameter
        If half of the distance matrix, in float64, is larger than the machine's memory.

    Examples
    --------
    >>> from clusterby.clusterers import get
    >>> check_memory(get("hierarchical"), 1_000)
    """
    if spec.memory == "linear":
        return
    needed, there = 4 * n_rows**2, _machine_bytes()
    if there is not None and needed > there:
        raise InvalidParameter(
            f"method '{spec.name}' needs about {needed / 1e9:,.0f} GB for {n_rows:,} rows and this machine has "
            f"{there / 1e9:,.0f} GB: use kmeans, bisecting_kmeans or birch, or cluster a sample and predict the rest"
        )


def _machine_bytes() -> int | None:
    """Return the size of the machine's memory, or None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
