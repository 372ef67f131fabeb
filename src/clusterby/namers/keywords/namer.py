"""Name clusters by the words of their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.namers.base import MIXED, Clusters, Evidence, Name, Names
from clusterby.namers.keywords.choose import Phrase, choose_phrases
from clusterby.namers.keywords.class_tfidf import surely_told
from clusterby.namers.keywords.reading import Reading, read_texts
from clusterby.namers.keywords.taken import Taken
from clusterby.namers.values import name_by_values

__all__ = ["KeywordNamer"]

_SPARE = 6
"""Phrases that are chosen, of which those beyond the name make it another where it is taken."""

_MIXED, _COMMON = 0.1, 0.5
"""Where the words of a name are in fewer of the cluster's texts, it is a mixture; the second where they do not set it apart."""

_LEAD = 0.75
"""Of texts that were not clustered a common word must be so much the cluster's own, or they say nothing of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the texts of a cluster say of it.

    Parameters
    ----------
    phrases : tuple of Phrase
        The best first.
    telling : bool
        Whether they tell the cluster from the others.
    confidence : float
        The share of its texts that have one of those in the name; if they tell nothing, no more than the first one's lead.
    mixed : bool
        Whether it seems to hold several kinds of things.
    """

    phrases: tuple[Phrase, ...]
    telling: bool
    confidence: float
    mixed: bool


class KeywordNamer:
    """Names clusters by the words that their texts share and those of other clusters do not; by values where no text tells.

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
    have one of its words. Where that is less than a tenth the name begins with ``"mixed: "``.

    Where no word sets the cluster apart, its commonest are the name. It begins with ``"mixed: "`` where less than half of the
    texts have one of them, and the confidence is no more than the share of the first one's texts that are in this cluster, if all
    clusters had as many. Where it was not texts that were clustered, less than three quarters make the name ``"mixed: "``, too.

    Where it was not texts that were clustered, and the words of a cluster may be chance, a value of another column that as many
    of its rows have names it; and so it does where the texts share no word.

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
        """Return a name for each cluster whose texts share words, or that values of other columns mark."""
        if clusters.texts is None:
            return name_by_values(clusters, by="keywords")
        reading = read_texts(clusters)
        clustered = clusters.modality is Modality.TEXT
        said, failed = self._said(clusters, reading, clustered=clustered)
        marks = _marks(clusters, said, reading, clustered=clustered)
        taken = Taken(clusters.others.values())
        names = self._by_words({c: own for c, own in said.items() if c not in marks}, taken)
        if marks:
            known = {**clusters.others, **{cluster: name.name for cluster, name in names.items()}}
            rest = replace(clusters, only=tuple(marks), names=known, marks=lambda: marks)
            marked = name_by_values(rest, by="keywords").names
            taken.add(name.name for name in marked.values())
            left = {c: said[c] for c in marks if c in said and c not in marked}
            names |= {**marked, **self._by_words(left, taken)}
        failed = {cluster: reason for cluster, reason in failed.items() if cluster not in names}
        return Names(names=dict(sorted(names.items())), failed=failed)

    def _said(
        self, clusters: Clusters, reading: Reading, *, clustered: bool
    ) -> tuple[dict[int, _Said], dict[int, str]]:
        """Return what the texts say of each cluster, and why they say nothing of others."""
        said: dict[int, _Said] = {}
        failed: dict[int, str] = {}
        for cluster in clusters.asked:
            at = reading.ids.index(cluster) if cluster in reading.ids else None
            if at is None or not reading.phrases.sizes[at]:
                failed[cluster] = "it has no texts: name it yourself, or by a model"
                continue
            ranked, telling = reading.ranked(at)
            if not ranked:
                failed[cluster] = "its texts share no word: name it yourself, or by a model"
                continue
            chosen = choose_phrases(ranked, max(self.words, _SPARE))
            confidence = reading.share_with(at, chosen[: self.words])
            mixed = confidence < _MIXED
            if not telling:
                lead = reading.lead_of(at, chosen[0])
                mixed = confidence < _COMMON or (lead < _LEAD and not clustered)
                confidence = min(confidence, lead)
            said[cluster] = _Said(phrases=tuple(chosen), telling=telling, confidence=confidence, mixed=mixed)
        return said, failed

    def _by_words(self, said: Mapping[int, _Said], taken: Taken) -> dict[int, Name]:
        names: dict[int, Name] = {}
        for cluster, own in said.items():
            words = tuple(map(str, own.phrases))
            lengths = range(min(self.words, len(words)), len(words) + 1)
            name = taken.choose([MIXED * own.mixed + ", ".join(words[:most]) for most in lengths])
            names[cluster] = Name(
                name=name, by="keywords", confidence=own.confidence, mixed=own.mixed, words=words
            )
        return names


def _marks(
    clusters: Clusters, said: Mapping[int, _Said], reading: Reading, *, clustered: bool
) -> dict[int, Sequence[Evidence]]:
    """Return the values that mark clusters of which they say more than words do: where these may be chance, or there are none."""
    doubted = {} if clustered else _doubted(said, reading)
    asked = [cluster for cluster in clusters.asked if cluster in doubted or cluster not in said]
    if not asked or clusters.marks is None:
        return {}
    found = clusters.marks()
    return {
        cluster: found[cluster]
        for cluster in asked
        if found.get(cluster) and _share(found[cluster]) >= doubted.get(cluster, 0.0)
    }


def _doubted(said: Mapping[int, _Said], reading: Reading) -> dict[int, float]:
    """Return clusters whose words chance may have given them, and the share that a value must have to say more."""
    sure = surely_told(reading.phrases)
    return {
        cluster: own.confidence if own.telling and not own.mixed else 0.0
        for cluster, own in said.items()
        if own.mixed or not own.telling or not sure[reading.ids.index(cluster)]
    }


def _share(marks: Sequence[Evidence]) -> float:
    """Return which share of a cluster has the value that marks it best; 0 if only means do."""
    return next((mark.inside for mark in marks if not mark.of_means), 0.0)
