"""From older schemas of runs on disk to this one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from clusterby.core.errors import InvalidTable

__all__ = ["SCHEMA", "STEPS", "migrated"]

SCHEMA = 1
"""The schema in which runs are written: what is in which file of a run's folder, and under which name."""

Content: TypeAlias = tuple[dict[str, Any], dict[str, bytes]]
"""A manifest, and the other files of a run by name."""

STEPS: dict[int, Callable[[Content], Content]] = {}
"""For each older schema the function that makes the next one of it. Each has a kept example in ``tests/runs/data``."""


def migrated(
    manifest: Mapping[str, Any],
    files: Mapping[str, bytes],
    steps: Mapping[int, Callable[[Content], Content]] = STEPS,
) -> Content:
    """Return a run's content in the schema of this version; what is on the disk stays as it is.

    Parameters
    ----------
    manifest : mapping
    files : mapping of str to bytes
    steps : mapping of int to callable
        For each schema the way to the next.

    Raises
    ------
    InvalidTable
        If it was written by a later version.
    ValueError
        If it does not say in which schema it is.
    """
    schema = manifest.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise ValueError(f"it does not say in which schema it is: {schema!r:.40}")
    last = max(steps, default=0) + 1
    if schema > last:
        by = manifest.get("versions")
        written = by.get("clusterby", "of a later version") if isinstance(by, dict) else "of a later version"
        raise InvalidTable(
            f"the run was written by clusterby {written} in schema {schema}, and this one reads up to {last}: upgrade clusterby"
        )
    content = dict(manifest), dict(files)
    while schema < last:
        content = steps[schema](content)
        schema += 1
        content[0]["schema"] = schema
    return content
