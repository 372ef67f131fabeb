"""Where runs are kept: a folder of the project."""

from __future__ import annotations

import os
from pathlib import Path

from clusterby.core.errors import UnreadableSource

__all__ = ["FOLDER", "find_home", "runs_folder"]

FOLDER = ".clusterby"
"""What the project's folder is called."""


def find_home() -> Path:
    """Return the folder that holds what is kept of a project; it need not be there yet.

    It is ``CLUSTERBY_HOME`` where that is set, else the nearest ``.clusterby`` in the working folder and those above it, else
    ``.clusterby`` in the working folder.

    Raises
    ------
    UnreadableSource
        If ``CLUSTERBY_HOME`` is a file or cannot be a folder, or the working folder has been removed.
    """
    given = os.environ.get("CLUSTERBY_HOME")
    if given:
        return _named(given)
    try:
        here = Path.cwd()
    except OSError:
        raise UnreadableSource(
            "the working folder is not there any more: go to another one, or set CLUSTERBY_HOME"
        ) from None
    home = next((p / FOLDER for p in (here, *here.parents) if (p / FOLDER).is_dir()), here / FOLDER)
    if home.is_symlink() and not home.exists():
        raise UnreadableSource(f"{home} is a link to what is not there: remove it, or set CLUSTERBY_HOME")
    return home


def _named(given: str) -> Path:
    """Return the folder that ``CLUSTERBY_HOME`` names."""
    try:
        home = Path(given).expanduser().absolute()
        is_file = home.exists() and not home.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise UnreadableSource(
            f"CLUSTERBY_HOME={given!r:.200} cannot be a folder ({getattr(error, 'strerror', None) or error}): name another one"
        ) from None
    if is_file:
        raise UnreadableSource(f"CLUSTERBY_HOME={given!r} is a file: name a folder, or unset it")
    return home


def runs_folder() -> Path:
    """Return the folder in which the runs are; it need not be there yet.

    Raises
    ------
    UnreadableSource
        If it is a link, or no folder.
    """
    folder = find_home() / "runs"
    if folder.is_symlink():
        raise UnreadableSource(
            f"{folder} is a link, which is not followed: set CLUSTERBY_HOME to where it leads"
        )
    if folder.exists() and not folder.is_dir():
        raise UnreadableSource(f"{folder} is no folder: move it away, or set CLUSTERBY_HOME")
    return folder
