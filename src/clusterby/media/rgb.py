"""Bring images of any mode to 8-bit RGB."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageCms

from clusterby.core.errors import UnreadableCell

__all__ = ["to_rgb"]

_CEILINGS = (255.0, 4095.0, 65535.0)
"""The largest values that 8, 12 and 16 bits hold."""


def to_rgb(image: Image.Image) -> Image.Image:
    """Return an image as RGB: the image itself if it is opaque RGB already, else a new one.

    Transparent pixels are laid on white. Gray of 16 or 32 bits is scaled linearly, from 0 to the
    largest value of the first of 8, 12 and 16 bits that covers it, else to its own maximum; floating
    point between 0 and 1 from 0 to 1. Where values are negative, from the smallest to the largest.

    Raises
    ------
    UnreadableCell
        If a floating-point image holds values that are not finite.
    ValueError
        If Pillow knows no way from the image's mode to RGB.

    Examples
    --------
    >>> to_rgb(Image.new("RGBA", (1, 1), (255, 0, 0, 0))).getpixel((0, 0))
    (255, 255, 255)
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _from_deep_gray(image).convert("RGB")
    if image.has_transparency_data:
        alpha = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
        white = Image.new("RGBA", alpha.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, alpha).convert("RGB")
    if image.mode == "LAB":
        return _from_lab(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_deep_gray(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnreadableCell("pixels that are not finite (NaN or infinity)")
    floor = min(0.0, low)
    ceilings = (1.0, *_CEILINGS) if image.mode == "F" else _CEILINGS
    ceiling = high if floor < 0 else next((c for c in ceilings if c >= high), high)
    scale = 255.0 / ((ceiling - floor) or 1.0)
    return Image.fromarray(np.rint(values * scale - floor * scale).clip(0, 255).astype(np.uint8))


def _from_lab(image: Image.Image) -> Image.Image:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:  # only an image that is transformed in place gives none
        raise ValueError("cannot convert LAB to RGB")
    return converted
