"""Choose the few phrases that make a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Phrase", "choose_phrases", "root"]

_LONGER = 0.5
"""A longer phrase is chosen for its word if so much of the texts with the word have it: the word is seldom without the others."""

_LEAST = 0.35
"""What scores less than so much of the first is left out."""

_PREFIX, _STEM = 4, 0.6
"""Words that begin with as many letters alike, and with so much of the longer one, are forms of one word."""

_PART = 4
"""A word of so many letters at an end of a longer one is a part of it: base and database, but not art and cart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A word, or a phrase of two or three.

    Parameters
    ----------
    words : tuple of str
        As they are written.
    score : float
        How well it names the cluster.
    texts : int
        How many of the cluster's texts have it.
    place : int
        Where it is in the table of phrases.
    """

    words: tuple[str, ...]
    score: float
    texts: int
    place: int = 0

    def __str__(self) -> str:
        return " ".join(self.words)


def choose_phrases(ranked: Sequence[Phrase], most: int) -> list[Phrase]:
    """Return phrases of which no two say the same, the best first.

    Parameters
    ----------
    ranked : sequence of Phrase
        The best first.
    most : int
        How many at most.

    Examples
    --------
    >>> found = [("line", 0.6, 50), ("command line", 0.5, 45), ("tool", 0.4, 20)]
    >>> ranked = [Phrase(words=tuple(words.split()), score=score, texts=texts) for words, score, texts in found]
    >>> [str(phrase) for phrase in choose_phrases(ranked, 3)]
    ['command line', 'tool']
    """
    chosen: list[Phrase] = []
    for phrase in ranked:
        if len(chosen) == most or (chosen and phrase.score < _LEAST * chosen[0].score):
            break
        for candidate in (_whole(phrase, ranked), phrase):
            if not any(_alike(candidate, other) for other in chosen):
                chosen.append(candidate)
                break
    return chosen


def _whole(phrase: Phrase, ranked: Sequence[Phrase]) -> Phrase:
    """Return the longest phrase that holds one, if it is seldom without it."""
    longer = [
        other
        for other in ranked
        if len(other.words) > len(phrase.words)  # a score of 0 says that others have it as often
        and other.score > 0
        and other.texts >= _LONGER * phrase.texts
        and set(map(str.casefold, phrase.words)) <= set(map(str.casefold, other.words))
    ]
    return max(longer, key=lambda other: (len(other.words), other.score), default=phrase)


def _alike(one: Phrase, other: Phrase) -> bool:
    """Whether two phrases share a word, whatever its ending, or are one but for a space or hyphen."""
    if any(_same_word(a, b) for a in _roots(one) for b in _roots(other)):
        return True
    short, long = sorted(("".join(_roots(one)), "".join(_roots(other))), key=len)
    return short == long or (len(short) >= _PART and (long.startswith(short) or long.endswith(short)))


def _same_word(one: str, other: str) -> bool:
    alike = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one == other or alike >= max(_PREFIX, _STEM * max(len(one), len(other)))


def _roots(phrase: Phrase) -> Iterator[str]:
    for word in phrase.words:
        for part in re.split(r"[-_.]", word.casefold()):
            if part:
                yield root(part)


def root(word: str) -> str:
    """Return an English word in the singular; of other words the same letters in every form.

    Examples
    --------
    >>> root("libraries"), root("cats"), root("glass")
    ('library', 'cat', 'glass')
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
