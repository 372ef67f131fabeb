"""Words in templates: what the text tower reads, and what its vectors make."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter

__all__ = ["alike_words", "fill_templates", "mean_directions"]

_ARTICLE = re.compile(r"\b([Aa])n?(?= \{\})")
_ALIKE = 0.9995
"""The cosine, of centred vectors, above which two words are one to the encoder."""
_NOWHERE = 1e-6
"""The length of a centred vector that is only rounding."""


def fill_templates(words: Sequence[str], templates: Sequence[str]) -> list[str]:
    """Return each word in each template, those of one word together.

    An article before the word follows it: ``"a {} car"`` makes ``"an orange car"``.

    Examples
    --------
    >>> fill_templates(["red", "orange"], ["a {} car", "{}"])
    ['a red car', 'red', 'an orange car', 'orange']
    """
    return [
        _ARTICLE.sub(r"\1n" if word[:1].lower() in "aeiou" else r"\1", template).replace("{}", word)
        for word in words
        for template in templates
    ]


def mean_directions(prompts: FloatArray, n_templates: int) -> FloatArray:
    """Return one unit row per word, float32 (w, d): the direction of the mean of its prompts' unit vectors.

    Parameters
    ----------
    prompts : float32 (w · t, d)
        The vectors of what :func:`fill_templates` returned.
    n_templates : int
        How many prompts each word has.

    Raises
    ------
    InvalidParameter
        If a word has no direction: its vectors are zero.

    Examples
    --------
    >>> mean_directions(np.array([[3, 0], [0, 1]], dtype=np.float32), 2).astype(float).round(4).tolist()
    [[0.7071, 0.7071]]
    """
    lengths = np.linalg.norm(prompts, axis=1, keepdims=True)
    units = np.divide(prompts, lengths, out=np.zeros_like(prompts), where=lengths > 0)
    means = units.reshape(-1, n_templates, prompts.shape[1]).mean(axis=1, dtype=np.float64)
    sizes = np.linalg.norm(means, axis=1, keepdims=True)
    if not sizes.all():
        raise InvalidParameter(
            f"the encoder gives {int((sizes == 0).sum())} of {len(sizes)} words a vector of zeros: it knows none of their "
            "letters; choose other words or another encoder"
        )
    return np.ascontiguousarray(means / sizes, dtype=np.float32)


def alike_words(words: Sequence[str], directions: FloatArray) -> list[tuple[str, str]]:
    """Return the pairs of words that mean the same to the encoder.

    Examples
    --------
    >>> rows = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    >>> alike_words(["car", "auto", "tree"], rows)
    [('car', 'auto')]
    """
    centred = directions - directions.mean(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(centred, axis=1)
    centred = centred / np.maximum(lengths, np.finfo(float).tiny)[:, None]
    nowhere = lengths < _NOWHERE
    alike = (centred @ centred.T > _ALIKE) | (nowhere[:, None] & nowhere)
    return [(words[i], words[j]) for i, j in np.argwhere(np.triu(alike, 1)).tolist()]
