"""Which phrases tell a cluster from the others: class-based TF-IDF on shares of texts."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from clusterby.namers.keywords.phrases import Phrases

__all__ = ["phrase_scores", "surely_told"]

_LEAST = 10.83
"""A log-likelihood ratio that chance reaches in one of a thousand phrases."""

_CHANCE = 0.05
"""How often chance gives some cluster a phrase that surely tells it."""

_AT_ONCE = 2_000_000  # counts, of which several tables are made


def phrase_scores(phrases: Phrases, *, least: float = _LEAST) -> NDArray[np.float64]:
    """Return how well each phrase names each cluster, float64 (p, k); 0 where it does not.

    Parameters
    ----------
    phrases : Phrases
        How many texts have each.
    least : float
        The log-likelihood ratio of a phrase that is not left out.

    Notes
    -----
    The score is p · log(1 + 1/Σp) · p / (p + q), where p is the share of the cluster's texts that have the phrase, Σp the sum
    of its shares in all clusters and q the largest of the others: what a sibling has too counts less. The first two factors are
    the class-based TF-IDF of Grootendorst (2022), *BERTopic*, with shares of texts for counts of words, so that neither a
    long text nor a large cluster has a louder voice. Phrases are left out whose log-likelihood ratio (Dunning 1993) chance
    might reach, but for those that all texts of a cluster have and no other: of few texts nothing could be more telling.

    Examples
    --------
    >>> phrases = Phrases(numbers=np.array([[0, -1, -1], [1, -1, -1]]), counts=np.array([[9, 8], [9, 0]]), sizes=np.array([9, 9]))
    >>> phrase_scores(phrases).round(2).tolist()
    [[0.0, 0.0], [0.69, 0.0]]
    """
    sizes = phrases.sizes.astype(np.float64)
    scores = np.zeros(phrases.counts.shape)
    step = max(_AT_ONCE // max(len(sizes), 1), 1)
    for first in range(0, len(scores), step):
        counts = phrases.counts[first : first + step].astype(np.float64)
        scores[first : first + step] = _scores(counts, sizes, least)
    return scores


def surely_told(phrases: Phrases) -> NDArray[np.bool_]:
    """Return which clusters have a phrase that chance would hardly give any of them, however many phrases there are, bool (k,).

    The bar is Bonferroni's: a twentieth shared by all phrases and clusters.

    Examples
    --------
    >>> phrases = Phrases(numbers=np.array([[0, -1, -1], [1, -1, -1]]), counts=np.array([[9, 8], [9, 0]]), sizes=np.array([9, 9]))
    >>> surely_told(phrases).tolist()
    [True, False]
    """
    tests = int(np.count_nonzero(phrases.counts.sum(axis=1) > 1)) * len(phrases.sizes)
    least = NormalDist().inv_cdf(_CHANCE / max(tests, 1) / 2) ** 2
    scores = phrase_scores(phrases, least=max(least, _LEAST))
    return np.asarray(np.any(scores > 0, axis=0))


def _scores(counts: NDArray[np.float64], sizes: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    share = np.divide(counts, sizes, out=np.zeros_like(counts), where=sizes > 0)
    largest = share.max(axis=1, keepdims=True)
    rival = np.where(share == largest, _second(share), largest)
    rarity = np.log1p(1 / np.maximum(share.sum(axis=1, keepdims=True), 1e-12))
    scores: NDArray[np.float64] = share * rarity
    scores *= np.divide(share, share + rival, out=np.zeros_like(share), where=share > 0)
    if np.count_nonzero(sizes) > 1:
        scores[~_surprising(counts, sizes, least)] = 0
    return scores


def _second(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the second largest of each row, float64 (p, 1); 0 where there is none."""
    return np.partition(share, -2, axis=1)[:, -2:-1] if share.shape[1] > 1 else np.zeros((len(share), 1))


def _surprising(counts: NDArray[np.float64], sizes: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """Whether a cluster has a phrase more often than chance would have it."""
    totals, n = counts.sum(axis=1, keepdims=True), float(sizes.sum())
    perfect = _ratio(sizes, sizes, sizes, n)
    bar = np.minimum(least, perfect * (1 - 1e-9))
    return np.asarray((_ratio(counts, totals, sizes, n) >= bar) & (counts * n > totals * sizes))


def _ratio(
    counts: NDArray[np.float64], totals: NDArray[np.float64], sizes: NDArray[np.float64], n: float
) -> NDArray[np.float64]:
    """Return the log-likelihood ratio of counts in clusters to those that chance would give."""
    expected = totals * sizes / n
    ratio = _term(counts, expected) + _term(sizes - counts, sizes - expected)
    ratio += _term(totals - counts, totals - expected)
    ratio += _term(n - sizes - totals + counts, n - sizes - totals + expected)
    return 2 * ratio


def _term(seen: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    quotient = np.divide(seen, chance, out=np.ones_like(seen), where=(seen > 0) & (chance > 0))
    return np.asarray(seen * np.log(quotient))
