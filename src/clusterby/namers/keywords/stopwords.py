"""Words that say nothing of a text's subject, by the language of the text."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.namers.keywords.spelling import fold_word

__all__ = ["find_stop_words", "languages", "stop_words"]

_ANY = "any"
_HOMOGRAPHS = "homographs"

_FEW = 3
"""A text with fewer stop words does not tell its language."""

_PRIOR = 0.25
"""What a stop word counts of a language that no text is in; of one that all texts are in, one more."""

_DENSE, _TIMES = 0.1, 3
"""All texts are plainly in a language whose stop words are so many a text, and so many times as many as those of English."""

_FOREIGN, _SEVERAL = 0.05, 2
"""Where so many words have letters that English has not, several stop words that mean something in English count, too."""

_NEARLY = 0.7
"""A language that has so much of the best one's count may be the text's, too: some differ by few words."""


@lru_cache(maxsize=1)
def _lists() -> tuple[tuple[str, ...], Mapping[str, int], frozenset[str]]:
    """Return the languages, for each stop word those it is one of as bits, and which of them mean something in English."""
    kept = tomllib.loads(files(__package__).joinpath("stopwords.toml").read_text(encoding="utf-8"))
    homographs = frozenset(kept.pop(_HOMOGRAPHS).split())
    found: dict[str, int] = {}
    for bit, words in enumerate(kept.values()):
        for word in words.split():
            plain = unicodedata.normalize("NFC", word).casefold()
            for form in {plain, plain.replace("'", ""), fold_word(plain), fold_word(plain).replace("'", "")}:
                found[form] = found.get(form, 0) | 1 << bit
    return tuple(kept), found, homographs


def stop_words() -> frozenset[str]:
    """Return the stop words of all languages, casefolded and composed (NFC), each with and without its apostrophe.

    Examples
    --------
    >>> {"the", "und", "don't", "dont", "что"} <= stop_words()
    True
    """
    return frozenset(_lists()[1])


def languages() -> tuple[str, ...]:
    """Return the languages whose stop words are known, by ISO 639-1.

    Examples
    --------
    >>> len(languages()), languages()[:3]
    (27, ('en', 'de', 'fr'))
    """
    return tuple(name for name in _lists()[0] if name != _ANY)


def find_stop_words(words: Sequence[str], numbers: IntArray, texts: IntArray, n: int) -> NDArray[np.bool_]:
    """Return which words of texts are stop words there, bool (t,): *die* is one in German, *dog* in Danish.

    Parameters
    ----------
    words : sequence of str
        Different words, as :func:`~clusterby.namers.keywords.spelling.fold_word` gives them.
    numbers : int64 (t,)
        Which of them stand in the texts, one after the other; −1 is none.
    texts : int64 (t,)
        In which text each stands.
    n : int
        How many texts there are.

    Notes
    -----
    A text is in the language of most of its stop words, where those of languages that other texts are in count more, and those
    that mean something in English do not count. In a text
    that has too few to tell, a word is a stop word if it mostly is one in the texts that tell. If none of these has it, it is
    one unless it means something in English; and even then if all texts together are plainly in a language of which it is one.

    Examples
    --------
    >>> texts = ["the dog is under a car".split(), "jeg har en dog og en kat".split()]
    >>> words = sorted({word for text in texts for word in text})
    >>> numbers = np.array([words.index(word) for text in texts for word in text])
    >>> stops = find_stop_words(words, numbers, np.repeat([0, 1], [6, 7]), 2)
    >>> [words[number] for number in numbers[~stops]]
    ['dog', 'car', 'kat']
    """
    names, lists, homographs = _lists()
    bits = np.array([*(lists.get(word, 0) for word in words), 0], dtype=np.int64)  # the last is for −1
    means = np.array([word in homographs for word in words], dtype=np.bool_)
    stops = np.zeros(len(numbers), dtype=np.bool_)
    at = np.flatnonzero(bits[numbers])
    word, text = numbers[at], texts[at]
    spoken = _spoken(np.where(means[word], 0, bits[word]), text, n, len(names))
    tells = spoken[text] != 0
    inside = bits[word] & spoken[text] != 0
    seen = np.bincount(word[tells], minlength=len(words))
    meant = np.bincount(word[tells & inside], minlength=len(words))
    mostly = np.where(seen > 0, 2 * meant >= seen, ~means)
    unclear = means & (seen == 0)
    if np.any(unclear[word[~tells]]):
        mostly |= unclear & (bits[:-1] & _of_all(words, numbers, bits[:-1], means, n) != 0)
    in_any = bits[word] >> names.index(_ANY) & 1 > 0
    stops[at] = np.where(tells, inside, mostly[word]) | in_any
    return stops


def _spoken(bits: IntArray, texts: IntArray, n: int, n_languages: int) -> IntArray:
    """Return the languages that each text may be in, as bits; none where it has too few stop words to tell."""
    counts = np.stack(
        [np.bincount(texts[bits >> i & 1 > 0], minlength=n) for i in range(n_languages)], axis=1
    )
    tells = counts.max(axis=1, initial=0) >= _FEW
    best = np.bincount(counts[tells].argmax(axis=1), minlength=n_languages)
    weighted = counts * (_PRIOR + best / max(int(best.sum()), 1))
    near = (weighted >= _NEARLY * weighted.max(axis=1, keepdims=True)) & (weighted > 0) & tells[:, None]
    spoken: IntArray = (near << np.arange(n_languages)).sum(axis=1)
    return spoken


def _of_all(words: Sequence[str], numbers: IntArray, bits: IntArray, means: NDArray[np.bool_], n: int) -> int:
    """Return the languages that all texts are plainly in, as bits; 0 where that is English, or not plain."""
    names = _lists()[0]
    counts = np.bincount(numbers[numbers >= 0], minlength=len(words))
    foreign = np.array([not word.isascii() for word in words], dtype=np.bool_)
    is_foreign = counts[foreign].sum() >= _FOREIGN * counts.sum()
    english = bits >> names.index("en") & 1 > 0
    found = np.zeros(len(names))
    for i, name in enumerate(names):
        own = bits >> i & 1 > 0
        if name in (_ANY, "en"):
            continue
        score = counts[own & ~english & ~means].sum()
        if is_foreign and np.count_nonzero(own & means & (counts > 0)) >= _SEVERAL:
            score += counts[own & means].sum()
        if score >= max(_DENSE * n, _TIMES * counts[english & ~own & ~means].sum()):
            found[i] = score
    near = (found > 0) & (found >= _NEARLY * found.max())
    return int((near << np.arange(len(names))).sum())
