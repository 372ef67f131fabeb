"""The regions that a FiftyOne collection's labels have: boxes of detections, points of polylines."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

__all__ = ["region_paths"]

_SHAPES = {
    fo.Detection: "bounding_box",
    fo.Detections: "detections.bounding_box",
    fo.Polyline: "points",
    fo.Polylines: "polylines.points",
}
"""What of a label is its region."""


def region_paths(collection: Any) -> dict[str, str]:
    """Return where the regions are of each field of labels with a shape: ``{"objects": "objects.detections.bounding_box"}``."""
    schema = collection.get_field_schema(embedded_doc_type=tuple(_SHAPES))
    return {name: f"{name}.{_SHAPES[field.document_type]}" for name, field in schema.items()}
