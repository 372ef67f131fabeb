"""Fields that hold a region of each image."""

from __future__ import annotations

from typing import Any

import fiftyone.core.fields as fof

from clusterby.tables.fiftyone_regions import region_paths

__all__ = ["region_fields"]

_PROBE = 50  # items that are looked at for how long their lists are


def region_fields(collection: Any) -> list[str]:
    """Return the fields of a collection that can hold a region of each image: labels with a shape, and lists of four numbers."""
    found = list(region_paths(collection))
    some = collection.limit(_PROBE)
    for path, field in collection.get_field_schema().items():
        if isinstance(field, fof.VectorField) or (
            isinstance(field, fof.ListField) and isinstance(field.field, fof.FloatField)
        ):
            lengths = {len(value) for value in some.values(path) if value is not None}
            found += [path] if lengths == {4} else []
    return found
