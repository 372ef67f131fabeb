"""Find the files that path cells name."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["find_file", "locate"]


def find_file(path: str | os.PathLike[str], *, base: Path | None = None) -> Path | None:
    """Return where a path leads, or None if nothing is there; see :func:`locate`.

    Examples
    --------
    >>> find_file("no such file.png") is None
    True
    """
    found = locate(path, base=base)
    return None if found is None else Path(found[0])


def locate(path: str | os.PathLike[str], *, base: Path | None = None) -> tuple[str, os.stat_result] | None:
    """Return where a path leads, and what is there; None if nothing is. Called for every row.

    Parameters
    ----------
    path : str or PathLike
        A relative one is looked for in the working folder, then in `base`.
    base : Path, optional
        The second folder to look in.
    """
    given = os.fspath(path)
    for place in (given,) if base is None or os.path.isabs(given) else (given, os.path.join(base, given)):  # noqa: PTH117, PTH118
        try:
            return place, os.stat(place)  # noqa: PTH116
        except (OSError, ValueError):  # nothing there, or a NUL in the name
            continue
    return None
