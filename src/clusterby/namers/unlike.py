"""Names of one line that no two clusters share."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

__all__ = ["one_line", "same_name", "unlike"]

_ENDS = " .,;:!?…。、！？"
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # of the scripts of Persian and India, and of emoji


def one_line(text: str, *, most: int = 60) -> str:
    r"""Return a text as one line of a few characters, without control characters and others that are not seen.

    Parameters
    ----------
    text : str
        Any text.
    most : int
        How many characters the line has at most; a longer one ends in ``…``.

    Examples
    --------
    >>> one_line(" red\n\tbikes\x07"), one_line("a long value", most=6)
    ('red bikes', 'a lon…')
    """
    shown = (" " if c.isspace() else c for c in text if c.isspace() or c in _JOINERS or not _is_hidden(c))
    line = " ".join("".join(shown).split()).strip(_JOINERS)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def same_name(name: str) -> str:
    """Return what names have in common that a reader takes for one: case, width, spaces and punctuation at the ends set aside.

    Examples
    --------
    >>> same_name(" Red  bikes.") == same_name("red bikes")
    True
    """
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return folded.strip(_ENDS) or folded


def unlike(wanted: Iterable[str], taken: Collection[str]) -> str:
    """Return the first of some names that is not taken, or the first with the lowest number that makes it another.

    Parameters
    ----------
    wanted : iterable of str
        At least one, the best first.
    taken : collection of str
        Names as :func:`same_name` gives them.

    Examples
    --------
    >>> unlike(["red"], {"red", "red 2"}), unlike(["red", "red, small"], {"red"})
    ('red 3', 'red, small')
    """
    names = list(wanted)
    for name in names:
        if same_name(name) not in taken:
            return name
    number = 2
    while same_name(f"{names[0]} {number}") in taken:
        number += 1
    return f"{names[0]} {number}"


def _is_hidden(c: str) -> bool:
    return unicodedata.category(c) in _HIDDEN
