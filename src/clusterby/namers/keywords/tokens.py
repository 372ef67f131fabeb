"""Texts as rows of word numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import numpy as np

from clusterby.core.column import IntArray
from clusterby.namers.keywords.markup import strip_markup
from clusterby.namers.keywords.spelling import fold_word
from clusterby.namers.keywords.stopwords import find_stop_words

__all__ = ["BREAK", "MOST_LETTERS", "Tokens", "read_tokens"]

BREAK = -1
"""What stands between two words that make no phrase: a stop word, a mark of punctuation, the end of a text."""

MOST_LETTERS = 2_000
"""So many characters of each text are read unless told otherwise."""

_LONGEST = 40  # characters of a word: what is longer is a code or a link
_MARKUP = 4  # times as many characters are read of a text with markup
_WRITES_WORDS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U000323af]")
"""Characters that are words by themselves, unlike letters of an alphabet: those of Chinese, and syllables of Korean."""

_JOINERS = "\u200c\u200d"  # of the scripts of Persian and India
_ELIDED = re.compile(r"(?:[cdjlmnst]|(?:jus|lors|puis)?qu|un|dell|all|nell|sull|dall|quest|quell)'(?=\w\w)")
"""Articles and the like that lean on a word: the water is l'eau and dell'acqua."""

_LEANS = re.compile(r"'(?:s|d|m|ll|re|ve)$", re.IGNORECASE)
"""What leans on an English word: the bike's, they'll."""

_SPELT = str.maketrans(
    dict.fromkeys("\u2019\u02bc\uff07", "'")
    | dict.fromkeys("\u2010\u2011", "-")
    # without meaning inside a word: soft hyphens and breaks, the Arabic letter that widens a line, marks of direction
    | dict.fromkeys(
        "\u00ad\u0640\u200b\u2060\ufeff\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """The words of texts.

    Parameters
    ----------
    words : tuple of str
        Each word as it is written most often, in the order of its number.
    numbers : int64 (t,)
        The words' numbers in the order of the texts, :data:`BREAK` between those that make no phrase.
    texts : int64 (t,)
        In which text each stands.
    """

    words: tuple[str, ...]
    numbers: IntArray
    texts: IntArray


def read_tokens(texts: Sequence[str | None], *, most: int = MOST_LETTERS) -> Tokens:
    """Return the words of texts, whatever their case, width and composition, without stop words, bare numbers and HTML.

    A word is a run of letters, digits and combining marks; an apostrophe, hyphen, dot, underscore, plus or number sign is part of
    it inside, the last two also at its end: ``C++``, ``libgtk-3``, ``node.js``. A letter of an alphabet is none by itself.

    Parameters
    ----------
    texts : sequence of str or None
        Any language that puts spaces between its words.
    most : int
        How many characters of each text are read, up to the last whole word.

    Examples
    --------
    >>> tokens = read_tokens(["The C++ library, and a red Bike", "red bike"])
    >>> tokens.words
    ('C++', 'library', 'red', 'Bike')
    >>> tokens.numbers.tolist()
    [-1, 0, 1, -1, -1, -1, 2, 3, -1, 2, 3, -1]
    """
    pieces: list[str] = []
    ends = np.zeros(len(texts), dtype=np.int64)
    find = _pattern().findall
    for place, text in enumerate(texts):
        if text:
            pieces += find(unicodedata.normalize("NFC", _plain(text, most)).translate(_SPELT))
        pieces.append("\n")
        ends[place] = len(pieces)
    seen: defaultdict[str, int] = defaultdict(count().__next__)
    forms = np.fromiter(map(seen.__getitem__, pieces), np.int64, len(pieces))
    words, number_of = _fold(list(seen), np.bincount(forms, minlength=len(seen)))
    numbers = number_of[forms]
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), np.diff(ends, prepend=0))
    numbers[find_stop_words([*map(fold_word, words)], numbers, owners, len(texts))] = BREAK
    return _used(words, numbers, owners)


def _plain(text: str, most: int) -> str:
    """Return the beginning of a text without markup."""
    if "<" in text or "&" in text:
        beginning = _cut(text, _MARKUP * most)
        text = strip_markup(beginning, broken=len(beginning) < len(text))
    return _cut(text, most)


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text, without the word that would be broken."""
    if len(text) <= most:
        return text
    beginning = text[:most]
    return beginning if text[most].isspace() else (beginning.rsplit(None, 1) or [""])[0]


def _fold(forms: list[str], counts: IntArray) -> tuple[tuple[str, ...], IntArray]:
    """Return the words as they are written most often, and for each form the number of its word."""
    number_of = np.full(len(forms), BREAK, dtype=np.int64)
    numbers: dict[str, int] = {}
    best: list[int] = []
    for place, form in enumerate(forms):
        core = _core(form)
        if not _is_word(core):
            continue
        word = fold_word(core)
        number = numbers.setdefault(word, len(numbers))
        if number == len(best):
            best.append(place)
        elif counts[place] > counts[best[number]]:
            best[number] = place
        number_of[place] = number
    return tuple(_core(forms[place]) for place in best), number_of


def _used(words: tuple[str, ...], numbers: IntArray, texts: IntArray) -> Tokens:
    """Return the tokens with those words alone that stand somewhere."""
    used = np.bincount(numbers[numbers != BREAK], minlength=len(words)) > 0
    renumbered = np.append(np.where(used, np.cumsum(used) - 1, BREAK), BREAK)  # the last is for BREAK itself
    kept = tuple(word for word, is_used in zip(words, used.tolist(), strict=True) if is_used)
    return Tokens(words=kept, numbers=renumbered[numbers], texts=texts)


def _core(form: str) -> str:
    """Return a form without what leans on it: ``the bike's``, ``l'eau``."""
    elided = _ELIDED.match(form.casefold())
    return _LEANS.sub("", form[elided.end() :] if elided else form)


def _is_word(word: str) -> bool:
    if len(word) == 1:
        return _WRITES_WORDS.match(word) is not None
    return len(word) <= _LONGEST and any(c.isalpha() for c in word)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Return what finds words and punctuation; ``re`` has no class for combining marks, without which Hindi falls apart."""
    marks = "".join(chr(c) for c in range(0x300, 0x11000) if unicodedata.category(chr(c))[0] == "M")
    letters = rf"[^\W_](?:[^\W_]|[{marks}]|[{_JOINERS}](?=[^\W_]))*"
    return re.compile(rf"{letters}(?:(?:['._-]|[+#]+){letters})*[+#]*|[^\s\w]+|\n")
