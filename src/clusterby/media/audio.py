"""Decode audio."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter, UnreadableCell
from clusterby.media.open_cell import open_cell
from clusterby.media.read_audio import MAX_RATE, load_soundfile, read_audio
from clusterby.media.scalars import MISSING, is_missing

__all__ = ["MAX_SECONDS", "decode_audio"]

MAX_SECONDS = 600.0
"""How much of a sound is decoded: ten minutes at 48,000 Hz are 115 MB, and many cells are held in memory at once."""

_MAX_CHANNELS = 64
"""An array with more rows and columns than that is no sound but a picture of one, such as a spectrogram."""

_HERTZ = f"hertz as a whole number from 1 to {MAX_RATE}"
_SCALES = {np.dtype(np.int16): 2.0**15, np.dtype(np.int32): 2.0**31}


def decode_audio(
    cell: Any, *, base: Path | None = None, sampling_rate: int, max_seconds: float = MAX_SECONDS
) -> FloatArray:
    """Return one sound as samples of one channel, at the sampling rate asked for.

    Safe to call from several threads. Channels are averaged, so what is opposite in two of them cancels.
    Loudness is left as it is. Another sampling rate is reached by a polyphase filter (Kaiser window, zero phase),
    which removes what the lower of both rates cannot hold.

    Parameters
    ----------
    cell : str, PathLike, bytes, or mapping
        A path (a relative one is resolved in the working folder, then in `base`); the bytes of a file; or, as
        Hugging Face datasets have it, ``{"bytes": …, "path": …}`` or ``{"array": …, "sampling_rate": …}``. An array
        holds floats, as they are to be, or int16 or int32, which are scaled to the range from −1 to 1. It is
        (samples,), (channels, samples) or (samples, channels): the shorter side is the channels.
    base : Path, optional
        The second folder in which a relative path is looked for.
    sampling_rate : int
        Samples to a second of the result, in hertz.
    max_seconds : float
        What comes later is left out.

    Returns
    -------
    float32 (samples,)
        ``ceil(n * sampling_rate / rate)`` of them, where the sound has n at its own rate.

    Raises
    ------
    UnreadableCell
        If there is no sound to be had; the message is a short reason without the path.
    MissingExtra
        If a file is to be read and soundfile is not installed.
    InvalidParameter
        If `sampling_rate` or `max_seconds` is out of range.

    References
    ----------
    R. E. Crochiere and L. R. Rabiner, "Multirate Digital Signal Processing", 1983, as in
    ``scipy.signal.resample_poly``.

    Examples
    --------
    >>> import numpy as np
    >>> stereo = np.array([[0.5, 0.5, 0.5, 0.5], [0.0, 0.0, 0.25, 0.25]])
    >>> decode_audio({"array": stereo, "sampling_rate": 8000}, sampling_rate=8000)
    array([0.25 , 0.25 , 0.375, 0.375], dtype=float32)
    """
    wanted = _hertz(sampling_rate)
    if wanted is None:
        raise InvalidParameter(f"sampling_rate={sampling_rate!r}: give {_HERTZ}")
    if not 0 < max_seconds < math.inf:
        raise InvalidParameter(f"max_seconds={max_seconds!r}: give seconds above 0")
    samples = _resample(*_read(cell, base, max_seconds), wanted)
    if not np.isfinite(samples).all():
        raise UnreadableCell("samples that are not finite (NaN or infinity)")
    return samples


def _read(cell: Any, base: Path | None, max_seconds: float) -> tuple[FloatArray, int]:
    """Return the samples of one channel and their rate."""
    if is_missing(cell):
        raise UnreadableCell(MISSING)
    if isinstance(cell, Mapping):
        return _read_record(cell, base, max_seconds)
    if isinstance(cell, (list, tuple, np.ndarray)):
        return _from_array(cell, None, max_seconds)
    load_soundfile()  # before the cell is looked at: a missing library is no fault of its own
    with open_cell(cell, base=base, otherwise="not audio") as stream:
        return read_audio(stream, max_seconds=max_seconds)


def _read_record(cell: Mapping[Any, Any], base: Path | None, max_seconds: float) -> tuple[FloatArray, int]:
    array, content, path = cell.get("array"), cell.get("bytes"), cell.get("path")
    if array is not None:
        return _from_array(array, cell.get("sampling_rate"), max_seconds)
    if content is None and path is None:
        known = any(key in cell for key in ("array", "bytes", "path"))
        raise UnreadableCell(MISSING if known else "a mapping without 'array', 'bytes' and 'path'")
    return _read(path if content is None else content, base, max_seconds)


def _from_array(cell: Any, sampling_rate: Any, max_seconds: float) -> tuple[FloatArray, int]:
    try:
        array = np.asarray(cell)
    except (TypeError, ValueError, RuntimeError):
        raise UnreadableCell("not audio: its samples differ in shape or are no numbers") from None
    scale = 1.0 if array.dtype.kind == "f" else _SCALES.get(array.dtype.newbyteorder("="))
    if array.dtype.kind not in "fiu":
        raise UnreadableCell(f"not audio: an array of {array.dtype}")
    if sampling_rate is None:
        raise UnreadableCell('no sampling rate: give {"array": samples, "sampling_rate": hertz}')
    rate = _hertz(sampling_rate)
    if rate is None:
        raise UnreadableCell(f"a sampling rate of {sampling_rate!r:.40}: give {_HERTZ}")
    if scale is None:
        raise UnreadableCell(f"an array of {array.dtype}: samples are floats, int16 or int32")
    if array.ndim not in (1, 2) or (array.ndim == 2 and min(array.shape) > _MAX_CHANNELS):
        raise UnreadableCell(f"an array of shape {array.shape}: a sound is (samples,) or (channels, samples)")
    channels = np.atleast_2d(array)
    channels = channels if channels.shape[0] <= channels.shape[1] else channels.T
    if not array.size:
        raise UnreadableCell("no samples")
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found by the caller
        first = channels[:, : max(1, round(max_seconds * rate))].astype(np.float32)
        return (first / np.float32(scale)).mean(axis=0), rate


def _resample(samples: FloatArray, rate: int, wanted: int) -> FloatArray:
    if rate == wanted:
        return samples
    from scipy.signal import resample_poly

    resampled: FloatArray = resample_poly(samples, *Fraction(wanted, rate).as_integer_ratio())
    return resampled


def _hertz(value: Any) -> int | None:
    """Return the whole number that a sampling rate is, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return None
    return int(value) if 1 <= value <= MAX_RATE and value == int(value) else None
