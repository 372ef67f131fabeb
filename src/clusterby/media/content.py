"""What a cell's content is, for naming it by its hash: a file, or bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from PIL import Image

from clusterby.core.errors import UnreadableCell
from clusterby.core.modality import Modality
from clusterby.media.formats import is_url
from clusterby.media.image import decode_image
from clusterby.media.paths import locate

__all__ = ["content_file", "content_hash", "content_key", "file_hash", "text_keys"]

_CHUNK = 1 << 20
_TEXT = xxhash.xxh3_64_intdigest(b"text")
"""The seed of texts' keys, as every modality has its own."""


def content_key(modality: Modality, content: bytes) -> bytes:
    """Return the 16 bytes that name a cell, from the hash of its content and how it is read.

    Parameters
    ----------
    modality : Modality
        The same bytes read as text and as an image are two things.
    content : bytes
        A hash.

    Examples
    --------
    >>> content_key(Modality.IMAGE, b"x") == content_key(Modality.TEXT, b"x")
    False
    """
    return xxhash.xxh3_128_digest(content, xxhash.xxh3_64_intdigest(modality.value.encode()))


def text_keys(texts: Any) -> list[bytes]:
    """Return the keys of decoded texts, which hold no lone surrogates: by their UTF-8."""
    return list(map(xxhash.xxh3_128_digest, map(str.encode, texts), repeat(_TEXT)))


def content_file(cell: Any, *, base: Path | None = None) -> tuple[str, os.stat_result] | None:
    """Return the file that a cell names, with its facts; None if it names none that can be read.

    Parameters
    ----------
    cell : object
        A path, or a mapping with a ``"path"`` and no ``"bytes"``.
    base : Path, optional
        Where a relative path is looked for after the working folder.
    """
    if isinstance(cell, Mapping):
        cell = cell.get("path") if cell.get("bytes") is None and cell.get("array") is None else None
    if not isinstance(cell, (str, os.PathLike)):
        return None
    path = os.fsdecode(cell)
    if not path.strip() or is_url(path):
        return None
    found = locate(path, base=base)
    if found is None or not stat.S_ISREG(found[1].st_mode) or not found[1].st_size:
        return None
    return os.path.abspath(found[0]), found[1]  # noqa: PTH100 - called for every row


def file_hash(path: str) -> bytes:
    """Return the 16 bytes of xxh3-128 over a file's content.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    digest = xxhash.xxh3_128()
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - called for every row
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def content_hash(cell: Any) -> bytes | None:
    """Return the hash of a cell that holds its content itself; None if it does not, or the content is damaged.

    Parameters
    ----------
    cell : bytes, mapping, ndarray or PIL.Image.Image
        Encoded bytes are hashed as they are, as a file with the same content would be; arrays by dtype, shape and
        bytes; Pillow images by their decoded pixels; sound by its samples and their rate.
    """
    if isinstance(cell, Mapping):
        if cell.get("array") is not None:
            return _of_array(np.asarray(cell["array"]), f"{cell.get('sampling_rate')}")
        cell = cell.get("bytes")
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return xxhash.xxh3_128_digest(cell) if len(cell) else None
    if isinstance(cell, np.ndarray):
        return None if cell.dtype == object else _of_array(cell, "")
    if isinstance(cell, Image.Image):
        try:
            return _of_array(np.asarray(decode_image(cell)), "")
        except UnreadableCell:
            return None
    return None


def _of_array(array: Any, more: str) -> bytes:
    digest = xxhash.xxh3_128(f"{array.dtype.str}{array.shape}{more}\0".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.digest()
