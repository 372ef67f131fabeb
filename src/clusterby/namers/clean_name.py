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
_MARKUP = re.compile(r"[<>`\[\]{}*|\\]|&#?\w+;|__|~~|\$\$|^(?:[#+-]+|\d+[.)])\s|://")
"""What HTML, Markdown, terminals or formulas read as more than text."""

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
    """Return a text as a name: one line, without quotes around it and without a full stop.

    Raises
    ------
    Unfit
        If it is no name: of more than five words or 60 characters, of more than a line, or with markup in it.

    Examples
    --------
    >>> clean_name(' "Red  bikes." ')
    'Red bikes'
    """
    text = text.strip().removesuffix(".").strip()
    if text[:1] + text[1:][-1:] in _QUOTES:
        text = text[1:-1].strip().removesuffix(".")
    name = clean_line(text, longest=LONGEST)
    if len(name.split()) > MOST_WORDS:
        raise Unfit(f"{quoted(name)} is too long: a name may have {MOST_WORDS} words")
    if _MARKUP.search(name):
        raise Unfit(f"{quoted(name)} holds markup: write the name in plain words")
    return name
