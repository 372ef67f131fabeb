"""Name clusters by the words that an encoder of images and texts sees in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from clusterby.core.column import IntArray
from clusterby.core.errors import InvalidParameter
from clusterby.namers.base import Clusters, Name, Names
from clusterby.namers.unlike import one_line, same_name, unlike

__all__ = ["ZeroShotNamer"]

_ROWS = 400
"""Of each cluster at most so many rows are compared with the words."""

_SECOND = 0.8
"""A second word is said whose contrast is so much of the first's."""

_PLAIN = 0.8
"""A contrast below this, in standard deviations, may come by chance of the words: nothing sets the cluster apart."""

_LEAST = 0.4
"""A word whose contrast is less of the first's says nothing for the name."""

_FLAT = 1e-6
"""Cosines that spread less are all alike: float32 tells no more. A contrast that is not above it is none."""

_KEPT = 6  # words of which a name is made, and made another where it is taken


class ZeroShotNamer:
    """Names clusters by the words that fit them better than they fit the other clusters.

    Nothing leaves the machine, and nothing is trained.

    Parameters
    ----------
    candidates : sequence of str, optional
        The words to choose from, which are compared and said as they are; None takes a vocabulary of common things and looks,
        and says them without their articles.
    words : int
        How many words a name has at most; a further one is said if it fits nearly as well, or if it alone makes the name
        another than one that is taken.

    Raises
    ------
    InvalidParameter
        If there are fewer than two candidates that differ by more than an article, or one is no text.

    Notes
    -----
    A word is ranked by its contrast, the mean of its cosines in the cluster less the mean between its means in all others and in
    the nearest one, in standard deviations of all rows: raw cosines differ more between words than between pictures. The
    confidence is the probability that a row of the cluster fits the word better than a row of another cluster.

    Examples
    --------
    >>> fits = np.array([[0.30, 0.20], [0.31, 0.22], [0.29, 0.26], [0.28, 0.27]], dtype=np.float32)
    >>> clusters = Clusters(
    ...     ids=(0, 1), labels=np.array([0, 0, 1, 1]), centers=np.zeros((2, 1), np.float32),
    ...     vectors=lambda: np.zeros((4, 1), np.float32), similarities=lambda rows, words: fits[rows],
    ... )
    >>> {c: name.name for c, name in ZeroShotNamer(candidates=["dog", "cat"]).name(clusters).names.items()}
    {0: 'dog', 1: 'cat'}
    """

    def __init__(self, *, candidates: Sequence[str] | None = None, words: int = 2) -> None:
        if isinstance(words, bool) or not isinstance(words, int) or not 1 <= words <= 10:
            raise InvalidParameter(f"words={words!r}: give a whole number from 1 to 10")
        self.candidates = None if candidates is None else _checked(candidates)
        self.words = words

    def name(self, clusters: Clusters) -> Names:
        """Return a name for each cluster that some word fits better than the others; contrast needs two clusters.

        Raises
        ------
        InvalidParameter
            If the rows cannot be compared with words, or there are no words.
        """
        if clusters.similarities is None:
            raise InvalidParameter(
                "namer 'zero_shot' compares rows with words, and what made these vectors is not aligned with language: cluster "
                "by an encoder such as 'clip', or name with 'keywords' or 'llm'"
            )
        words = tuple(clusters.vocabulary()) if self.candidates is None else self.candidates
        if not words:
            raise InvalidParameter("namer 'zero_shot' has no words to choose from: give some as candidates=")
        ids = np.unique(clusters.labels[clusters.labels >= 0]).tolist()
        known = [cluster for cluster in clusters.asked if cluster in ids]
        if len(ids) < 2 or not known:
            reason = "words are ranked by contrast, and there is no other cluster: name it yourself"
            return Names(failed=dict.fromkeys(clusters.asked, reason))
        rows, place = _some_rows(clusters, ids)
        cosines = np.asarray(clusters.similarities(rows.tolist(), words), dtype=np.float64)
        return self._names(clusters, words, cosines, place, ids)

    def _names(
        self,
        clusters: Clusters,
        words: Sequence[str],
        cosines: NDArray[np.float64],
        place: IntArray,
        ids: list[int],
    ) -> Names:
        contrasts = _contrasts(cosines, place, len(ids))
        plain = [_bare(word) for word in words] if self.candidates is None else words
        names: dict[int, Name] = {}
        failed: dict[int, str] = {}
        taken = {same_name(name) for name in clusters.others.values()}
        for at in np.argsort(
            -contrasts.max(axis=1), kind="stable"
        ).tolist():  # who fits a word best may have it
            if ids[at] not in clusters.asked:
                continue
            if contrasts[at].max() <= _FLAT:
                failed[ids[at]] = self._unfit()
                continue
            said, first = _ranked_words(plain, contrasts[at], self.words)
            name = unlike([", ".join(said[:most]) for most in range(first, len(said) + 1)], taken)
            taken.add(same_name(name))
            best = int(contrasts[at].argmax())
            names[ids[at]] = Name(
                name=name, by="zero_shot", words=said, mixed=bool(contrasts[at, best] < _PLAIN),
                confidence=_outranks(cosines[:, best], place == at),
            )  # fmt: skip
        without = {*clusters.asked} - {*names, *failed}
        return Names(
            names=dict(sorted(names.items())),
            failed=dict(sorted({**failed, **dict.fromkeys(without, "it has no rows")}.items())),
        )

    def _unfit(self) -> str:
        if self.candidates is None:
            return "no word fits it better than the other clusters: give words for it as candidates=, or name it yourself"
        return (
            "no candidate fits it better than the others: add one for it to candidates=, or name it yourself"
        )


def _checked(candidates: Sequence[str]) -> tuple[str, ...]:
    if isinstance(candidates, str) or not isinstance(candidates, Iterable):
        raise InvalidParameter(f"candidates={candidates!r:.80}: give a list of words")
    listed = list(candidates)
    if not all(isinstance(word, str) and one_line(word) for word in listed):
        raise InvalidParameter(f"candidates={listed!r:.80}: give a list of words")
    found: dict[str, str] = {}
    for word in listed:
        found.setdefault(_bare(same_name(word)), one_line(word, most=len(word)))
    if len(found) < 2:
        raise InvalidParameter(f"candidates={listed!r:.80}: give at least two different words to choose from")
    return tuple(found.values())


def _some_rows(clusters: Clusters, ids: Sequence[int]) -> tuple[IntArray, IntArray]:
    """Return the places of some rows of each cluster, and the place of each one's cluster among the ids."""
    chance = np.random.default_rng(clusters.random_state)
    found = []
    for cluster in ids:
        own = np.flatnonzero(clusters.labels == cluster)
        found.append(np.sort(chance.choice(own, _ROWS, replace=False)) if len(own) > _ROWS else own)
    place = np.repeat(np.arange(len(found), dtype=np.int64), [len(own) for own in found])
    return np.concatenate(found), place


def _contrasts(cosines: NDArray[np.float64], place: IntArray, k: int) -> NDArray[np.float64]:
    """Return how much better each word fits each cluster than the others, in standard deviations, float64 (k, words)."""
    means = np.stack([cosines[place == at].mean(axis=0) for at in range(k)])
    spread = cosines.std(axis=0)
    ranked = np.sort(means, axis=0)
    rival = np.where(means == ranked[-1], ranked[-2], ranked[-1])
    others = (means.sum(axis=0) - means) / (k - 1)
    contrasts: NDArray[np.float64] = np.divide(
        means - (others + rival) / 2, spread, out=np.zeros_like(means), where=spread > _FLAT
    )
    return contrasts


def _ranked_words(
    words: Sequence[str], contrasts: NDArray[np.float64], most: int
) -> tuple[tuple[str, ...], int]:
    """Return the best words of a cluster that a word fits, no two alike, and how many of them its name has."""
    said: dict[str, float] = {}
    for place in np.argsort(-contrasts, kind="stable").tolist():
        word = words[place]
        if said and contrasts[place] < _LEAST * next(iter(said.values())):
            break
        if not any(_alike(word, other) for other in said):
            said[word] = float(contrasts[place])
        if len(said) == max(most, _KEPT):
            break
    first = next(iter(said.values()))
    near = sum(contrast >= _SECOND * first for contrast in said.values())
    return tuple(said), min(most, near)


def _alike(one: str, other: str) -> bool:
    """Whether one of two says no more than the other: red, dark red."""
    first, second = (set(_bare(same_name(word)).split()) for word in (one, other))
    return first <= second or second <= first


def _bare(word: str) -> str:
    article = next((article for article in ("a ", "an ", "the ") if word.startswith(article)), "")
    return word.removeprefix(article)


def _outranks(cosines: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """Return the probability that a row inside has the higher cosine than one outside; ties count half."""
    ordered = np.sort(cosines[~inside])
    below = np.searchsorted(ordered, cosines[inside], side="left")
    upto = np.searchsorted(ordered, cosines[inside], side="right")
    return float((below + upto).mean() / (2 * len(ordered)))
