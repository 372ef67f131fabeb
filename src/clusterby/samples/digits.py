"""1,797 handwritten digits as a folder of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clusterby.core.errors import UnreadableSource

__all__ = ["digits"]

_MARKER = ".clusterby-digits"


def digits(folder: str | Path) -> Path:
    """Write scikit-learn's handwritten digits as PNG files, and return the folder.

    Each image is 8 × 8 pixels of gray and lies in a sub-folder named after the digit it shows:
    ``folder/7/0012.png``. A folder that holds them already is left as it is.

    Parameters
    ----------
    folder : str or Path
        Where to write; made if it is not there.

    Raises
    ------
    UnreadableSource
        If the folder holds other files.

    Notes
    -----
    Alpaydin & Kaynak (1998), *Optical recognition of handwritten digits*, UCI Machine Learning Repository.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     len(list(digits(folder).glob("*/*.png")))
    1797
    """
    folder = Path(folder)
    marker = folder / _MARKER
    if marker.exists():
        return folder
    if folder.exists() and (not folder.is_dir() or _holds_other_files(folder)):
        raise UnreadableSource(
            f"{folder} is not a folder of digits: name a new or empty one to write them to"
        )
    _write(folder)
    marker.touch()  # last, so that a folder cut short is completed by the next call
    return folder


def _write(folder: Path) -> None:
    from PIL import Image
    from sklearn.datasets import load_digits

    data = load_digits()
    pixels = np.round(data.images * (255 / 16)).astype(np.uint8)
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True, exist_ok=True)
    for row, (image, digit) in enumerate(zip(pixels, data.target, strict=True)):
        Image.fromarray(image).save(folder / str(digit) / f"{row:04d}.png")


def _holds_other_files(folder: Path) -> bool:
    ours = {str(digit) for digit in range(10)}
    return any(entry.name not in ours for entry in folder.iterdir())
