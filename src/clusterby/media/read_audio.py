"""Read an audio file by what it holds, with libsndfile."""

from __future__ import annotations

import contextlib
import re
from typing import IO, Any

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import MissingExtra, UnreadableCell
from clusterby.core.modality import Modality
from clusterby.core.optional import require
from clusterby.media.formats import how_it_starts, modality_of_bytes

__all__ = ["MAX_RATE", "load_soundfile", "read_audio"]

MAX_RATE = 768_000
"""The highest sampling rate taken, in hertz: above what is recorded with, so a higher one is a damaged header."""

_ERRORS = (OSError, RuntimeError, ValueError, TypeError, ArithmeticError, MemoryError)
"""What soundfile raises over damaged files; its own errors are RuntimeErrors."""

_BLOCK = 1 << 20
"""Samples of all channels read at a time, for a damaged header may claim more than any memory holds."""

_CUT = re.compile(r"^\s*(?:data|SSND|Data Size|riff|Riff size)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
"""How libsndfile's log says that a WAV, AIFF, AU, W64 or RF64 file has fewer bytes than its header claims."""

_UNKNOWN = 0x7FFF0000
"""From here on a claimed size stands for "not known when the header was written", as programs that stream write it."""

_NOT_READ = (
    (4, b"ftyp", "an MPEG-4 file (M4A, MP4)"),
    (0, b"\xff\xf1", "a bare AAC stream"),
    (0, b"\xff\xf9", "a bare AAC stream"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "an ASF file (WMA, WMV)"),
    (0, b"\x1aE\xdf\xa3", "a Matroska file (MKA, WebM)"),
)
"""Files that hold sound which libsndfile does not read: where they are marked, how, and what they are."""


def load_soundfile() -> Any:
    """Return the module that reads audio files.

    Raises
    ------
    MissingExtra
        If it is not installed, or does not find libsndfile.
    """
    try:
        return require("soundfile", purpose="reading audio files", extra="models")
    except OSError as error:  # a package without the library, on a platform for which there is no wheel
        raise MissingExtra(
            "reading audio files needs libsndfile, which soundfile does not find. Install it, on Debian: "
            "apt install libsndfile1"
        ) from error


def read_audio(stream: IO[bytes], *, max_seconds: float) -> tuple[FloatArray, int]:
    """Return the samples of a file as one channel, and how many there are to a second.

    Parameters
    ----------
    stream : binary stream
        WAV, FLAC, OGG (Vorbis or Opus), MP3, AIFF or another format of libsndfile. The format is told by
        what the file holds, never by its name.
    max_seconds : float
        What comes later is not read.

    Returns
    -------
    samples : float32 (n,)
        The mean of the channels; integers are scaled to the range from −1 to 1, floats are as they are.
    rate : int
        In hertz.

    Raises
    ------
    UnreadableCell
        If the file is no audio, damaged, or holds no samples. One that ends before its header says is
        refused where libsndfile can tell: WAV, AIFF, AU, W64, RF64 and FLAC. MP3 and OGG are streams, which
        may end anywhere.
    MissingExtra
        If soundfile is not installed.
    """
    soundfile = load_soundfile()
    source = _Source(stream)
    head = source.read_head()
    try:
        opened = soundfile.SoundFile(source, "r")
    except _ERRORS:  # what libsndfile says of a file that it did not open may be said of another thread's
        raise UnreadableCell(source.fault or _why_not(head)) from None
    with opened:
        rate = opened.samplerate
        if rate > MAX_RATE:
            raise UnreadableCell(f"{rate} samples to a second: over the limit of {MAX_RATE}")
        try:
            samples = _read_channel(opened, max(1, round(max_seconds * rate)))
        except _ERRORS as error:
            raise UnreadableCell(source.fault or _in_our_words(error)) from error
    if source.fault:
        raise UnreadableCell(source.fault)
    return samples, rate


class _Source:
    """A stream that raises nothing: what is raised in a callback from C is printed and lost, so it is kept here."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.fault: str | None = None

    def read_head(self) -> bytes:
        head = bytearray(32)
        count = self.readinto(head)
        self.seek(0)
        return bytes(head[:count])

    def seek(self, offset: int, whence: int = 0) -> None:
        with contextlib.suppress(OSError, ValueError):  # a damaged header leads before the beginning
            self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._stream.readinto(buffer))  # type: ignore[attr-defined]
        except OSError as error:
            self.fault = f"cannot be read: {(error.strerror or 'no reason given').lower()}"
            return 0


def _read_channel(opened: Any, most: int) -> FloatArray:
    """Return the mean of the channels, of the first `most` samples of each."""
    # else soundfile seeks after each block, and fails at the end of a file whose length is not known
    opened.seekable = lambda: False
    channels = opened.channels
    step = max(1, _BLOCK // channels)
    blocks: list[FloatArray] = []
    count = 0
    while count < most:
        block = opened.read(min(step, most - count), dtype="float32", always_2d=True)
        if not len(block):
            break
        with np.errstate(over="ignore", invalid="ignore"):
            blocks.append(sum(block.T) / np.float32(channels))  # the mean, of which NumPy's is far slower
        count += len(block)
    if count < most and _is_cut(opened, count):
        raise UnreadableCell("truncated: the file ends before the sound does")
    if not count:
        raise UnreadableCell("no samples")
    return np.concatenate(blocks)


def _is_cut(opened: Any, count: int) -> bool:
    """Whether a file that was read to its end holds less than its header claims."""
    if opened.format == "FLAC":
        return bool(count < opened.frames < 1 << 60)  # more than that says that it is not known
    return any(int(has) < int(claims) < _UNKNOWN for claims, has in _CUT.findall(opened.extra_info))


def _in_our_words(error: BaseException) -> str:
    if isinstance(error, UnreadableCell):
        return str(error)
    if isinstance(error, MemoryError):
        return "too large for the memory of this machine"
    said = " ".join(str(error).split()).removeprefix("Error : ").rstrip(".")
    return f"truncated or damaged: {said[:120] or type(error).__name__}"


def _why_not(head: bytes) -> str:
    modality = modality_of_bytes(head)
    if modality is not Modality.IMAGE:
        for place, mark, what in _NOT_READ:
            if head[place:].startswith(mark):
                return f"{what}, which is not read: convert its sound to WAV, FLAC, OGG or MP3"
    if modality is Modality.AUDIO:
        return "truncated or damaged: its header cannot be read"
    return f"not audio ({how_it_starts(head)})"
