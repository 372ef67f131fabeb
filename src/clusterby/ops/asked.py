"""What was asked of each column, in whichever of the ways there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from clusterby.core.errors import InvalidParameter, UnknownColumn
from clusterby.instructions import Instruction
from clusterby.instructions.base import combined

__all__ = ["ASKED", "Asked", "check_unasked", "column_instructions"]

Asked: TypeAlias = "str | Sequence[str] | Mapping[str, str | Sequence[str]] | None"

ASKED = ("instruction", "description", "candidates", "ignore", "region")
"""The arguments that say what groups should be about."""


def column_instructions(columns: Iterable[str], **asked: Any) -> dict[str, Instruction | None]:
    """Return the instruction of each column; None for a column of which nothing was asked.

    Parameters
    ----------
    columns : iterable of str
        The columns.
    **asked
        ``instruction``, ``description``, ``candidates``, ``ignore`` and ``region``; each for the only column, or a mapping
        of columns to what is asked of each.

    Raises
    ------
    InvalidParameter
        If one instruction is given for several columns, or the same thing is said twice.
    UnknownColumn
        If a mapping names another column.

    Examples
    --------
    >>> column_instructions(["image", "caption"], instruction={"image": "group by color"})["caption"] is None
    True
    """
    names = list(columns)
    said = {name: value for name, value in asked.items() if value is not None}
    for name, value in said.items():
        if isinstance(value, Mapping):
            for column in value:
                if column not in names:
                    raise UnknownColumn(column, names)
        elif len(names) > 1:
            raise InvalidParameter(
                f"{name}={value!r:.60} for {len(names)} columns: say which it is for, as in {name}={{{names[0]!r}: …}}"
            )
    return {
        column: combined(
            **{"instruction": None}
            | {
                name: value.get(column) if isinstance(value, Mapping) else value
                for name, value in said.items()
            }
        )
        for column in names
    }


def check_unasked(**asked: Any) -> None:
    """Refuse what is asked of vectors that are given, for it takes the encoder that made them.

    Raises
    ------
    InvalidParameter
        If anything is asked.
    """
    for name, value in asked.items():
        if value is not None:
            raise InvalidParameter(
                f"{name}={value!r:.60} with vectors that are given: give it to embed, which made them, or leave it out"
            )
