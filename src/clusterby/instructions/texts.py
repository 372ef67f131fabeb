"""Texts as users give them: one or several, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clusterby.core.errors import InvalidParameter

__all__ = ["check_texts", "folded"]


def check_texts(name: str, values: Any) -> tuple[str, ...]:
    """Return texts as a tuple.

    Raises
    ------
    InvalidParameter
        If there is none, one is empty or no text, or one is there twice.

    Examples
    --------
    >>> check_texts("description", "sunny background ")
    ('sunny background',)
    """
    if not isinstance(values, Iterable) or isinstance(values, (bytes, Mapping)):
        raise InvalidParameter(f"{name}={values!r:.80}: give a text or a list of texts")
    found = (values,) if isinstance(values, str) else tuple(values)
    if not found:
        raise InvalidParameter(f"{name}={values!r:.80}: give a text or a list of texts")
    seen = set()
    for text in found:
        if not isinstance(text, str) or not text.strip():
            raise InvalidParameter(f"{name}: {text!r:.80} is no text; say it in words")
        if folded(text) in seen:
            raise InvalidParameter(f"{name}: {text!r:.80} is there twice; give each once")
        seen.add(folded(text))
    return tuple(text.strip() for text in found)


def folded(text: str) -> str:
    """Return a text without what makes no difference between two: case and space.

    Examples
    --------
    >>> folded(" A  Beach")
    'a beach'
    """
    return " ".join(text.casefold().split())
