"""The part of the form that asks what clusters are to be about: words, and a region of each image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone.operators.types as types

from clusterby import encoders
from clusterby.core.modality import Modality
from clusterby.fiftyone.instructed import check_regions
from clusterby.instructions.base import combined

from .asked_checks import Origin, field_refused, origin_of, region_refused, unheard, will_be_done
from .asked_settings import BOX, FIRST_BOX, WHOLE, WORD_NAMES, asked_of
from .form import Form, given, refusal
from .items import Items

__all__ = ["ask_about", "ask_region"]


def ask_about(form: Form, items: Items | None, source: str, vectors: Mapping[str, Any]) -> list[str]:
    """Ask what clusters are to be about, where that can be asked; return what will be done, in Markdown.

    Parameters
    ----------
    form : Form
        The form.
    items : Items or None
        What is clustered.
    source : {"embeddings", "model", "encoder"}
        Where vectors come from.
    vectors : mapping
        What was chosen of that source.
    """
    origin = origin_of(form, source, vectors)
    wanted = [name for name in WORD_NAMES if given(form.params, name) is not None]
    errors = {name: error for name in WORD_NAMES if (error := field_refused(form.params, name))}
    in_region = region_refused(form, items)
    instruction = None
    if not errors and in_region is None:
        instruction = combined(**{"instruction": None} | asked_of(form.params))
    if instruction is not None:
        in_region = None if items is None else refusal(check_regions, instruction, items.kind)
        errors = unheard(instruction, origin, wanted[0]) if wanted else {}
    if origin.tower is not False or wanted:
        _ask_words(form, errors)
    if wanted and ("text_encoder" in errors or form.value("text_encoder") is not None):
        _ask_tower(form, errors.get("text_encoder"))
    if given(form.params, "region") is not None or _shows_images(items, origin):
        ask_region(form, items, in_region)
    return [] if instruction is None or errors or in_region else will_be_done(instruction, origin)


def _ask_words(form: Form, errors: Mapping[str, str]) -> None:
    form.text(
        "instruction", "Group by (instruction)", error=errors.get("instruction"),
        description="What the clusters should be about, in a sentence: group images by their background.",
    )  # fmt: skip
    form.text(
        "description", "Description with {}", error=errors.get("description"),
        description="A sentence with {} where a word goes: photo with a {} background.",
    )  # fmt: skip
    form.text(
        "candidates", "Candidate words", error=errors.get("candidates"), rows=2,
        description="The words to compare with, parted by commas or lines. Left empty: those of the lexicon.",
    )  # fmt: skip
    form.text(
        "ignore", "Ignore", error=errors.get("ignore"),
        description="Words, or criteria such as color, whose differences should not count.",
    )  # fmt: skip


def _ask_tower(form: Form, error: str | None) -> None:
    """Ask what made vectors that are there."""
    names = {spec.name: f"{spec.name}: {spec.summary}" for spec in encoders.find(aligned=True)}
    form.choice(
        "text_encoder", "What made the vectors", names, error=error, view=types.AutocompleteView(space=12),
        description="An encoder, or the folder of a model: its text tower embeds the words.",
    )  # fmt: skip


def _shows_images(items: Items | None, origin: Origin) -> bool:
    """Whether whole images are looked at, of which a region could be."""
    if items is None or items.media != "image" or items.kind == "patches":
        return False
    return origin.source != "embeddings" and origin.cells is Modality.IMAGE


def ask_region(form: Form, items: Items | None, error: str | None) -> None:
    """Ask for the part of each image that counts."""
    choices = {WHOLE: "the whole image", BOX: "a box, the same of every image"}
    choices |= {name: f"the one in field {name}" for name in ([] if items is None else items.region_fields)}
    of_box = form.value("region") == BOX
    form.choice("region", "Region", choices, default=WHOLE, error=None if of_box else error)
    if of_box:
        form.text(
            "region_box", "Left, top, right, bottom", default=FIRST_BOX, error=error,
            description="From 0 to 1, counted from the left top corner.",
        )  # fmt: skip
