"""What is asked of a target's items, and what that makes of vectors that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clusterby.cache import CacheArgument
from clusterby.core.errors import InvalidParameter
from clusterby.core.modality import Modality
from clusterby.encoders import Encoder
from clusterby.fiftyone.source import Vectors
from clusterby.fiftyone.target import Kind, Target
from clusterby.instructions import Instruction
from clusterby.ops.asked import column_instructions
from clusterby.ops.condition import Conditioned, condition
from clusterby.ops.given import condition_given
from clusterby.ops.kept import usable_cache

__all__ = [
    "check_regions",
    "condition_given_vectors",
    "condition_vectors",
    "instruction_of",
    "plain_instruction",
]


def instruction_of(target: Target, column: str, asked: Mapping[str, Any]) -> Instruction | None:
    """Return what is asked of the items; None if nothing is.

    Parameters
    ----------
    target : Target
        The items.
    column : str
        What the cells are called: the field, say.
    asked : mapping
        ``instruction``, ``description``, ``candidates``, ``ignore`` and ``region``, as for :func:`clusterby.embed`.

    Raises
    ------
    InvalidParameter
        If it contradicts itself, or regions of patches are asked for.
    UnknownColumn
        If a mapping names another column.
    """
    instruction = column_instructions([column], **asked)[column]
    check_regions(instruction, target.kind)
    return instruction


def check_regions(instruction: Instruction | None, kind: Kind) -> None:
    """Refuse a region of patches.

    Raises
    ------
    InvalidParameter
        If one is asked for.
    """
    if instruction is not None and instruction.region is not None and kind == "patches":
        raise InvalidParameter(
            "region= with patches: the patches are the regions; leave region out, or cluster samples"
        )


def condition_vectors(
    found: Vectors,
    encoder: Encoder,
    modality: Modality,
    instruction: Instruction | None,
    *,
    column: str,
    cache: CacheArgument,
) -> Vectors:
    """Return vectors as an instruction in words makes them; the same if there is none.

    Parameters
    ----------
    found : Vectors
        As the encoder gave them.
    encoder : Encoder
        That encoder: its text tower embeds the words.
    modality : Modality
        What the cells are.
    instruction : Instruction or None
        What is asked.
    column : str
        What the cells are called.
    cache : bool, "readonly", str, PathLike or Cache
        Where the words' vectors are looked up and kept.
    """
    if instruction is None or not instruction.speaks:
        return found
    how = condition(
        found.embeddings, encoder, modality, instruction, column=column, cache=usable_cache(cache)
    )
    return _applied(found, how, instruction)


def condition_given_vectors(
    found: Vectors, encoder: Any, instruction: Instruction, *, cache: CacheArgument
) -> Vectors:
    """Return vectors that were given as an instruction makes them.

    Parameters
    ----------
    found : Vectors
        The vectors.
    encoder : str, Encoder or callable
        What made them.
    instruction : Instruction
        What is asked.
    cache
        As for :func:`condition_vectors`.
    """
    column = found.source.name
    how = condition_given(
        found.embeddings, [column], encoder, cache=usable_cache(cache), instruction=instruction
    )
    return found if how is None else _applied(found, how, instruction)


def plain_instruction(instruction: Instruction | None) -> dict[str, Any]:
    """Return what was asked as plain values, for a run's config; a function by its name.

    Examples
    --------
    >>> plain_instruction(Instruction("group by color", candidates=["red", "blue"]))
    {'text': 'group by color', 'candidates': ['red', 'blue']}
    """
    if instruction is None:
        return {}
    words: Any = instruction.candidates
    if callable(words):
        words = getattr(words, "__name__", type(words).__name__)
    said: dict[str, Any] = {
        "text": instruction.text,
        "description": list(instruction.description),
        "candidates": list(words) if isinstance(words, tuple) else words,
        "ignore": list(instruction.ignore),
        "region": None if instruction.region is None else str(instruction.region),
        "method": instruction.method,
    }
    return {name: value for name, value in said.items() if value}


def _applied(found: Vectors, how: Conditioned, instruction: Instruction) -> Vectors:
    return replace(
        found, embeddings=how.apply(found.embeddings),
        instruction=instruction, conditioned=how, followed=how.followed,
    )  # fmt: skip
