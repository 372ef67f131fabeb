"""Choose the words of a group's name by what its parts are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from clusterby.namers.base import MIXED, Name
from clusterby.namers.unlike import same_name, unlike

__all__ = ["name_from_parts"]

_NUMBER = re.compile(r" \d+$")


def name_from_parts(name: Name, parts: Sequence[Name], *, taken: Iterable[str] = ()) -> Name:
    """Return a group's name of those of its words that its parts are called by: first the one of most parts, then of the rest.

    A name that is not made of its words, but by a model or a person, stays as it is. One that changes has no confidence: that
    was said of other words.

    Parameters
    ----------
    name : Name
        The name, with the words that set the group apart, the best first.
    parts : sequence of Name
        What its parts are called.
    taken : iterable of str
        Names that it must not have.

    Examples
    --------
    >>> said = [("bike", "wheel"), ("car", "wheel")]
    >>> parts = [Name(name=words[0], by="keywords", words=words) for words in said]
    >>> name_from_parts(Name(name="bike", by="keywords", words=("bike", "car", "wheel")), parts).name
    'wheel'
    >>> name_from_parts(Name(name="bike, pedal", by="keywords", words=("bike", "pedal", "car")), parts).name
    'bike, car'
    """
    said = _count_said(name)
    if said is None:
        return name
    words = _ordered(name.words, parts)
    before = MIXED if name.name.startswith(MIXED) else ""
    wanted = (before + ", ".join(words[:most]) for most in range(said, len(words) + 1))
    found = unlike(wanted, {same_name(other) for other in taken})
    confidence = name.confidence if found == name.name else None
    return replace(name, name=found, words=words, confidence=confidence)


def _count_said(name: Name) -> int | None:
    """Return how many of its first words a name is made of, with a number or without; None if it is not."""
    said = name.name.removeprefix(MIXED)
    made = {", ".join(name.words[:most]): most for most in range(1, len(name.words) + 1)}
    return made.get(said, made.get(_NUMBER.sub("", said)))


def _ordered(words: Sequence[str], parts: Sequence[Name]) -> tuple[str, ...]:
    """Return words so that each is of as many parts as can be that those before it are not of; else in their order."""
    of = {word: {i for i, part in enumerate(parts) if _calls(part, word)} for word in words}
    left, found, covered = list(of), [], set[int]()
    while left:
        best = max(left, key=lambda word: len(of[word] - covered))  # the first of those that are alike
        left.remove(best)
        found.append(best)
        covered |= of[best]
    return tuple(found)


def _calls(part: Name, word: str) -> bool:
    """Whether a part is called by a word, alone or in a phrase."""
    wanted = set(same_name(word).split())
    return any(wanted <= set(same_name(said).split()) for said in (*part.words, part.name))
