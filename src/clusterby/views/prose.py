"""Numbers and data as a reader sees them."""

from __future__ import annotations

import re

__all__ = ["count", "measure", "percent", "shortened", "visible"]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNWRITABLE = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NEXT_LINE = re.compile(r"\r\n?")


def count(number: int) -> str:
    """Return a number with its thousands apart.

    Examples
    --------
    >>> count(1797)
    '1,797'
    """
    return f"{number:,}"


def percent(share: float) -> str:
    """Return a share of 1 as a percentage; what is small but not nothing stays visible.

    Examples
    --------
    >>> percent(0.1234), percent(0.00001), percent(1.0)
    ('12.3%', '<0.1%', '100%')
    """
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 < share < 1:
        return ">99.9%"
    return f"{100 * share:.1f}%".replace("100.0%", "100%")


def measure(value: float | str) -> str:
    """Return a share as a percentage, and any other measure as it is.

    Examples
    --------
    >>> measure(0.5), measure("3.4 kB")
    ('50.0%', '3.4 kB')
    """
    return value if isinstance(value, str) else percent(value)


def shortened(text: str, most: int) -> str:
    """Return the text cut to `most` characters, with an ellipsis where something is gone.

    Examples
    --------
    >>> shortened("groupby", 6)
    'group…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def visible(text: str) -> str:
    r"""Return text that may stand in a page: control characters as their pictures, broken ones as �.

    Examples
    --------
    >>> visible("a\x00b")
    'a␀b'
    """
    text = _NEXT_LINE.sub("\n", text)
    text = _CONTROL.sub(lambda found: "␡" if found[0] == "\x7f" else chr(0x2400 + ord(found[0])), text)
    return _UNWRITABLE.sub("�", text)
