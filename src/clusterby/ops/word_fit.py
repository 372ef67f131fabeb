"""How well words fit rows, by an encoder that is aligned with language; and the words for what pictures show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.encoders import Encoder
from clusterby.instructions.lexicons import lexicons
from clusterby.instructions.prompts import fill_templates
from clusterby.namers.vocabulary import things
from clusterby.ops.queries import embed_queries

__all__ = ["visual_words", "word_fit"]

_UNSEEN = frozenset({"topic", "tone", "sound"})
"""Criteria that pictures do not show."""

_TEMPLATES = ("a photo of {}", "{}")


@cache
def visual_words() -> Mapping[str, tuple[str, ...]]:
    """Return the words for what pictures show, each with the templates of its criterion: of the lexicons, and common things.

    Examples
    --------
    >>> len(visual_words()) > 1000, visual_words()["a bridge"]
    (True, ('a photo of {}', '{}'))
    """
    found: dict[str, tuple[str, ...]] = {}
    for lexicon in lexicons().values():
        if lexicon.name not in _UNSEEN:
            for word in lexicon.words:
                found.setdefault(word, lexicon.templates)
    for word in things():
        found.setdefault(word, _TEMPLATES)
    return MappingProxyType(found)


def word_fit(
    vectors: FloatArray, words: Sequence[str], encoder: Encoder, *, cache: Cache | None = None
) -> FloatArray:
    """Return the cosine of each vector with each word, the mean over the word's templates; float32 (n, w).

    A word that the encoder knows nothing of fits nothing: 0.

    Parameters
    ----------
    vectors : float32 (n, d)
        The rows', by this encoder.
    words : sequence of str
        Words or phrases; those that :func:`visual_words` has are put into the templates of their criterion.
    encoder : Encoder
        One with a text tower.
    cache : Cache, optional
        Where vectors of prompts are looked up and stored.

    Raises
    ------
    InvalidParameter
        If there are no words, the encoder has no text tower, or knows none of the words.
    """
    if not words:
        raise InvalidParameter("there are no words to compare rows with: give some as candidates=")
    known = visual_words()
    prompts = [fill_templates([word], known.get(word, _TEMPLATES)) for word in words]
    flat = list(dict.fromkeys(prompt for filled in prompts for prompt in filled))
    found = _units(embed_queries(encoder, flat, purpose="words", cache=cache))
    place = {prompt: i for i, prompt in enumerate(flat)}
    directions = _units(np.stack([found[[place[p] for p in filled]].mean(axis=0) for filled in prompts]))
    if not directions.any():
        raise InvalidParameter(
            f"encoder {encoder.name!r} knows none of the {len(words)} words: choose other candidates, or another namer"
        )
    cosines: FloatArray = _units(vectors) @ directions.T
    return cosines


def _units(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: FloatArray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return units
