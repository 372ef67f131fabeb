"""The words and phrases of texts, and how many texts of each cluster have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.namers.keywords.tokens import BREAK, Tokens

__all__ = ["Phrases", "count_phrases"]

_LONGEST = 3
_CELLS = 5_000_000
"""Counts that are kept of phrases of one length, 40 MB: with many clusters the rarer phrases are left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Phrases:
    """Words and phrases, each in enough texts to mean something.

    Parameters
    ----------
    numbers : int64 (p, 3)
        The numbers of each one's words, filled up with :data:`~clusterby.namers.keywords.tokens.BREAK`.
    counts : int64 (p, k)
        In how many texts of each cluster it is.
    sizes : int64 (k,)
        How many texts each cluster has.
    """

    numbers: IntArray
    counts: IntArray
    sizes: IntArray

    @property
    def lengths(self) -> IntArray:
        """How many words each has, int64 (p,)."""
        lengths: IntArray = np.count_nonzero(self.numbers != BREAK, axis=1)
        return lengths


def count_phrases(tokens: Tokens, clusters: IntArray, k: int, *, fewest: int = 2) -> Phrases:
    """Return the words of texts, and the phrases of two and three that no stop word and no punctuation parts.

    No word is followed by itself in a phrase.

    Parameters
    ----------
    tokens : Tokens
        Those of n texts.
    clusters : int64 (n,)
        The cluster of each text, from 0 to k − 1; those of none, −1, are left out.
    k : int
        How many clusters there are.
    fewest : int
        In how many texts a phrase must be, unless a cluster of fewer has it: of one text nothing else is known.

    Examples
    --------
    >>> from clusterby.namers.keywords.tokens import read_tokens
    >>> tokens = read_tokens(["red bike", "a red bike", "red wine"])
    >>> phrases = count_phrases(tokens, np.array([0, 0, 0]), 1)
    >>> [[tokens.words[w] for w in row if w >= 0] for row in phrases.numbers.tolist()]
    [['red'], ['bike'], ['red', 'bike']]
    >>> phrases.counts.tolist()
    [[3], [2], [2]]
    """
    cluster = clusters[tokens.texts]
    words = np.where(cluster >= 0, tokens.numbers, BREAK)
    numbers, counts = [], []
    grams = words.copy()  # the phrase that ends at each place, as a number; BREAK where there is none
    parts = np.full((len(tokens.words), _LONGEST), BREAK, dtype=np.int64)
    parts[:, 0] = np.arange(len(tokens.words))
    for length in range(1, _LONGEST + 1):
        if length > 1:
            grams, parts = _longer(grams, words, parts, length)
        kept, table = _texts_with(grams, tokens.texts, clusters, len(parts), k, fewest)
        numbers.append(parts[kept])
        counts.append(table)
        renumbered = np.full(len(parts) + 1, BREAK, dtype=np.int64)  # the last is for BREAK itself
        renumbered[kept] = np.arange(len(kept))
        grams, parts = renumbered[grams], parts[kept]
    sizes = np.bincount(clusters[clusters >= 0], minlength=k)
    return Phrases(numbers=np.concatenate(numbers), counts=np.concatenate(counts), sizes=sizes)


def _longer(grams: IntArray, words: IntArray, parts: IntArray, length: int) -> tuple[IntArray, IntArray]:
    """Return the phrases that are longer by the word that follows them, renumbered, and the words of each."""
    joined = np.full(len(grams), BREAK, dtype=np.int64)
    goes_on = (grams[:-1] != BREAK) & (words[1:] != BREAK) & (words[1:] != words[:-1])
    at = np.flatnonzero(goes_on) + 1
    found, number = np.unique(grams[at - 1] * (words.max(initial=0) + 1) + words[at], return_inverse=True)
    joined[at] = number
    first, last = np.divmod(found, words.max(initial=0) + 1)
    longer = parts[first].copy()
    longer[:, length - 1] = last
    return joined, longer


def _texts_with(
    grams: IntArray, texts: IntArray, clusters: IntArray, size: int, k: int, fewest: int
) -> tuple[IntArray, NDArray[np.int64]]:
    """Return which phrases are in enough texts, and for each of them in how many of each cluster."""
    at = np.flatnonzero(grams != BREAK)
    pairs = np.sort(grams[at] * len(clusters) + texts[at])  # np.unique would hash them: five times as slow
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    phrase, text = np.divmod(pairs, max(len(clusters), 1))
    found = np.bincount(phrase, minlength=size)
    small = np.bincount(clusters[clusters >= 0], minlength=k) < fewest
    often = found >= fewest
    if small.any():
        often[phrase[small[clusters[text]]]] = True
    kept = np.flatnonzero(often)
    most = max(_CELLS // max(k, 1), 1)
    if len(kept) > most:  # of those that are as common, the first
        kept = np.sort(kept[np.argsort(-found[kept], kind="stable")[:most]])
    place = np.full(size, BREAK, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    inside = place[phrase] >= 0
    flat = np.bincount(place[phrase[inside]] * k + clusters[text[inside]], minlength=len(kept) * k)
    return kept, flat.reshape(len(kept), k)
