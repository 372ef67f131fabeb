"""File formats: which suffixes and first bytes belong to images, audio and video."""

from __future__ import annotations

from pathlib import PurePath

from clusterby.core.modality import Modality
from clusterby.core.suffixes import SUFFIXES

__all__ = ["how_it_starts", "is_url", "modality_of_bytes", "modality_of_path"]

_SCHEMES = ("http://", "https://", "s3://", "gs://", "ftp://")

_IMAGE_STARTS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"qoif", b"\0\0\1\0",
    b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"8BPS",
)  # fmt: skip
_AUDIO_STARTS = (
    b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xfd", b"\xff\xf1",
    b"\xff\xf9", b".snd\0", b"caff\0\1", b"riff\x2e\x91\xcf\x11",
)  # fmt: skip
_VIDEO_STARTS = (b"\x1aE\xdf\xa3", b"\0\0\1\xba")
_RIFF = {b"WEBP": Modality.IMAGE, b"WAVE": Modality.AUDIO, b"AVI ": Modality.VIDEO}
_IMAGE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"mif1")
_AUDIO_BRANDS = (b"M4A ", b"M4B ")


def is_url(text: str) -> bool:
    """Whether a text is the address of something that would have to be fetched.

    Examples
    --------
    >>> is_url("https://example.org/a.png"), is_url("images/a.png")
    (True, False)
    """
    return text[:8].lower().startswith(_SCHEMES)


def modality_of_path(path: str | PurePath) -> Modality | None:
    """Return what a path or address leads to by its suffix, or None if the suffix is of no image, audio or video.

    Examples
    --------
    >>> modality_of_path("cats/1.JPG"), modality_of_path("notes.txt")
    (<Modality.IMAGE: 'image'>, None)
    """
    text = str(path)
    if is_url(text):
        text = text.partition("#")[0].partition("?")[0]
    modality = SUFFIXES.get(PurePath(text).suffix.lower())
    return None if modality is Modality.TEXT else modality  # the name of a text is a text itself


def modality_of_bytes(head: bytes) -> Modality | None:
    """Return what a file is by its first 16 bytes or more, or None if they tell nothing.

    Examples
    --------
    >>> modality_of_bytes(b"GIF89a" + bytes(10))
    <Modality.IMAGE: 'image'>
    """
    if head[:4] in (b"RIFF", b"RIFX", b"RF64"):
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Modality.AUDIO
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _IMAGE_BRANDS:
            return Modality.IMAGE
        return Modality.AUDIO if brand in _AUDIO_BRANDS else Modality.VIDEO
    bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    portable = (
        head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace() and head[3:4] in b"0123456789#"
    )
    if bitmap or portable or head.startswith(_IMAGE_STARTS):
        return Modality.IMAGE
    if head.startswith(_AUDIO_STARTS):
        return Modality.AUDIO
    return Modality.VIDEO if head.startswith(_VIDEO_STARTS) else None


def how_it_starts(head: bytes) -> str:
    r"""Return the first nine bytes of a file in words: as text if they are ASCII, else as numbers.

    Examples
    --------
    >>> how_it_starts(b"hello world"), how_it_starts(b"\0\1")
    ("starts with 'hello wor'", 'starts with the bytes 00 01')
    """
    text = head[:9].decode("ascii", "replace")
    if text.isprintable() and "\ufffd" not in text:
        return f"starts with {text!r}"
    return f"starts with the bytes {head[:9].hex(' ')}"
