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
        If ``CLUSTERBY_HOME`` is a file.
    """
    given = os.environ.get("CLUSTERBY_HOME")
    if given:
        home = Path(given).expanduser().absolute()
        if home.exists() and not home.is_dir():
            raise UnreadableSource(f"CLUSTERBY_HOME={given!r} is a file: name a folder, or unset it")
        return home
    here = Path.cwd()
    return next((p / FOLDER for p in (here, *here.parents) if (p / FOLDER).is_dir()), here / FOLDER)


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
