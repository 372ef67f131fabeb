"""How the rows of a result are compared with words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import FloatArray
from clusterby.core.modality import Modality
from clusterby.encoders.base import embeds_queries
from clusterby.groups.making import Making, Seen
from clusterby.ops.embedder import Embedder, Part
from clusterby.ops.word_fit import word_fit
from clusterby.tables import open_table

__all__ = ["Compared", "compared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is compared with words.

    Parameters
    ----------
    modality : Modality
        What the cells are whose vectors are compared.
    similarities : callable
        Takes places of rows and words, and returns the cosine of each row with each word, float32 (rows, words).
    """

    modality: Modality
    similarities: Callable[[Sequence[int], Sequence[str]], FloatArray]


def compared(making: Making, seen: Seen | None) -> Compared | None:
    """Return how rows are compared with words: by a column whose encoder has a text tower, the first of images if there is one.

    Parameters
    ----------
    making : Making
        What the result was made from.
    seen : Seen, optional
        How its rows can be looked at where there is no embedder.
    """
    if seen is not None:
        return _of_seen(making, seen)
    embedder, cache = making.embedder, making.cache
    able = [i for i, part in enumerate(embedder.parts) if embeds_queries(part.encoder)] if embedder else []
    if embedder is None or not able:
        return None
    at = min(able, key=lambda i: embedder.parts[i].choice.modality is not Modality.IMAGE)

    def similarities(places: Sequence[int], words: Sequence[str]) -> FloatArray:
        part = embedder.ready().parts[at]
        return word_fit(_vectors(making, part, places, cache), words, part.encoder, cache=cache)

    return Compared(modality=embedder.parts[at].choice.modality, similarities=similarities)


def _of_seen(making: Making, seen: Seen) -> Compared | None:
    if seen.encoder is None:
        return None
    made_by, own = seen.encoder, seen.vectors

    def similarities(places: Sequence[int], words: Sequence[str]) -> FloatArray:
        vectors = making.embeddings.vectors if own is None else own()
        return word_fit(vectors[np.asarray(places, dtype=np.int64)], words, made_by(), cache=making.cache)

    return Compared(modality=seen.modality, similarities=similarities)


def _vectors(making: Making, part: Part, places: Sequence[int], cache: Cache | None) -> FloatArray:
    """Return the encoder's own vectors of some rows, of which others may have been made."""
    at = np.asarray(places, dtype=np.int64)
    if part.center is None and part.conditioned is None:
        return making.embeddings.vectors[at]
    alone = Embedder(parts=(replace(part, center=None, scale=1.0, conditioned=None, followed=None),))
    found = alone.embed(open_table(making.table.take(making.embeddings.rows[at])), cache=cache)
    vectors = np.zeros((len(at), found.dimension), dtype=np.float32)
    vectors[found.rows] = found.vectors
    return vectors
