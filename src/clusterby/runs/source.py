"""Where a table and the encoders were read from, so that they can be opened again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from clusterby.core.errors import InvalidParameter, UnreadableSource
from clusterby.core.optional import installed
from clusterby.runs.pack import SavedRun
from clusterby.runs.recipe import Recipe
from clusterby.tables import open_table
from clusterby.tables.base import Table

__all__ = ["from_project", "in_project", "open_again", "source_of"]

_LIBRARIES = ("pandas", "polars", "pyarrow")


def source_of(table: Table, root: Path) -> str | None:
    """Return the folder or file that a table was read from; None where it was made in memory.

    Parameters
    ----------
    table : Table
    root : Path
        The folder of the runs. What lies in the project of that folder is named from there, so that both may move.
    """
    path = getattr(table, "source", None)  # of tables that are read
    if path is None:
        return None
    path, project = Path(path).absolute(), _project(root)
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else str(path)


def in_project(recipes: Iterable[Recipe], root: Path) -> tuple[Recipe, ...]:
    """Return recipes whose encoders, where they are folders in the project, are named from there: ``"./models/mine"``."""

    def named(encoder: str | None) -> str | None:
        if (
            encoder is None
            or not Path(encoder).is_absolute()
            or not Path(encoder).is_relative_to(_project(root))
        ):
            return encoder
        return f"./{Path(encoder).relative_to(_project(root)).as_posix()}"

    return tuple(replace(recipe, encoder=named(recipe.encoder)) for recipe in recipes)


def from_project(recipes: Iterable[Recipe], root: Path) -> tuple[Recipe, ...]:
    """Return recipes whose encoders in the project are where the project is now."""
    return tuple(
        replace(recipe, encoder=str(_project(root) / recipe.encoder))
        if recipe.encoder is not None and recipe.encoder.startswith("./")
        else recipe
        for recipe in recipes
    )


def open_again(key: str, saved: SavedRun, root: Path) -> Table:
    """Return the table that a run was made of, as it is now.

    Raises
    ------
    InvalidParameter
        If the run does not say where it was read from.
    UnreadableSource
        If it is not there any more.
    """
    if saved.source is None:
        raise InvalidParameter(
            f"run {key!r} was made of a table that is no folder or file: give the table, as in load({key!r}, table)"
        )
    path = _project(root) / saved.source
    if not path.exists():
        raise UnreadableSource(
            f"run {key!r} was made of {str(path)!r}, which is not there any more: give the table, as in load({key!r}, table)"
        )
    return open_table(path, kind=saved.kind if saved.kind in _LIBRARIES and installed(saved.kind) else None)


def _project(root: Path) -> Path:
    """Return the folder of the project: that in which ``.clusterby`` is, in which the runs are."""
    return root.parent.parent
