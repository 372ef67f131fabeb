"""Which library a table that we read ourselves is given in."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

from clusterby.core.errors import InvalidParameter, nearest
from clusterby.core.optional import installed, require

__all__ = ["Library", "choose_library", "give_in"]

Library: TypeAlias = Literal["pandas", "polars", "pyarrow"]


def choose_library(kind: str | None) -> Library:
    """Return the library asked for; None is pandas if installed, else polars, else pyarrow.

    Raises
    ------
    InvalidParameter
        If it is none of these.
    MissingExtra
        If it is not installed.

    Examples
    --------
    >>> choose_library("pyarrow")
    'pyarrow'
    """
    if kind is None:
        return "pandas" if installed("pandas") else "polars" if installed("polars") else "pyarrow"
    for library in get_args(Library):
        if kind == library:
            require(library, purpose=f"kind={kind!r}")
            return kind  # type: ignore[return-value]
    near = nearest(str(kind), get_args(Library))
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise InvalidParameter(f"kind={kind!r}: give one of {', '.join(get_args(Library))}.{hint}")


def give_in(library: Library, table: Any) -> Any:
    """Return an Arrow table as a table of the library; days become timestamps in pandas."""
    if library == "pandas":
        return table.to_pandas(date_as_object=False)
    if library == "polars":
        import polars as pl

        return pl.from_arrow(table)
    return table
