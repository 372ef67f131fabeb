"""What a run may be called: a name that is one safe folder's name on every system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from clusterby.core.errors import InvalidParameter

__all__ = ["LONGEST", "check_key", "check_no_twin"]

LONGEST = 64
"""Characters of a key."""

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{d}{i}" for d in ("com", "lpt") for i in range(10)})
"""Names that mean devices on Windows, whatever follows a dot."""


def check_key(key: Any) -> str:
    """Return a key under which a run may be kept.

    Raises
    ------
    InvalidParameter
        If it is no word of ASCII letters, digits, ``_``, ``-`` and ``.`` that begins with a letter, a digit or ``_``, is
        too long, or is what Windows calls a device.

    Examples
    --------
    >>> check_key("by_look-2.1")
    'by_look-2.1'
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise InvalidParameter(
            f"run key {key!r:.80}: give a word of the letters a to z, digits, '_', '-' and '.', which begins with a letter, "
            "a digit or '_'"
        )
    if len(key) > LONGEST:
        raise InvalidParameter(f"run key {key[:20]!r}… has {len(key)} characters: give at most {LONGEST}")
    if key.partition(".")[0].lower() in _DEVICES:
        raise InvalidParameter(f"run key {key!r} is the name of a device on Windows: choose another")
    return key


def check_no_twin(key: str, known: Iterable[str]) -> None:
    """Refuse a key that differs from another by case alone: some systems take the two for one.

    Raises
    ------
    InvalidParameter
        If it does.
    """
    twin = next((other for other in known if other != key and other.lower() == key.lower()), None)
    if twin is not None:
        raise InvalidParameter(
            f"run key {key!r}: there is a run {twin!r}, which differs by case alone; choose another"
        )
