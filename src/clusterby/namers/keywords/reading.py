"""The texts of clusters, read: which phrases each has, and how well they tell it from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.namers.base import Clusters
from clusterby.namers.keywords.choose import Phrase
from clusterby.namers.keywords.class_tfidf import phrase_scores
from clusterby.namers.keywords.phrases import Phrases, count_phrases
from clusterby.namers.keywords.tokens import BREAK, MOST_LETTERS, Tokens, read_tokens

__all__ = ["Reading", "read_texts"]

_TEXTS = 2_000
"""Of each cluster at most so many texts are read: shares of more hardly differ."""

_LETTERS, _FEWEST = 8_000_000, 100
"""Where the texts are long, fewer of each cluster, that all have about so many letters; but never fewer than the second."""

_MANY = 1_000
"""Of more texts than this, phrases that one alone has are left out: they are mostly numbers, links and slips."""

_RANKED = 60
"""Phrases of which a name is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """The texts of all clusters, one cluster's after the other's.

    Parameters
    ----------
    ids : list of int
        The clusters, those that are not to be named among them.
    tokens : Tokens
        The texts' words.
    phrases : Phrases
        Their phrases, by the place of each cluster among the ids.
    scores : float64 (p, k)
        How well each phrase names each cluster.
    """

    ids: list[int]
    tokens: Tokens
    phrases: Phrases
    scores: NDArray[np.float64]

    def ranked(self, at: int) -> tuple[list[Phrase], bool]:
        """Return the best phrases of a cluster, and whether they tell it from the others: if not, they are its commonest."""
        score = self.scores[:, at]
        telling = bool((score > 0).any())
        if not telling:
            counts = self.phrases.counts
            score = counts[:, at].astype(np.float64) ** 2 / np.maximum(counts.sum(axis=1), 1)
        best = np.argsort(-score, kind="stable")[:_RANKED]
        return [
            Phrase(
                words=tuple(self.tokens.words[n] for n in self.phrases.numbers[p].tolist() if n != BREAK),
                score=float(score[p]),
                texts=int(self.phrases.counts[p, at]),
                place=p,
            )
            for p in best.tolist()
            if score[p] > 0
        ], telling

    def lead_of(self, at: int, phrase: Phrase) -> float:
        """Return which share of a phrase's texts is a cluster's, if all clusters had as many texts."""
        counts = self.phrases.counts[phrase.place]
        shares = np.divide(counts, self.phrases.sizes, out=np.zeros(len(counts)), where=counts > 0)
        return float(shares[at] / shares.sum())

    def share_with(self, at: int, phrases: Sequence[Phrase]) -> float:
        """Return the share of a cluster's texts that have one of some phrases."""
        ends = np.cumsum(self.phrases.sizes)
        first, last = np.searchsorted(self.tokens.texts, [ends[at] - self.phrases.sizes[at], ends[at]])
        numbers, texts = self.tokens.numbers[first:last], self.tokens.texts[first:last]
        having = [texts[_starts(numbers, self.phrases.numbers[phrase.place])] for phrase in phrases]
        return len(np.unique(np.concatenate(having))) / int(self.phrases.sizes[at])


def read_texts(clusters: Clusters) -> Reading:
    """Read texts of all clusters, of large clusters and of long texts some that are drawn by chance.

    Examples
    --------
    >>> texts = ["a red bike", "the bike of a child", "wine from France", "red wine"] * 5
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 0, 1, 1] * 5), centers=np.zeros((2, 1), np.float32),
    ...     vectors=lambda: np.zeros((20, 1), np.float32), texts=lambda: texts,
    ... )
    >>> phrases, telling = read_texts(clusters).ranked(0)
    >>> str(phrases[0]), phrases[0].texts, telling
    ('bike', 10, True)
    """
    texts, chance = clusters.texts() if clusters.texts else [], np.random.default_rng(clusters.random_state)
    has_text = np.fromiter((bool(text and text.strip()) for text in texts), np.bool_, len(texts))
    letters = np.fromiter((min(len(text or ""), MOST_LETTERS) for text in texts), np.int64, len(texts))
    ids = np.unique(clusters.labels[clusters.labels >= 0]).tolist()
    rows = []
    for cluster in ids:
        own = np.flatnonzero((clusters.labels == cluster) & has_text)
        most = _most(letters[own], _LETTERS // len(ids))
        rows.append(np.sort(chance.choice(own, most, replace=False)) if len(own) > most else own)
    place = np.repeat(np.arange(len(ids), dtype=np.int64), [len(own) for own in rows])
    tokens = read_tokens([texts[i] for own in rows for i in own.tolist()])
    phrases = count_phrases(tokens, place, len(ids), fewest=2 if len(place) > _MANY else 1)
    return Reading(ids=ids, tokens=tokens, phrases=phrases, scores=phrase_scores(phrases))


def _most(letters: IntArray, budget: int) -> int:
    """Return how many of some texts are read, of which the lengths are given, if `budget` letters may be."""
    return int(min(_TEXTS, max(_FEWEST, budget // max(letters.mean(), 1)))) if len(letters) else 0


def _starts(numbers: IntArray, phrase: IntArray) -> IntArray:
    """Return where a phrase begins."""
    wanted = phrase[phrase != BREAK]
    last = max(len(numbers) - len(wanted) + 1, 0)
    hits = np.ones(last, dtype=np.bool_)
    for i, number in enumerate(wanted.tolist()):
        hits &= numbers[i : last + i] == number
    return np.flatnonzero(hits)
