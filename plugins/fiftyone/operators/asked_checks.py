"""Why what is asked of vectors cannot be followed, and how it will be: told while the form is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from clusterby import Embeddings, Instruction
from clusterby.core.errors import UnknownColumn
from clusterby.core.modality import Modality
from clusterby.fiftyone.stored_vectors import brain_encoder
from clusterby.instructions.regions import Boxes
from clusterby.instructions.say import say_region
from clusterby.instructions.words import find_words, needs_proposal
from clusterby.ops.given import condition_given
from clusterby.ops.proposed import proposer_of
from clusterby.ops.queries import check_tower

from .asked_settings import asked_of, region_of
from .form import Form, given, refusal
from .items import Items
from .towers import best_that_knows_words, follows, has_tower

__all__ = ["Origin", "cells_of", "field_refused", "origin_of", "region_refused", "unheard", "will_be_done"]

_NO_VECTORS = Embeddings(
    vectors=np.zeros((1, 1), np.float32), rows=np.zeros(1, np.int64), n_rows=1, column="", space=""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of the vectors that words are to be compared with.

    Parameters
    ----------
    source : {"embeddings", "model", "encoder"}
        Where they come from.
    name : str
        The field or key, the model, or the encoder.
    cells : Modality
        What they are made of.
    tower : bool or None
        Whether what makes them embeds words; None if that cannot be told from here.
    made_by_known : bool
        Whether it is known what made them.
    """

    source: str
    name: str
    cells: Modality
    tower: bool | None
    made_by_known: bool = True

    def tells(self, instruction: Instruction) -> bool:
        """Whether the encoder is told the instruction itself, so that no words are needed."""
        words = instruction.description or instruction.candidates is not None or instruction.ignore
        if self.source != "encoder" or instruction.text is None or words:
            return False
        return follows(self.name, self.cells)


def origin_of(form: Form, source: str, vectors: Mapping[str, Any]) -> Origin:
    """Return what is known of the vectors that were chosen in a form."""
    if source == "encoder":
        name, cells = str(form.value("encoder") or "auto"), cells_of(form)
        return Origin(source=source, name=name, cells=cells, tower=has_tower(name, cells))
    name = vectors.get(source)
    if source == "model":
        return Origin(source=source, name=str(name), cells=Modality.IMAGE, tower=None)
    dataset = form.ctx.dataset
    of_run = (
        isinstance(name, str) and not dataset.has_field(name) and brain_encoder(dataset, name) is not None
    )
    told = form.value("text_encoder") is not None or "encoder" in vectors
    return Origin(
        source=source, name=str(name), cells=Modality.VECTOR, tower=None, made_by_known=of_run or told
    )


def field_refused(params: Mapping[str, Any], name: str) -> str | None:
    """Return why one of the fields of words is refused for itself."""
    if given(params, name) is None:
        return None
    value = asked_of({name: params[name]})[name]
    return refusal(lambda: Instruction(**{"text" if name == "instruction" else name: value}))


def region_refused(form: Form, items: Items | None) -> str | None:
    """Return why a region is refused for itself."""
    error = refusal(region_of, form.params)
    if error is not None or items is None:
        return error
    region = region_of(form.params)
    name = region.column if isinstance(region, Boxes) else region
    if not isinstance(name, str) or name in items.region_fields:
        return None
    there = [form.ctx.dataset.get_field(path) for path in (name, f"frames.{name}")]
    return None if any(there) else str(UnknownColumn(name, items.region_fields))


def unheard(instruction: Instruction, origin: Origin, first: str) -> dict[str, str]:
    """Return why words cannot be followed, by the field that is to be changed.

    Parameters
    ----------
    instruction : Instruction
        What is asked, in words.
    origin : Origin
        Of what.
    first : str
        The first of the fields that say it.
    """
    if not origin.made_by_known:
        why = refusal(condition_given, _NO_VECTORS, [origin.name], "auto", instruction=instruction)
        return {"text_encoder": why or ""}
    if origin.tells(instruction):
        return {}
    if origin.tower is False:
        why = refusal(check_tower, SimpleNamespace(name=origin.name), f"{first}=")
        return {first: why or ""}
    if origin.source == "encoder" and origin.name == "auto":
        why = refusal(best_that_knows_words, origin.cells)
        if why is not None:
            return {first: why}
    if instruction.asks and not (needs_proposal(instruction) and proposer_of(instruction)):
        why = refusal(find_words, instruction, origin.cells)
        return {} if why is None else {"candidates": why}
    return {}


def will_be_done(instruction: Instruction, origin: Origin) -> list[str]:
    """Say how what is asked will be carried out, in Markdown."""
    lines = []
    if instruction.region is not None:
        said = say_region(instruction.region)
        of = f"the region in field `{said}`" if isinstance(instruction.region, Boxes) else said
        lines.append(f"Of each image {of} is looked at, and nothing else.")
    if origin.tells(instruction):
        return [
            *lines,
            "The encoder is told what to group by before it reads each text; no words are compared.",
        ]
    if needs_proposal(instruction):
        lines.append("A language model will propose the words that are compared.")
    elif instruction.asks:
        words = find_words(instruction, origin.cells)
        source = (
            f"from the lexicon of {words.about}" if words.source.startswith("lexicon") else "that were given"
        )
        shown = ", ".join(words.words[:6]) + (" and others" if len(words.words) > 6 else "")
        lines.append(f"**{len(words.words)} words** {source} will be compared: {shown}.")
    if instruction.asks:
        lines.append("Clusters are named after the words that fit them best.")
    if instruction.ignore:
        lines.append(f"Differences of {', '.join(instruction.ignore)} are taken out first.")
    return lines


def cells_of(form: Form) -> Modality:
    """Return what an encoder reads, as far as a form says it."""
    said = form.value("modality")
    if said in list(Modality):
        return Modality(said)
    return Modality.IMAGE if form.value("by") is None else Modality.TEXT
