"""Open an image file by what it holds, without decoding it."""

from __future__ import annotations

import struct
import zlib
from typing import IO

from PIL import Image, ImageFile

from clusterby.core.errors import UnreadableCell
from clusterby.core.modality import Modality
from clusterby.media.formats import how_it_starts, modality_of_bytes

__all__ = ["PILLOW_ERRORS", "in_our_words", "open_image"]

_REFUSED = frozenset({"EPS", "IM", "IMT", "IPTC", "PCD", "SPIDER"})
"""EPS, for Pillow would run Ghostscript on it; the others, for Pillow can but guess that a file is one."""

PILLOW_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, AttributeError, RuntimeError,
    MemoryError, struct.error, zlib.error, UserWarning, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What Pillow's decoders are known to raise over damaged files; a warning is one where warnings are errors."""


def open_image(stream: IO[bytes]) -> ImageFile.ImageFile:
    """Return the image whose header the stream begins with; its pixels are not read yet.

    Asks the formats that Pillow and its plugins have registered, as ``Image.open`` does, but leaves
    the check of the size to the caller: ``Image.open`` compares it with one limit for the whole
    process and warns instead of refusing.

    Raises
    ------
    UnreadableCell
        If the stream is no image, or one with a damaged header.
    """
    head = stream.read(32)
    hint = None
    for load_formats in (Image.preinit, Image.init):  # the common formats, then all of them
        load_formats()
        for name in [n for n in Image.ID if n not in _REFUSED]:
            found = _open_as(name, stream, head[:16])
            if isinstance(found, ImageFile.ImageFile):
                return found
            hint = found or hint
    raise UnreadableCell(hint or _not_an_image(head))


def _open_as(name: str, stream: IO[bytes], head: bytes) -> ImageFile.ImageFile | str | None:
    """Return the image if the stream is of that format, what is missing to read it, or None."""
    factory, accepts = Image.OPEN[name]
    try:
        accepted = accepts(head) if accepts is not None else True
        if not accepted or isinstance(accepted, str):
            return accepted or None
        stream.seek(0)
        return factory(stream, "")
    except (SyntaxError, IndexError, TypeError, struct.error):
        return None  # not of this format after all
    except PILLOW_ERRORS as error:
        raise in_our_words(error) from error


def in_our_words(error: BaseException) -> UnreadableCell:
    """Return the reason for a row whose image a decoder gave up on."""
    if isinstance(error, MemoryError):
        return UnreadableCell("too large for the memory of this machine")
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return UnreadableCell(f"too many pixels: {said[:120]}")
    if _speaks_of_an_end(said):
        return UnreadableCell("truncated: the file ends before the image does")
    return UnreadableCell(f"damaged: {said[:120]}")


def _speaks_of_an_end(said: str) -> bool:
    return any(
        word in said.lower() for word in ("truncated", "eof", "not enough", "incomplete", "but only got")
    )


def _not_an_image(head: bytes) -> str:
    if modality_of_bytes(head) is Modality.IMAGE:
        return "damaged: its header cannot be read"
    return f"not an image ({how_it_starts(head)})"
