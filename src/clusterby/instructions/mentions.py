"""Which nouns and words of the lexicons a text mentions, and where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from clusterby.instructions.lexicons import Lexicon, lexicons

__all__ = ["Mention", "forms", "holds", "mentions", "normalized", "same", "token_spans", "tokenize"]

_TOKEN = re.compile(r"\{\}|[^\W_]+|(?<=\s)-+(?=\s)|[^\w\s'’‘`-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Tokens `start` to `stop` of a text: the criterion they name, and the words they are, in the order of the file."""

    start: int
    stop: int
    noun: Lexicon | None
    words: tuple[tuple[Lexicon, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A word of a lexicon, or a noun of it where `word` is None, as tokens."""

    tokens: tuple[str, ...]
    lexicon: Lexicon
    word: str | None
    rank: int


def tokenize(text: str) -> list[str]:
    """Return the words of a text, its ``{}`` and its punctuation; hyphens and underscores part words and vanish.

    Examples
    --------
    >>> tokenize("Time-of-day, {}!")
    ['time', 'of', 'day', ',', '{}', '!']
    """
    return _TOKEN.findall(normalized(text).casefold())


def normalized(text: str) -> str:
    """Return a text with the letters that tokens are made of, in its own case."""
    return unicodedata.normalize("NFKC", text)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return where in the normalized text each of its tokens begins and ends.

    Examples
    --------
    >>> token_spans("a Close-up")
    [(0, 1), (2, 7), (8, 10)]
    """
    letters = normalized(text)
    # a letter may fold to several: "ß" to "ss"
    origins = [place for place, letter in enumerate(letters) for _ in letter.casefold()]
    found = _TOKEN.finditer(letters.casefold())
    return [(origins[match.start()], origins[match.end() - 1] + 1) for match in found]


def forms(token: str) -> tuple[str, ...]:
    """Return a token and what it may be the plural of."""
    if len(token) < 4 or not token.endswith("s") or token.endswith("ss"):
        return (token,)
    stem, found = token[:-1], [token, token[:-1]]
    if stem.endswith(("se", "xe", "ze", "che", "she", "oe")):
        found.append(stem[:-1])
    if stem.endswith("ie"):
        found.append(stem[:-2] + "y")
    if stem.endswith("ve"):
        found += [stem[:-2] + "f", stem[:-2] + "fe"]
    return tuple(found)


def same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the tokens of two words are the same, singular or plural.

    Examples
    --------
    >>> same(["colors"], ["color"])
    True
    """
    return len(one) == len(other) and all(
        not set(forms(a)).isdisjoint(forms(b)) for a, b in zip(one, other, strict=True)
    )


def holds(word: str, other: str) -> bool:
    """Whether the tokens of a word stand side by side in another: ``"red"`` in ``"dark red"``.

    Examples
    --------
    >>> holds("red", "dark red"), holds("room", "roommate")
    (True, False)
    """
    part, whole = tokenize(word), tokenize(other)
    return any(same(part, whole[i : i + len(part)]) for i in range(len(whole) - len(part) + 1))


def mentions(tokens: Sequence[str]) -> list[Mention]:
    """Return what a text mentions, from left to right, the longest where several overlap."""
    spans: dict[tuple[int, int], list[_Entry]] = {}
    for start, token in enumerate(tokens):
        for entry in (entry for form in forms(token) for entry in _entries().get(form, ())):
            span = start, start + len(entry.tokens)
            if same(entry.tokens, tokens[slice(*span)]) and entry not in spans.setdefault(span, []):
                spans[span].append(entry)
    taken: set[int] = set()
    found = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if taken.isdisjoint(range(*span)):
            taken.update(range(*span))
            found.append(_mention(span, spans[span], tuple(tokens[slice(*span)])))
    return sorted(found, key=lambda mention: mention.start)


@cache
def _entries() -> Mapping[str, list[_Entry]]:
    """Return all nouns and words under each form of their first token."""
    entries: dict[str, list[_Entry]] = {}
    for rank, lexicon in enumerate(lexicons().values()):
        nouns: list[tuple[str, str | None]] = [(noun, None) for noun in lexicon.nouns]
        for spelled, word in nouns + [(word, word) for word in lexicon.words]:
            tokens = tuple(tokenize(spelled.removeprefix("a ")))
            for form in forms(tokens[0]):
                entries.setdefault(form, []).append(
                    _Entry(tokens=tokens, lexicon=lexicon, word=word, rank=rank)
                )
    return entries


def _mention(span: tuple[int, int], entries: Sequence[_Entry], said: tuple[str, ...]) -> Mention:
    # "short" is a size, though the singular of "shorts" too: what is written out comes before inflected forms
    words = sorted((entry for entry in entries if entry.word is not None), key=lambda entry: entry.rank)
    exact = [entry for entry in words if entry.tokens == said]
    return Mention(
        start=span[0],
        stop=span[1],
        noun=next((entry.lexicon for entry in entries if entry.word is None), None),
        words=tuple((entry.lexicon, entry.word or "") for entry in exact or words),
    )
