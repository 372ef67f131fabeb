"""What kind of file a name's ending stands for."""

from __future__ import annotations

from clusterby.core.modality import Modality

__all__ = ["SUFFIXES", "suffixes_of"]

_ENDINGS = {
    Modality.IMAGE: (
        "png apng jpg jpeg jpe jfif mpo webp gif bmp dib tif tiff avif heic heif jp2 j2k jpx ppm pgm pbm pnm qoi tga ico"
    ),
    Modality.AUDIO: "wav wave mp3 flac ogg oga opus m4a aac aif aiff aifc caf wma",
    Modality.VIDEO: "mp4 m4v mov avi mkv webm mpg mpeg wmv",
    Modality.TEXT: "txt text md rst",
}

SUFFIXES: dict[str, Modality] = {
    f".{ending}": modality for modality, endings in _ENDINGS.items() for ending in endings.split()
}
"""The modality of each file suffix, in lower case with its point."""


def suffixes_of(*modalities: Modality) -> frozenset[str]:
    """Return the suffixes of the files that hold one of these modalities.

    Examples
    --------
    >>> sorted(suffixes_of(Modality.TEXT))
    ['.md', '.rst', '.text', '.txt']
    """
    return frozenset(suffix for suffix, modality in SUFFIXES.items() if modality in modalities)
