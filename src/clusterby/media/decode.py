"""Decode cells of any modality."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterby.core.column import Column, FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.media.audio import MAX_SECONDS, decode_audio
from clusterby.media.decoded import Decoded
from clusterby.media.text import decode_texts
from clusterby.media.values import decode_categories, decode_dates, decode_numbers
from clusterby.media.vectors import decode_vectors

if TYPE_CHECKING:
    from PIL import Image

    from clusterby.media.image import Cut

__all__ = ["decode", "decode_cell"]

_DECODERS: dict[Modality, Callable[[Column], Decoded]] = {
    Modality.TEXT: decode_texts,
    Modality.NUMBER: decode_numbers,
    Modality.CATEGORY: decode_categories,
    Modality.DATE: decode_dates,
    Modality.VECTOR: decode_vectors,
}


def decode(column: Column, modality: Modality) -> Decoded:
    """Return a whole column, decoded.

    Parameters
    ----------
    column : Column
        Its cells; they are not changed.
    modality : Modality
        TEXT, NUMBER, CATEGORY, DATE or VECTOR. Images and audio are decoded cell by cell, see :func:`decode_cell`.

    Raises
    ------
    InvalidParameter
        If the modality is another one.

    Examples
    --------
    >>> import numpy as np
    >>> column = Column(name="size", cells=np.array([1.5, np.nan]), type="number")
    >>> decode(column, Modality.NUMBER).faults
    {1: 'missing value'}
    """
    if modality not in _DECODERS:
        raise InvalidParameter(
            f"column {column.name!r}: cells of modality '{modality}' cannot be decoded as one column, "
            f"only: {', '.join(_DECODERS)}"
        )
    return _DECODERS[modality](column)


def decode_cell(
    cell: Any,
    modality: Modality,
    *,
    base: Path | None = None,
    shrink_to: int | None = None,
    sampling_rate: int | None = None,
    max_seconds: float | None = None,
    cut: Cut | None = None,
) -> Image.Image | FloatArray:
    """Return one medium, decoded; safe to call from several threads.

    Parameters
    ----------
    cell : object
        See :func:`clusterby.media.decode_image` and :func:`clusterby.media.decode_audio`.
    modality : Modality
        IMAGE or AUDIO.
    base : Path, optional
        The folder against which a relative path is resolved, after the working folder.
    shrink_to : int, optional
        Of an image: the shorter side of a larger one, in pixels, after decoding.
    sampling_rate : int, optional
        Of audio, which cannot do without: samples to a second, in hertz.
    max_seconds : float, optional
        Of audio: what comes later is left out; None takes ten minutes.
    cut : Cut, optional
        Of an image: what is made of it before it is resized.

    Raises
    ------
    UnreadableCell
        If the cell cannot be decoded; the message is the reason.
    InvalidParameter
        If the modality is another one, or audio is asked for without a sampling rate.
    MissingExtra
        If the library that reads audio files is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> tone = {"array": np.zeros(8000), "sampling_rate": 8000}
    >>> decode_cell(tone, Modality.AUDIO, sampling_rate=16000).shape
    (16000,)
    """
    if modality is Modality.AUDIO:
        if sampling_rate is None:
            raise InvalidParameter(
                "audio is decoded at the rate that its encoder asks for: give the encoder an attribute sampling_rate, in hertz"
            )
        seconds = MAX_SECONDS if max_seconds is None else max_seconds
        return decode_audio(cell, base=base, sampling_rate=sampling_rate, max_seconds=seconds)
    if modality is not Modality.IMAGE:
        raise InvalidParameter(
            f"cells of modality '{modality}' cannot be decoded one by one, only: image, audio"
        )
    from clusterby.media.image import decode_image

    return decode_image(cell, base=base, shrink_to=shrink_to, cut=cut)
