"""The part of a report that its script reads: the places of all rows, packed."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from clusterby.core.column import FloatArray, IntArray
from clusterby.views.palette import color
from clusterby.views.prose import shortened, visible
from clusterby.views.report_data import ReportData, Scatter

__all__ = ["embed_json", "payload"]

_STEPS = 65_535
_CAPTION_LENGTH = 160


def payload(data: ReportData) -> dict[str, Any]:
    """Return what the script of a report reads, of values that JSON has.

    Places are rounded to 1/65,535 of the map's longer side and written, like the clusters, as base64 of
    little-endian integers: six bytes for a row where there are at most 255 clusters.
    """
    cards = [
        {
            "id": card.id,
            "title": visible(card.title),
            "named": bool(card.name),
            "size": card.size,
            "color": color(card.id),
        }
        for card in data.cards
    ]
    points = None if data.scatter is None else _points(data.scatter, [card.id for card in data.cards])
    return {"cards": cards, "points": points}


def embed_json(value: Any) -> Markup:
    r"""Return JSON that is safe inside a script element: nothing in it can end the element or a line.

    Examples
    --------
    >>> print(embed_json("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  the four characters that HTML knows are gone


def _points(scatter: Scatter, ids: list[int]) -> dict[str, Any]:
    captions = scatter.captions
    return {
        "count": len(scatter),
        "places": _base64(_rounded(scatter.x, scatter.y)),
        "cards": _base64(_positions(scatter.labels, ids)),
        "runs": _runs(scatter.rows),
        "captions": None if captions is None else [shortened(visible(c), _CAPTION_LENGTH) for c in captions],
    }


def _rounded(x: FloatArray, y: FloatArray) -> NDArray[np.uint16]:
    """Return x and y in turn, (2 m,), both in the same unit and centered in the square."""
    places = np.stack([x, y], axis=1).astype(np.float64)
    if len(places):
        low, high = places.min(axis=0), places.max(axis=0)
        places -= (low + high) / 2
        places /= max(float((high - low).max()), np.finfo(np.float64).tiny)
    return np.rint((places + 0.5) * _STEPS).astype("<u2").ravel()


def _positions(labels: IntArray, ids: list[int]) -> NDArray[np.unsignedinteger[Any]]:
    """Return the position of each label in `ids`, in the smallest type that holds them."""
    order = np.argsort(ids)
    positions = order[np.searchsorted(np.asarray(ids, dtype=np.int64), labels, sorter=order)]
    kind = next(kind for kind in ("<u1", "<u2", "<u4") if len(ids) <= np.iinfo(kind).max)
    found: NDArray[np.unsignedinteger[Any]] = positions.astype(kind)
    return found


def _runs(rows: IntArray) -> str:
    """Return where a run of consecutive rows begins and with which row, in turn, as base64 of uint32."""
    begins = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
    return _base64(np.stack([begins, rows[begins]], axis=1).astype("<u4").ravel())


def _base64(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")
