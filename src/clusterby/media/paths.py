"""Find the files that path cells name."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["find_file"]


def find_file(path: str | os.PathLike[str], *, base: Path | None = None) -> Path | None:
    """Return where a path leads, or None if nothing is there.

    Parameters
    ----------
    path : str or PathLike
        A relative one is looked for in the working folder, then in `base`.
    base : Path, optional
        The second folder to look in.

    Examples
    --------
    >>> find_file("no such file.png") is None
    True
    """
    given = Path(path)
    places = [given] if base is None or given.is_absolute() else [given, base / given]
    return next((place for place in places if _exists(place)), None)


def _exists(place: Path) -> bool:
    try:
        return os.path.exists(place)  # noqa: PTH110 - Path.exists raises for a name that is too long
    except ValueError:  # a NUL in the name
        return False
