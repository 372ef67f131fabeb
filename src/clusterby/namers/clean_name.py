"""What may be a name."""

from __future__ import annotations

import re
import unicodedata

from clusterby.namers.answer import Unfit
from clusterby.namers.question import quoted

__all__ = ["LONGEST", "MOST_WORDS", "clean_line", "clean_name"]

LONGEST, MOST_WORDS = 60, 5
"""Characters, and words, of a name."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control characters and what is no character
_JOINERS = "\u200c\u200d"  # of the scripts of Persian and India, and of emoji
_MARKUP = re.compile(r"[<>`\[\]{}|\\]|&#?\w+;|__|~~|\$\$|\*.*\*|^(?:[#+*-]+|\d+\))\s")
"""What HTML, Markdown, terminals or formulas read as more than text."""

_NUMBERED = re.compile(r"^\d+\.\s(\S)")
"""A place in a list, or an ordinal as in "1. FC Köln": then what follows is a name too, and has a capital."""

_ADDRESS = re.compile(
    r"://|\b(?:javascript|vbscript|data|file|mailto):\S|(?:^|\s)(?:~|\.{1,2})?/\w", re.IGNORECASE
)
"""What programs open or run, and paths."""

_INITIALS = re.compile(r"(?:^|\s)(?:\w{1,3}\.){2,}$")
"""What ends in a full stop of its own: "U.S.", "Ph.D."."""

_QUOTES = {'""', "''", "“”", "‘’", "«»", "„“", "「」"}


def clean_line(text: str, *, longest: int) -> str:
    r"""Return a text as one line: without spaces around it, and with one between words.

    Raises
    ------
    Unfit
        If it says nothing, is too long, or holds a line break or control characters.

    Examples
    --------
    >>> clean_line("  red   bikes\n", longest=60)
    'red bikes'
    """
    text = text.strip()
    if any(unicodedata.category(c) in _HIDDEN and c not in _JOINERS for c in text):
        raise Unfit(f"{text[:40]!a} holds line breaks or control characters")
    line = " ".join(text.split())
    if not any(c.isalnum() for c in line):
        raise Unfit(f"{quoted(line[:40])} says nothing")
    if len(line) > longest:
        raise Unfit(f"{quoted(line[:80])} is too long: it may have {longest} characters and has {len(line)}")
    return line


def clean_name(text: str) -> str:
    """Return a text as a name: one line, without quotes around it and without a full stop that ends a sentence.

    Raises
    ------
    Unfit
        If it is no name: of more than five words or 60 characters, of more than a line, an address or a path, or with
        markup in it.

    Examples
    --------
    >>> clean_name(' "Red  bikes." ')
    'Red bikes'
    """
    name = clean_line(_bare(text), longest=LONGEST)
    if len(name.split()) > MOST_WORDS:
        raise Unfit(f"{quoted(name)} is too long: a name may have {MOST_WORDS} words")
    if _ADDRESS.search(name):
        raise Unfit(f"{quoted(name)} is an address or a path: write the name in plain words")
    numbered = _NUMBERED.search(name)
    if _MARKUP.search(name) or (numbered and not numbered[1].isupper()):
        raise Unfit(f"{quoted(name)} holds markup: write the name in plain words")
    return name


def _bare(text: str) -> str:
    """Return a text without spaces, quotes and full stops around it, however many."""
    text = text.strip()
    while True:
        less = text if _INITIALS.search(text) else text.removesuffix(".").strip()
        inside = less[1:-1]
        if less[:1] + less[1:][-1:] in _QUOTES and not {less[0], less[-1]} & set(inside):
            less = inside.strip()
        if less == text:
            return text
        text = less
