"""Small encoded pictures for reports."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from clusterby.media.image import decode_image

__all__ = ["thumbnail"]

_FLAT = 64
"""Up to so many colors PNG is smaller than JPEG, and sharper."""


def thumbnail(cell: Any, *, base: Path | None = None, pixels: int = 96) -> tuple[str, bytes]:
    """Return a small picture of an image: its MIME type and its encoded bytes.

    An image less than half as large as asked for grows by a whole factor, its pixels kept sharp: 8 × 8
    pixels become 96 × 96. Images of few colors become PNG, others JPEG.

    Parameters
    ----------
    cell : object
        See :func:`clusterby.media.decode_image`.
    base : Path, optional
        The second folder in which a relative path is looked for.
    pixels : int
        The longer side at most.

    Raises
    ------
    UnreadableCell
        If the cell cannot be decoded.

    Examples
    --------
    >>> import numpy as np
    >>> mime, content = thumbnail(np.zeros((8, 8), dtype="uint8"))
    >>> mime, Image.open(io.BytesIO(content)).size
    ('image/png', (96, 96))
    """
    image = decode_image(cell, base=base, shrink_to=pixels)
    factor = pixels // max(image.size)
    if factor > 1:
        image = image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    else:
        image.thumbnail((pixels, pixels), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    if factor > 1 or image.getcolors(_FLAT) is not None:
        image.save(encoded, "PNG", optimize=True)
        return "image/png", encoded.getvalue()
    image.save(encoded, "JPEG", quality=82, optimize=True)
    return "image/jpeg", encoded.getvalue()
