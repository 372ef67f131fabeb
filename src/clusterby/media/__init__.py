"""Media: tell what the cells of a column are, and decode each one or say why not.

Examples
--------
>>> import numpy as np
>>> from clusterby.core.column import Column
>>> column = Column(name="note", cells=np.array(["a red car", "two blue cars", None], dtype=object), type="string")
>>> modality = infer_modality(column)
>>> modality
<Modality.TEXT: 'text'>
>>> decoded = decode(column, modality)
>>> decoded.rows.tolist(), dict(decoded.faults)
([0, 1], {2: 'missing value'})
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from clusterby.media.audio import decode_audio
from clusterby.media.decode import decode, decode_cell
from clusterby.media.decoded import Decoded
from clusterby.media.infer import infer_modality, likely_modality
from clusterby.media.text import decode_text, decode_texts
from clusterby.media.values import decode_categories, decode_dates, decode_numbers
from clusterby.media.vectors import decode_vectors

if TYPE_CHECKING:
    from clusterby.media.image import decode_image
    from clusterby.media.thumbnail import thumbnail

__all__ = [
    "Decoded",
    "decode",
    "decode_audio",
    "decode_categories",
    "decode_cell",
    "decode_dates",
    "decode_image",
    "decode_numbers",
    "decode_text",
    "decode_texts",
    "decode_vectors",
    "infer_modality",
    "likely_modality",
    "thumbnail",
]

_WITH_PILLOW = {"decode_image": "clusterby.media.image", "thumbnail": "clusterby.media.thumbnail"}


def __getattr__(name: str) -> Any:
    if name not in _WITH_PILLOW:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WITH_PILLOW[name]), name)
