"""Candidate words that a chat model proposes, from a few cells of the column."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, replace

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import Column
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import UnreadableCell
from clusterby.core.fingerprint import fingerprint
from clusterby.core.modality import Modality
from clusterby.endpoints import cut_text
from clusterby.instructions import Instruction
from clusterby.instructions.words import needs_proposal
from clusterby.media import decode_cell, decode_text
from clusterby.media.thumbnail import thumbnail
from clusterby.namers import ChatModel, propose_words
from clusterby.namers.answer import Unfit
from clusterby.namers.propose import ask_for_words, read_words
from clusterby.namers.question import Part
from clusterby.ops.regions import RowRegions

__all__ = ["Proposer", "diverse_rows", "proposer_of"]

log = logging.getLogger(__name__)

_EXAMPLES = 16
_PIXELS = 512  # of the longer side of an example
_TOKENS = 200  # of a text
_SAMPLE = 4096
"""Rows of which the examples are chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposer:
    """Asks a chat model for the words of a criterion, and no model twice for the same.

    Parameters
    ----------
    chat : ChatModel
        The model.
    cache : Cache, optional
        Where answers are kept.
    column : Column, optional
        The cells that the words are for; None shows the model no examples.
    modality : Modality
        What the cells are: of images and texts examples are sent, of others none.
    embeddings : Embeddings, optional
        The vectors by which different examples are found.
    regions : RowRegions, optional
        What may be seen of each image.
    """

    chat: ChatModel
    cache: Cache | None = None
    column: Column | None = None
    modality: Modality = Modality.VECTOR
    embeddings: Embeddings | None = None
    regions: RowRegions | None = None

    @property
    def source(self) -> str:
        """Where the words come from: ``"proposed by MODEL at HOST"``."""
        return f"proposed by {self.chat.model} at {self.chat.address.host}"

    def seeing(self, embeddings: Embeddings, regions: RowRegions | None = None) -> Proposer:
        """Return one that knows the column's vectors, and what may be seen of its images."""
        return replace(self, embeddings=embeddings, regions=regions)

    def __call__(self, criterion: str) -> tuple[str, ...]:
        """Return the words for a criterion: as they were answered before, or asked for now, at a price."""
        examples = self.examples()
        question = ask_for_words(criterion, examples)
        key = fingerprint(
            self.chat.model, self.chat.address.base_url, question.rules, question.parts, question.schema
        )
        known = self._known(key)
        if known is not None:
            return known
        log.warning("%s: %s", self.column.name if self.column else criterion, self.chat.estimate([question]))
        words = propose_words(self.chat, criterion, examples)
        if self.cache is not None and not self.cache.read_only:
            self.cache.memo.keep_answer(key, json.dumps({"words": words}))
        log.info("%s: %s", self.source, ", ".join(words))
        return words

    def examples(self) -> list[Part]:
        """Return some different cells: small images, or the beginnings of texts; none of other modalities."""
        if self.column is None or self.embeddings is None:
            return []
        if self.modality not in (Modality.IMAGE, Modality.TEXT):
            return []
        found: list[Part] = []
        for row in self.embeddings.rows[diverse_rows(self.embeddings, _EXAMPLES)].tolist():
            try:
                found.append(self._example(self.column, row))
            except UnreadableCell as error:  # a file that is gone by now
                log.info("row %d of column %r is no example: %s", row, self.column.name, error)
        return found

    def _example(self, column: Column, row: int) -> Part:
        cell = column.cells[row]
        if self.modality is Modality.TEXT:
            return cut_text(decode_text(cell), _TOKENS)
        if self.regions is not None:
            cell = decode_cell(cell, Modality.IMAGE, base=column.base, cut=self.regions.cut(row))
        return thumbnail(cell, base=column.base, pixels=_PIXELS)

    def _known(self, key: str) -> tuple[str, ...] | None:
        kept = None if self.cache is None else self.cache.memo.answer(key)
        if kept is None:
            return None
        try:
            return read_words(json.loads(kept))
        except (ValueError, AttributeError, Unfit):
            return None  # damaged: ask again


def proposer_of(
    instruction: Instruction,
    column: Column | None = None,
    modality: Modality = Modality.VECTOR,
    *,
    cache: Cache | None = None,
) -> Proposer | None:
    """Return who proposes the words of an instruction; None if nobody has to, or no model is set up.

    A model is set up by ``OPENAI_API_KEY``, or by ``OPENAI_BASE_URL`` for a server of one's own; ``CLUSTERBY_CHAT_MODEL``
    names it. Nothing is sent before it is called.

    Parameters
    ----------
    instruction : Instruction
        What was asked.
    column, modality, cache
        As for :class:`Proposer`.

    Raises
    ------
    InvalidParameter
        If ``OPENAI_BASE_URL`` is no address.

    Examples
    --------
    >>> proposer_of(Instruction("group by color")) is None
    True
    """
    set_up = any(os.environ.get(name, "").strip() for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"))
    if not needs_proposal(instruction) or not set_up:
        return None
    return Proposer(chat=ChatModel(), cache=cache, column=column, modality=modality)


def diverse_rows(embeddings: Embeddings, most: int) -> list[int]:
    """Return the places of some vectors that are far from each other, the same for the same vectors.

    Of equal vectors one is taken. The first few of them are as different as so few can be.

    Parameters
    ----------
    embeddings : Embeddings
        The vectors.
    most : int
        How many.

    Notes
    -----
    Drawn as the starts of k-means: a draw is in proportion to the squared distance from those before, so that there
    is one of each group without going to the outermost rows, as the farthest ones would be.

    Examples
    --------
    >>> from clusterby.ops.embed import embed
    >>> sorted(diverse_rows(embed({"v": [[0.0], [0.0], [1.0], [9.0]]}, "v"), 8))
    [0, 2, 3]
    """
    # loading the compiler takes longer than all of `embed` without it
    from clusterby.kernels.kmeans.kmeans_plus_plus import kmeans_plus_plus
    from clusterby.kernels.kmeans.kmeans_rows import make_rows

    chance = np.random.RandomState(0)
    places = np.arange(len(embeddings))
    if len(places) > _SAMPLE:
        places = np.sort(chance.choice(len(places), _SAMPLE, replace=False))
    vectors = np.ascontiguousarray(embeddings.vectors[places], dtype=np.float32)
    vectors, first = np.unique(vectors, axis=0, return_index=True)
    if not len(vectors):
        return []
    drawn = kmeans_plus_plus(make_rows(vectors), min(most, len(vectors)), chance)
    return list(dict.fromkeys(places[first[drawn]].tolist()))
