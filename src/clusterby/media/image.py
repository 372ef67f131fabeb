"""Decode images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from PIL import ExifTags, Image

from clusterby.core.errors import UnreadableCell
from clusterby.media.open_cell import open_cell
from clusterby.media.open_image import PILLOW_ERRORS, in_our_words, open_image
from clusterby.media.rgb import to_rgb
from clusterby.media.scalars import MISSING, is_missing

__all__ = ["MAX_PIXELS", "Cut", "decode_image"]

MAX_PIXELS = 178_956_970
"""The pixels an image may have: a gigabyte at 6 bytes each, the number at which Pillow warns."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
_LOCKS = tuple(Lock() for _ in range(64))
"""One for each image object, by its identity: two rows may hold the same one, and loading is not thread-safe."""


class Cut(Protocol):
    """What is made of an image before anything of it is resized."""

    def part(self, size: tuple[int, int]) -> float | None:
        """Return what is kept of the sides of an image of that width and height, at least.

        None if its pixels must be exact, so that the image is not decoded at a fraction of its size.
        """

    def __call__(self, image: Image.Image, size: tuple[int, int]) -> Image.Image:
        """Return what is kept of an image, RGB and upright; `size` is what it has where it is not decoded smaller."""


def decode_image(
    cell: Any,
    *,
    base: Path | None = None,
    shrink_to: int | None = None,
    max_pixels: int = MAX_PIXELS,
    cut: Cut | None = None,
) -> Image.Image:
    """Return one image as RGB, upright, on white where it is transparent.

    Safe to call from several threads. Of an animated image the first frame is taken. Gray of more
    than 8 bits is scaled linearly, see :func:`clusterby.media.rgb.to_rgb`.

    Parameters
    ----------
    cell : str, PathLike, bytes, PIL.Image.Image, ndarray, or mapping
        A path (a relative one is resolved in the working folder, then in `base`); the bytes of a file;
        a Pillow image, which is not changed; uint8 pixels (h, w) or (h, w, 1, 3 or 4); or
        ``{"bytes": …, "path": …}`` as Hugging Face datasets have it.
    base : Path, optional
        The second folder in which a relative path is looked for.
    shrink_to : int, optional
        The shorter side of the result, in pixels; a smaller image stays as it is. Large JPEG files are
        decoded at a fraction of their size, which is faster and takes less memory.
    max_pixels : int
        An image that claims more is refused before it is decoded.
    cut : Cut, optional
        Applied to the upright image; its result is returned as it is, so that shrinking is its own affair.

    Raises
    ------
    UnreadableCell
        If there is no image to be had; the message is a short reason without the path.

    Examples
    --------
    >>> import numpy as np
    >>> decode_image(np.zeros((20, 30), dtype="uint8"), shrink_to=10).size
    (15, 10)
    """
    if is_missing(cell):
        raise UnreadableCell(MISSING)
    if isinstance(cell, Mapping):
        return _decode_record(cell, base=base, shrink_to=shrink_to, max_pixels=max_pixels, cut=cut)
    if isinstance(cell, Image.Image):
        _check_size(*cell.size, max_pixels)
        with _LOCKS[id(cell) // 64 % len(_LOCKS)]:
            image = _finish(cell, shrink_to, cut)
        return image.copy() if image is cell else image
    if isinstance(cell, np.ndarray):
        return _finish(_from_array(cell, max_pixels), shrink_to, cut)
    with open_cell(cell, base=base, otherwise="not an image") as stream:
        opened = open_image(stream)
        _check_size(*opened.size, max_pixels)
        whole = opened.size
        part = 1.0 if cut is None else _part(opened, cut)
        if shrink_to is not None and part is not None:
            _draft(opened, shrink_to / part)
        return _finish(opened, shrink_to, cut, whole=None if opened.size == whole else whole)


def _decode_record(cell: Mapping[Any, Any], **how: Any) -> Image.Image:
    content, path = cell.get("bytes"), cell.get("path")
    if content is None and path is None:
        known = "bytes" in cell or "path" in cell
        raise UnreadableCell(MISSING if known else "a mapping without 'bytes' and 'path'")
    return decode_image(path if content is None else content, **how)


def _from_array(pixels: Any, max_pixels: int) -> Image.Image:
    if pixels.dtype != np.uint8:
        raise UnreadableCell(f"an array of {pixels.dtype}: pixels are uint8")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] in (3, 4)):
        raise UnreadableCell(
            f"an array of shape {pixels.shape}: images are (height, width) or with 1, 3 or 4 channels"
        )
    _check_size(pixels.shape[1], pixels.shape[0], max_pixels)
    return Image.fromarray(pixels)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise UnreadableCell(f"no pixels: {width} × {height}")
    if width * height > max_pixels:
        raise UnreadableCell(f"{width * height} pixels: over the limit of {max_pixels}")


def _draft(image: Image.Image, shrink_to: float) -> None:
    """Ask the decoder for a fraction of the size, at least twice what is wanted so that the rest is averaged."""
    width, height = image.size
    scale = 2 * shrink_to / max(1, min(width, height))
    if scale < 1:
        image.draft("RGB", (max(1, round(width * scale)), max(1, round(height * scale))))


def _part(image: Image.Image, cut: Cut) -> float | None:
    """Return what is kept of a JPEG's sides, so that enough is left of them; others are decoded whole in any case."""
    if image.format not in ("JPEG", "MPO"):
        return None
    return cut.part(_turned(image.size, _orientation(image)))


def _finish(
    image: Image.Image, shrink_to: int | None, cut: Cut | None, *, whole: tuple[int, int] | None = None
) -> Image.Image:
    try:
        image.load()
        orientation = _orientation(image)
        turn = _TURNS.get(orientation)
        upright = to_rgb(image if turn is None else image.transpose(turn))
        if cut is None:
            return _shrink(upright, shrink_to)
    except UnreadableCell:
        raise
    except PILLOW_ERRORS as error:
        raise in_our_words(error) from error
    return cut(upright, upright.size if whole is None else _turned(whole, orientation))


def _turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return size[::-1] if orientation in _SIDEWAYS else size


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except PILLOW_ERRORS:  # a damaged EXIF block says nothing of the pixels
        return 1


def _shrink(image: Image.Image, shrink_to: int | None) -> Image.Image:
    width, height = image.size
    if shrink_to is None or min(width, height) <= shrink_to:
        return image
    scale = shrink_to / min(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
