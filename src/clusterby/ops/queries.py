"""Embed texts into the space of what is searched or grouped: each text once, as cells are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import Column, FloatArray
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder, FittableEncoder, QueryEncoder
from clusterby.encoders.base import BillingEncoder, Items, embeds_queries
from clusterby.engines import Engine, LocalEngine
from clusterby.ops.encode import encode_column

__all__ = ["check_tower", "embed_queries"]


def embed_queries(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    purpose: str,
    cache: Cache | None = None,
    engine: Engine | None = None,
) -> FloatArray:
    """Return the vectors of texts, float32 (q, d), comparable by cosine with those of the encoder's cells.

    Parameters
    ----------
    encoder : Encoder
        One with a text tower.
    texts : sequence of str
        The texts.
    purpose : str
        What they are for, as the beginning of an error: ``"description="``.
    cache : Cache, optional
        Where vectors are looked up and stored. Those of an encoder that is fitted to a corpus are not.
    engine : Engine, optional
        Where texts are prepared.

    Raises
    ------
    InvalidParameter
        If the encoder has no text tower, or cannot embed one of the texts.
    """
    tower = _Tower(check_tower(encoder, purpose))
    if isinstance(encoder, FittableEncoder) or not encoder.revision:
        cache = None
    cells = np.empty(len(texts), dtype=object)
    cells[:] = list(texts)
    encoded = encode_column(
        Column(name="words", cells=cells, type="string"),
        Modality.TEXT,
        tower,
        label=f"{encoder.name}(words)",
        engine=engine or LocalEngine(),
        cache=cache,
    )
    if encoded.faults:
        row, reason = next(iter(encoded.faults.items()))
        raise InvalidParameter(f"{purpose} {texts[row]!r:.80} cannot be embedded: {reason}")
    return encoded.vectors


def check_tower(encoder: Encoder, purpose: str) -> QueryEncoder:
    """Return an encoder that has a text tower.

    Raises
    ------
    InvalidParameter
        If it has none.
    """
    if not embeds_queries(encoder):
        raise InvalidParameter(
            f"{purpose} needs an encoder with a text tower, and {encoder.name!r} has none: pass encoder= one that is aligned "
            "with language (clusterby encoders)"
        )
    return encoder


class _Tower:
    """The text tower of an encoder, as an encoder of texts with a space of its own in the cache."""

    def __init__(self, encoder: QueryEncoder) -> None:
        self._encoder = encoder
        self.name, self.revision = encoder.name, encoder.revision
        self.identity = f"{getattr(encoder, 'identity', None) or encoder.name} queries"
        self.batch_size = getattr(encoder, "batch_size", None)
        if hasattr(encoder, "load"):
            self.load = encoder.load
        if isinstance(encoder, BillingEncoder):
            self.estimate = encoder.estimate

    def encode(self, items: Items) -> FloatArray:
        """Return float32 (m, d)."""
        texts: list[Any] = list(items)
        return self._encoder.encode_queries(texts)
