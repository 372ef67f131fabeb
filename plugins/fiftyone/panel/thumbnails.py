"""Small pictures, or lines of text, of the items that stand for a cluster."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fiftyone.core.patches import PatchesView
from PIL import Image, UnidentifiedImageError

from .opened import OpenRun
from .shown import exemplar_view
from .words import one_line

__all__ = ["Thumbnail", "thumbnails"]

_PIXELS = 128
_TEXT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """One item.

    Parameters
    ----------
    id : str
    source : str, optional
        The address of a picture; None where the item has none.
    text : str
        What is shown instead of a picture, or read aloud with it.
    """

    id: str
    source: str | None
    text: str


def thumbnails(dataset: Any, run: OpenRun, cluster: int, most: int = 12) -> list[Thumbnail]:
    """Return the items that stand for a cluster, the most typical first."""
    view = exemplar_view(dataset, run, cluster, most)
    field = dataset.app_config.grid_media_field or "filepath"
    if view.get_field(field) is None:
        field = "filepath"
    ids, paths = view.values(["id", field])
    texts = _texts(view, run) or [Path(path or "").name for path in paths]
    if isinstance(view, PatchesView):
        boxes = view.values(f"{view.patches_field}.bounding_box")
        sources = [_patch(path, box) for path, box in zip(paths, boxes, strict=True)]
    elif field == "filepath" and run.groups.table.native.media_type != "image":
        sources = [None] * len(ids)  # a browser shows no picture of a video or a cloud of points
    else:
        sources = [None if path is None else f"/media?filepath={quote(path)}" for path in paths]
    return [
        Thumbnail(id=i, source=source, text=one_line(text, _TEXT))
        for i, source, text in zip(ids, sources, texts, strict=True)
    ]


def _texts(view: Any, run: OpenRun) -> list[Any] | None:
    by = (run.info.get("source") or {}).get("by", "filepath")
    return None if by == "filepath" or view.get_field(by) is None else view.values(by)


def _patch(path: str | None, box: list[float] | None) -> str | None:
    """Return a patch as a picture of its own, None where it cannot be read."""
    if path is None or not box:
        return None
    try:
        with Image.open(path) as image:
            x, y, width, height = box
            left, top = round(x * image.width), round(y * image.height)
            right, bottom = round((x + width) * image.width), round((y + height) * image.height)
            patch = image.convert("RGB").crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    patch.thumbnail((_PIXELS, _PIXELS))
    file = io.BytesIO()
    patch.save(file, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
