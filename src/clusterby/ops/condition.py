"""Carry an instruction out on the vectors of a column."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from clusterby.cache import Cache
from clusterby.core.column import FloatArray
from clusterby.core.embeddings import Embeddings
from clusterby.core.errors import InvalidParameter, NothingToCluster
from clusterby.core.fingerprint import fingerprint
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder
from clusterby.encoders.base import InstructedEncoder
from clusterby.engines import Engine
from clusterby.instructions import Followed, Instruction, Subspace, fit_subspace, ignoring_subspace
from clusterby.instructions.prompts import alike_words, fill_templates, mean_directions
from clusterby.instructions.subspace import SubspaceMethod
from clusterby.instructions.words import Words, find_words, ignored_words, needs_proposal
from clusterby.ops.proposed import proposer_of
from clusterby.ops.queries import check_tower, embed_queries

__all__ = ["Conditioned", "Propose", "check_condition", "condition", "told_encoder"]

log = logging.getLogger(__name__)

Propose = Callable[[str], Iterable[str]]

SCALE = 20.0
"""What cosines are multiplied with where the model does not say: what sentence encoders are trained with."""

_FAINT = 2.0
"""A bank that explains less than so many times what chance does hardly sees what varies."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditioned:
    """The way from a column's vectors to conditioned ones.

    Parameters
    ----------
    subspace : Subspace
        Applied to vectors.
    followed : Followed
        How the instruction was carried out.
    words : float32 (w, r)
        The words' own vectors in the subspace; empty where there are none.
    """

    subspace: Subspace
    followed: Followed
    words: FloatArray

    def apply(self, embeddings: Embeddings) -> Embeddings:
        """Return a column's embeddings as conditioned ones, under a name of their own."""
        return Embeddings(
            vectors=self.subspace.transform(embeddings.vectors) if len(embeddings) else embeddings.vectors,
            rows=embeddings.rows, n_rows=embeddings.n_rows, column=self.name(embeddings.column),
            space=self.space(embeddings.space), skipped=embeddings.skipped,
        )  # fmt: skip

    def name(self, column: str) -> str:
        """Return what the hidden column of conditioned vectors is called: ``"clip(image | color)"``."""
        return told_name(column, self.followed.about)

    def space(self, space: str) -> str:
        """Return the name of the space of conditioned vectors, from that of the vectors."""
        how = self.subspace
        return f"{space}|{fingerprint(how.method, how.directions, how.center, how.scale)[:12]}"

    def did(self, embeddings: Embeddings) -> bool:
        """Whether embeddings are what :meth:`apply` returned."""
        return embeddings.space == self.space(embeddings.space.rpartition("|")[0])


def told_name(column: str, about: str) -> str:
    """Return the name of a hidden column with what it is about.

    Examples
    --------
    >>> told_name("clip(image)", "color")
    'clip(image | color)'
    """
    inside = column.removesuffix(")")
    return f"{inside} | {about}{column[len(inside) :]}"


def told_encoder(
    encoder: Encoder, modality: Modality, instruction: Instruction, column: str
) -> tuple[Encoder, Followed] | None:
    """Return an encoder that is told the instruction itself, and how; None where words have to do it.

    Raises
    ------
    InvalidParameter
        If that was asked for, and the encoder or the instruction does not allow it.
    """
    wanted = instruction.method == "prefix"
    words = instruction.description or instruction.candidates is not None or instruction.ignore
    if not wanted and (instruction.method is not None or words):
        return None
    if modality is not Modality.TEXT or instruction.text is None or words:
        if wanted:
            raise InvalidParameter(
                f"method='prefix' on column {column!r}: it is for texts and an instruction in words alone, without "
                "description, candidates or ignore; leave method out"
            )
        return None
    told = encoder.instructed(instruction.text) if isinstance(encoder, InstructedEncoder) else None
    if told is None:
        if wanted:
            raise InvalidParameter(
                f"method='prefix': encoder {encoder.name!r} was not trained to follow instructions; "
                "choose one that was, such as 'qwen3-embedding', or leave method out"
            )
        return None
    followed = Followed(
        column=column,
        method="prefix",
        about=_short(instruction.text),
        prompt=getattr(told, "prompt", instruction.text),
    )
    return told, followed


def check_condition(
    encoder: Encoder, modality: Modality, instruction: Instruction, *, propose: Propose | None = None
) -> None:
    """Refuse what :func:`condition` would refuse, as far as that can be told without the vectors.

    Raises
    ------
    InvalidParameter
        If the encoder has no text tower, there are no words, or an instruction is missing.
    """
    if instruction.method == "prefix":
        raise InvalidParameter("method='prefix' is for texts that are still to be encoded: leave method out")
    check_tower(encoder, f"{_how(instruction)}=")
    if instruction.method == "gradient" and not instruction.criterion:
        raise InvalidParameter(
            "method='gradient' compares with the instruction itself: give instruction= or description="
        )
    later = callable(instruction.candidates) or (propose is not None and needs_proposal(instruction))
    if instruction.asks and not later:
        find_words(instruction, modality)


def condition(
    embeddings: Embeddings,
    encoder: Encoder,
    modality: Modality,
    instruction: Instruction,
    *,
    column: str,
    cache: Cache | None = None,
    engine: Engine | None = None,
    propose: Propose | None = None,
) -> Conditioned:
    """Return what an instruction in words makes of a column's vectors.

    Parameters
    ----------
    embeddings : Embeddings
        The column's vectors, as the encoder gave them.
    encoder : Encoder
        That encoder, fitted if it must be.
    modality : Modality
        What the cells are.
    instruction : Instruction
        What was asked, in words.
    column : str
        The column's name.
    cache, engine
        As for :func:`clusterby.ops.queries.embed_queries`.
    propose : callable, optional
        Returns words for a criterion, for ``candidates="auto"``; None asks the chat model that is set up, if one is, without
        showing it examples.

    Raises
    ------
    InvalidParameter
        If there are no words, the encoder has no text tower, it tells none of the words apart, or it did not make the
        vectors.
    NothingToCluster
        If there are no vectors.
    """
    propose = propose or proposer_of(instruction, cache=cache)
    check_condition(encoder, modality, instruction, propose=propose)
    if not len(embeddings):
        raise NothingToCluster(
            f"column {column!r} has no vectors to compare with words: give at least one row"
        )

    def vectors_of(texts: Sequence[str], purpose: str) -> FloatArray:
        found = embed_queries(encoder, texts, purpose=purpose, cache=cache, engine=engine)
        if found.shape[1] != embeddings.dimension:
            raise InvalidParameter(
                f"encoder {encoder.name!r} makes vectors of {found.shape[1]} dimensions, and those of column {column!r} have "
                f"{embeddings.dimension}: it did not make them"
            )
        return found

    if not instruction.asks:
        return _only_ignoring(embeddings, instruction, modality, column, vectors_of)
    method = cast("SubspaceMethod", instruction.method or "scores")
    words = find_words(instruction, modality, propose=propose)
    directions = _directions(words, vectors_of, f"{_how(instruction)}=")
    alike = _alike(words, directions)
    ignored, nuisance = _nuisance(instruction, modality, vectors_of)
    asked = vectors_of([instruction.criterion], "instruction=")[0] if method == "gradient" else None
    subspace = fit_subspace(
        embeddings.vectors, directions, method=method, ignore=nuisance,
        scale=getattr(encoder, "logit_scale", None) or SCALE, asked=asked,
    )  # fmt: skip
    warnings = _warnings(alike, subspace)
    followed = Followed(
        column=column, method=method, about=words.about or _short(instruction.criterion or ", ".join(words.words)),
        words=words.words, templates=words.templates, source=words.source, ignored=ignored,
        explained=round(subspace.explained, 6), chance=round(subspace.chance, 6), warnings=warnings,
    )  # fmt: skip
    for warning in warnings:
        log.warning("%s: %s", column, warning)
    return Conditioned(subspace=subspace, followed=followed, words=subspace.transform_queries(directions))


def _only_ignoring(
    embeddings: Embeddings,
    instruction: Instruction,
    modality: Modality,
    column: str,
    vectors_of: Callable[[Sequence[str], str], FloatArray],
) -> Conditioned:
    ignored, nuisance = _nuisance(instruction, modality, vectors_of)
    subspace = ignoring_subspace(embeddings.vectors, nuisance)
    followed = Followed(
        column=column, method="ignore", about=_short(f"without {', '.join(instruction.ignore)}"), ignored=ignored,
        explained=round(subspace.explained, 6), chance=round(subspace.chance, 6),
    )  # fmt: skip
    return Conditioned(
        subspace=subspace, followed=followed, words=np.empty((0, subspace.dimension), np.float32)
    )


def _directions(
    words: Words, vectors_of: Callable[[Sequence[str], str], FloatArray], purpose: str
) -> FloatArray:
    prompts = vectors_of(fill_templates(words.words, words.templates), purpose)
    return mean_directions(prompts, len(words.templates))


def _nuisance(
    instruction: Instruction, modality: Modality, vectors_of: Callable[[Sequence[str], str], FloatArray]
) -> tuple[tuple[str, ...], FloatArray]:
    """Return the ignored words, and the directions in which they differ; one word alone differs from none at all."""
    found: list[FloatArray] = []
    ignored: list[str] = []
    for bank in ignored_words(instruction, modality):
        directions = _directions(bank, vectors_of, "ignore=")
        if len(directions) == 1:
            nothing = vectors_of(
                [t.replace("{}", "").strip() or "something" for t in bank.templates], "ignore="
            )
            directions = np.concatenate([directions, mean_directions(nothing, len(bank.templates))])
        found.append(directions - directions.mean(axis=0, dtype=np.float64).astype(np.float32))
        ignored += bank.words
    return tuple(ignored), np.concatenate(found) if found else np.empty((0, 0), np.float32)


def _alike(words: Words, directions: FloatArray) -> list[tuple[str, str]]:
    alike = alike_words(words.words, directions)
    if len(alike) == len(words.words) * (len(words.words) - 1) // 2:
        shown = ", ".join(map(repr, words.words[:3])) + (", …" if len(words.words) > 3 else "")
        raise InvalidParameter(
            f"the encoder tells none of the {len(words.words)} words apart ({shown}): it does not know them; choose other "
            "words or another encoder"
        )
    return alike


def _warnings(alike: Sequence[tuple[str, str]], subspace: Subspace) -> tuple[str, ...]:
    found = []
    if alike:
        shown = ", ".join(f"{a!r} and {b!r}" for a, b in alike[:3])
        more = f" and {len(alike) - 3} more pair{'s' if len(alike) > 4 else ''}" if len(alike) > 3 else ""
        found.append(f"words that mean the same to the encoder: {shown}{more}")
    if subspace.explained < min(_FAINT * subspace.chance, (1 + subspace.chance) / 2) and subspace.chance < 1:
        found.append(
            f"the words hold {subspace.explained:.1%} of the vectors' variance, and as many random directions "
            f"{subspace.chance:.1%}: the encoder hardly sees what they are about"
        )
    return tuple(found)


def _how(instruction: Instruction) -> str:
    said = ("description", "text", "candidates", "ignore")
    first = next((name for name in said if getattr(instruction, name) not in (None, ())), "ignore")
    return "instruction" if first == "text" else first


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"
