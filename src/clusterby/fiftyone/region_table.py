"""Fields that hold a region of each image, as columns of a table."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.core.fields as fof
import numpy as np

from clusterby.core.column import Column
from clusterby.core.errors import UnknownColumn
from clusterby.tables.fiftyone import FiftyOneTable

__all__ = ["RegionTable", "region_fields"]

_SHAPES = {
    fo.Detection: "bounding_box",
    fo.Detections: "detections.bounding_box",
    fo.Polyline: "points",
    fo.Polylines: "polylines.points",
}
"""What of a label is its region."""

_PROBE = 50  # items that are looked at for how long their lists are


class RegionTable(FiftyOneTable):
    """A collection as a table in which fields of detections and polylines are columns, too: their boxes and points.

    A sample with several of them has several regions in its cell.
    """

    def column(self, name: str) -> Column:
        """Return a field's values; of labels the regions, in the order of the rows."""
        paths = _label_paths(self.native)
        if name not in paths:
            if name not in self.columns:
                raise UnknownColumn(name, [*paths, *self.columns])
            return super().column(name)
        found = dict(zip(*self.native.values(["id", paths[name]]), strict=True))
        cells = np.empty(self.n_rows, dtype=object)
        for row, identifier in enumerate(self.ids(np.arange(self.n_rows))):
            cells[row] = found.get(identifier)
        return Column(name=name, cells=cells, type="object")


def region_fields(collection: Any) -> list[str]:
    """Return the fields of a collection that can hold a region of each image: labels with a shape, and lists of four numbers."""
    found = list(_label_paths(collection))
    some = collection.limit(_PROBE)
    for path, field in collection.get_field_schema().items():
        if isinstance(field, fof.VectorField) or (
            isinstance(field, fof.ListField) and isinstance(field.field, fof.FloatField)
        ):
            lengths = {len(value) for value in some.values(path) if value is not None}
            found += [path] if lengths == {4} else []
    return found


def _label_paths(collection: Any) -> dict[str, str]:
    """Return the paths of the regions by the fields of the labels."""
    schema = collection.get_field_schema(embedded_doc_type=tuple(_SHAPES))
    return {name: f"{name}.{_SHAPES[field.document_type]}" for name, field in schema.items()}
