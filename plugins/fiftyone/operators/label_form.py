"""The form of ``label_samples``: the words, what is looked at, and the new field."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import fiftyone.operators.types as types

import clusterby.fiftyone as cbf
from clusterby import Instruction, encoders
from clusterby.core.errors import InvalidParameter, nearest
from clusterby.core.modality import Modality
from clusterby.fiftyone.fields import check_field
from clusterby.fiftyone.instructed import check_regions
from clusterby.fiftyone.target import join_path
from clusterby.instructions.claims import asks_for_words, candidate_claims, description_claims
from clusterby.ops.queries import check_tower

from .asked_checks import cells_of, region_refused
from .asked_form import ask_region
from .asked_settings import region_of, words_of
from .form import Form, given, refusal
from .items import Items, ask_items
from .towers import best_that_knows_words, has_tower
from .vectors_form import ask_modality

__all__ = ["ask_labels", "label_settings"]

_LISTS = ("candidates", "negatives")
_PLAIN = ("field", "by", "modality", "encoder", "patches_field", "description")
_NAMES = {*_PLAIN, *_LISTS, "region", "region_box"}
_OF_FIFTYONE = {"target", "view_target", "custom_view_target", "delegation_target", "delegate"}


def ask_labels(form: Form) -> None:
    """Fill the form, each property with the reason for which it would be refused."""
    cbf.clean_up(form.ctx.dataset)  # what a killed process left would count as taken
    items = ask_items(form)
    _ask_words(form)
    _ask_encoder(form, items)
    if given(form.params, "region") is not None or _shows_images(form, items):
        ask_region(form, items, _region_refused(form, items))
    _ask_field(form, items)
    form.refuse("names_problem", "Unknown parameter", refusal(_check_names, form.params))
    if items is not None and not form.refused:
        form.say("plan", _plan(form, items))


def label_settings(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of ``label_samples`` that were asked for.

    Raises
    ------
    InvalidParameter
        If a region is none.
    """
    region = region_of(params)
    found = {name: params[name] for name in _PLAIN if given(params, name) is not None} | _words(params)
    return found if region is None else found | {"region": region}


def _words(params: Mapping[str, Any]) -> dict[str, Any]:
    found = {"description": given(params, "description")}
    found |= {name: words_of(params[name]) for name in _LISTS if given(params, name) is not None}
    return {name: value for name, value in found.items() if value is not None}


def _ask_words(form: Form) -> None:
    untouched = form.in_app and not {"description", "candidates"} & set(form.params)
    errors = {} if untouched else _refused(form)
    form.text(
        "description", "Description", error=errors.get("description"),
        description="What may be true of an image: sunny background. Or, with {} where a word goes: photo with a {} background.",
    )  # fmt: skip
    form.text(
        "candidates", "Candidate words", error=errors.get("candidates"), rows=2,
        description="The words to choose among, parted by commas or lines. Left empty, each sample gets a score of the "
        "description, or where that has {} a word of the lexicon.",
    )  # fmt: skip
    form.text(
        "negatives", "Negatives", error=errors.get("negatives"), rows=2,
        description="What else may be true, parted by commas or lines. Left empty: the other words of what is described.",
    )  # fmt: skip


def _ask_encoder(form: Form, items: Items | None) -> None:
    """Ask for an encoder that knows words, and for the field that it reads."""
    cells = cells_of(form)
    names = {"auto": "auto: the best that is here"} | {
        spec.name: f"{spec.name}: {spec.summary}" for spec in encoders.find(modality=cells, aligned=True)
    }
    name = str(form.value("encoder", "auto") or "auto")
    if name == "auto":
        error = refusal(best_that_knows_words, cells)
    elif "/" not in name and ":" not in name and name not in names:
        error = refusal(encoders.get, name)
    else:
        error = None
    if error is None and has_tower(name, cells) is False:
        first = next(iter(_words(form.params)), "description")
        error = refusal(check_tower, SimpleNamespace(name=name), f"{first}=")
    strange = items is not None and items.media != "image" and form.value("by") is None
    if strange and form.value("modality") is None:
        error = f"media of type {items.media!r} have no encoder here: choose a field of text to read, or say what they are"
    form.choice(
        "encoder", "Encoder", names, default="auto", error=error, view=types.AutocompleteView(space=12),
        description="One that knows words, or the folder of a model.",
    )  # fmt: skip
    texts = form.texts()
    if texts and (items is None or items.kind == "samples"):
        by = form.value("by")
        gone = by is not None and form.ctx.dataset.get_field(by) is None
        form.choice(
            "by", "Reads", texts, error=f"by={by!r}: there is no such field" if gone else None,
            description="A field of text; empty for the media itself.",
        )  # fmt: skip
    ask_modality(form, strange=strange)


def _ask_field(form: Form, items: Items | None) -> None:
    name = form.value("field")
    untouched = form.in_app and "field" not in form.params
    form.text(
        "field", "New field", error=None if untouched else refusal(_check_field, form, items, name), required=True,
        description="For the score or the label of each item. One that is there is refused.",
    )  # fmt: skip


def _refused(form: Form) -> dict[str, str]:
    """Return why the words are refused, by the field that has to be changed."""
    settings = _words(form.params)
    error = refusal(_check_words, settings, cells_of(form))
    if error is None:
        return {}
    named = error.split("=")[0].split(":")[0]
    return {named if named in settings else next(iter(settings), "description"): error}


def _check_words(settings: Mapping[str, Any], cells: Modality) -> None:
    description, candidates = settings.get("description"), settings.get("candidates")
    if description is None and candidates is None:
        raise InvalidParameter(
            "nothing is asked: give description='sunny background', or candidates=[…] to choose among"
        )
    negatives = settings.get("negatives")
    if asks_for_words(description, candidates):
        candidate_claims(candidates, cells, description=description, negatives=negatives)
    else:
        description_claims(description, cells, negatives=negatives)


def _check_field(form: Form, items: Items | None, name: Any) -> None:
    if not isinstance(name, str) or "." in name:
        raise InvalidParameter(
            f"field={name!r}: give a word of letters, digits and _ that begins with a letter"
        )
    if items is not None:
        check_field(form.ctx.dataset, join_path(items.parent, name), run="", role="scores")


def _check_names(params: Mapping[str, Any]) -> None:
    for name in params:
        if name not in _NAMES | _OF_FIFTYONE:
            near = nearest(name, _NAMES)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise InvalidParameter(f"there is no parameter '{name}'.{hint}")


def _region_refused(form: Form, items: Items | None) -> str | None:
    error = region_refused(form, items)
    region = None if error else region_of(form.params)
    if region is None or items is None:
        return error
    return refusal(check_regions, Instruction(region=region), items.kind)


def _shows_images(form: Form, items: Items | None) -> bool:
    return (
        items is not None and items.media == "image" and items.kind != "patches" and form.value("by") is None
    )


def _plan(form: Form, items: Items) -> str:
    """Say what will be done, in Markdown."""
    settings, cells = _words(form.params), cells_of(form)
    description, candidates = settings.get("description"), settings.get("candidates")
    field = join_path(items.parent, str(form.value("field") or "FIELD"))
    if description is None and candidates is None:
        return f"**{items.n:,} {items.kind}** will be labelled in a new field."
    if asks_for_words(description, candidates):
        claims, _ = candidate_claims(
            candidates, cells, description=description, negatives=settings.get("negatives")
        )
        words = [claim.text.said for claim in claims]
        shown = ", ".join(words[:6]) + (" and others" if len(words) > 6 else "")
        how = f"get the best of **{len(words)} words** ({shown}) with its probability"
    else:
        (claim,), _ = description_claims(description, cells, negatives=settings.get("negatives"))
        against = [text.said for text in claim.negatives]
        shown = ", ".join(against[:3]) + (f" and {len(against) - 3} others" if len(against) > 3 else "")
        how = f"get a score from 0 to 1: how probably it is *{description}* rather than {shown}"
    return f"**{items.n:,} {items.kind}** will {how}.  \nIt writes field `{field}`; nothing else is changed."
