"""Name clusters by the words of their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.namers.base import Clusters, Name, Names
from clusterby.namers.keywords.choose import Phrase, choose_phrases
from clusterby.namers.keywords.class_tfidf import phrase_scores
from clusterby.namers.keywords.phrases import Phrases, count_phrases
from clusterby.namers.keywords.tokens import BREAK, MOST_LETTERS, Tokens, read_tokens
from clusterby.namers.unlike import same_name, unlike
from clusterby.namers.values import name_by_values

__all__ = ["KeywordNamer"]

_TEXTS = 2_000
"""Of each cluster at most so many texts are read: shares of more hardly differ."""

_LETTERS, _FEWEST = 8_000_000, 100
"""Where the texts are long, fewer of each cluster, that all have about so many letters; but never fewer than the second."""

_MANY = 1_000
"""Of more texts than this, phrases that one alone has are left out: they are mostly numbers, links and slips."""

_RANKED = 60
"""Phrases of which a name is chosen."""

_SPARE = 6
"""Phrases that are chosen, of which those beyond the name make it another where it is taken."""

_MIXED, _COMMON = 0.1, 0.5
"""Where the words of a name are in fewer of the cluster's texts, it is a mixture; the second where they do not set it apart."""


class KeywordNamer:
    """Names clusters by the words that their texts share and those of other clusters do not; by values where there are no texts.

    Nothing leaves the machine, and nothing is drawn by chance but texts of clusters that have more than 2,000, and of all where
    they have more than 8 million letters together.

    Parameters
    ----------
    words : int
        How many words or phrases a name has at most; more where that alone makes it another than a name that is taken.

    Raises
    ------
    InvalidParameter
        If `words` is none from 1 to 10.

    Notes
    -----
    Phrases are of up to three words with neither stop word nor punctuation between them. Languages that put no spaces between
    words are read in whole runs, of which names are poor. The confidence of a name is the share of the cluster's texts that
    have one of its words. Where that is less than a tenth, or less than half and no word sets the cluster apart, the name
    begins with ``"mixed: "``.

    Examples
    --------
    >>> import numpy as np
    >>> texts = ["a red bike", "the bike of a child", "wine from France", "red wine"] * 5
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 0, 1, 1] * 5), centers=np.zeros((2, 1), np.float32),
    ...     vectors=lambda: np.zeros((20, 1), np.float32), texts=lambda: texts,
    ... )
    >>> {cluster: name.name for cluster, name in KeywordNamer(words=1).name(clusters).names.items()}
    {0: 'bike', 1: 'wine'}
    """

    def __init__(self, *, words: int = 3) -> None:
        if isinstance(words, bool) or not isinstance(words, int) or not 1 <= words <= 10:
            raise InvalidParameter(f"words={words!r}: give a whole number from 1 to 10")
        self.words = words

    def name(self, clusters: Clusters) -> Names:
        """Return a name for each cluster that has texts, or that values of other columns mark."""
        if clusters.texts is None:
            return name_by_values(clusters, by="keywords")
        read = _read(clusters)
        names: dict[int, Name] = {}
        failed: dict[int, str] = {}
        taken = {same_name(name) for name in clusters.others.values()}
        for cluster in clusters.asked:
            at = read.ids.index(cluster) if cluster in read.ids else None
            if at is None or not read.phrases.sizes[at]:
                failed[cluster] = "it has no texts: name it yourself, or by a model"
                continue
            ranked, telling = read.ranked(at)
            if not ranked:
                failed[cluster] = "its texts share no word: name it yourself, or by a model"
                continue
            names[cluster] = self._name(read, at, ranked, telling=telling, taken=taken)
            taken.add(same_name(names[cluster].name))
        return Names(names=names, failed=failed)

    def _name(
        self, read: _Read, at: int, ranked: Sequence[Phrase], *, telling: bool, taken: set[str]
    ) -> Name:
        chosen = choose_phrases(ranked, max(self.words, _SPARE))
        share = read.share_with(at, chosen[: self.words])
        mixed = share < (_MIXED if telling else _COMMON)
        words = tuple(map(str, chosen))
        lengths = range(min(self.words, len(words)), len(words) + 1)
        name = unlike(["mixed: " * mixed + ", ".join(words[:most]) for most in lengths], taken)
        return Name(name=name, by="keywords", confidence=share, mixed=mixed, words=words)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
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

    def share_with(self, at: int, phrases: Sequence[Phrase]) -> float:
        """Return the share of a cluster's texts that have one of some phrases."""
        ends = np.cumsum(self.phrases.sizes)
        first, last = np.searchsorted(self.tokens.texts, [ends[at] - self.phrases.sizes[at], ends[at]])
        numbers, texts = self.tokens.numbers[first:last], self.tokens.texts[first:last]
        having = [texts[_starts(numbers, self.phrases.numbers[phrase.place])] for phrase in phrases]
        return len(np.unique(np.concatenate(having))) / int(self.phrases.sizes[at])


def _read(clusters: Clusters) -> _Read:
    """Read texts of all clusters, of large clusters and of long texts some that are drawn by chance."""
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
    return _Read(ids=ids, tokens=tokens, phrases=phrases, scores=phrase_scores(phrases))


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
