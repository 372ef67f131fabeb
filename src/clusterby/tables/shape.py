"""Checks of a table's outline: its column names, its row count, and what is added to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clusterby.core.errors import InvalidTable, UnknownColumn

__all__ = ["check_column", "check_new_columns", "check_outline"]


def check_outline(names: Iterable[Any], n_rows: int) -> tuple[str, ...]:
    """Return the column names of a table that can be worked on.

    Raises
    ------
    InvalidTable
        If there is no row or no column, a name is not a string, or two columns share one.

    Examples
    --------
    >>> check_outline(["image", "size"], 3)
    ('image', 'size')
    """
    names = list(names)
    if not names:
        raise InvalidTable("the table has no columns: give one that has at least one")
    for name in names:
        if not isinstance(name, str):
            raise InvalidTable(f"column name {name!r} is not a string: rename it, for example to '{name}'")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        named = ", ".join(repr(name) for name in twice)
        raise InvalidTable(f"more than one column is called {named}: give every column its own name")
    if n_rows == 0:
        raise InvalidTable(f"the table has no rows (columns: {', '.join(names)}): give one that has some")
    return tuple(str(name) for name in names)


def check_column(name: object, columns: Sequence[str]) -> str:
    """Return the name of a column that is there.

    Raises
    ------
    UnknownColumn
        If it is not; the message suggests the nearest name.
    """
    if not isinstance(name, str) or name not in columns:
        raise UnknownColumn(name, columns)
    return name


def check_new_columns(new: Mapping[str, Any], columns: Sequence[str], n_rows: int) -> None:
    """Check that columns can be added to a table.

    Raises
    ------
    InvalidTable
        If one of the names is taken, or a column has not as many cells as the table has rows.
    """
    for name, values in new.items():
        if name in columns:
            raise InvalidTable(
                f"the table has a column {name!r} already: choose another name for the new one (label_column=…)"
            )
        if len(values) != n_rows:
            raise InvalidTable(f"the new column {name!r} has {len(values)} cells, the table {n_rows} rows")
