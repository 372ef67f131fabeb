"""What clusters are to be about: the parameters of the form as arguments of ``compute_clusters``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from clusterby import Box
from clusterby.core.errors import InvalidParameter
from clusterby.fiftyone.region_plain import plain_region, region_of_plain

from .form import given

__all__ = [
    "ASKED_NAMES",
    "BOX",
    "FIRST_BOX",
    "WHOLE",
    "WORD_NAMES",
    "asked_of",
    "plain_asked",
    "region_of",
    "words_of",
]

WORD_NAMES = ("instruction", "description", "candidates", "ignore")
"""The parameters that say it in words."""

ASKED_NAMES = (*WORD_NAMES, "region", "region_box", "text_encoder")
"""All that say it."""

WHOLE, BOX = "(whole image)", "(box)"
"""Values of ``region`` that are no field: fields bear no such names."""

FIRST_BOX = "0.25, 0.25, 0.75, 0.75"
"""The box that the form begins with."""


def asked_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments that say what clusters are to be about; what was left empty is not among them.

    Raises
    ------
    InvalidParameter
        If a region is none.
    """
    found: dict[str, Any] = {}
    if given(params, "instruction") is not None:
        found["instruction"] = params["instruction"]
    for name, parted_by in (("description", r"\n"), ("candidates", r"[,\n]"), ("ignore", r"[,\n]")):
        if given(params, name) is not None:
            found[name] = words_of(params[name], parted_by)
    region = region_of(params)
    return found if region is None else found | {"region": region}


def words_of(value: Any, parted_by: str = r"[,\n]") -> Any:
    """Return the words of a text field as a list; ``"auto"``, lists and whatever only Python has stay what they are."""
    if not isinstance(value, str) or value.strip() == "auto":
        return value.strip() if isinstance(value, str) else value
    return [word.strip() for word in re.split(parted_by, value) if word.strip()]


def region_of(params: Mapping[str, Any]) -> Any:
    """Return the region that was chosen: None for whole images, a box, or the name of a field.

    Raises
    ------
    InvalidParameter
        If it is none.
    """
    value = given(params, "region")
    if value is None or value == WHOLE:
        return None
    if value == BOX:
        value = given(params, "region_box", FIRST_BOX)
        return Box.parse(value) if isinstance(value, str) else _of_numbers(value)
    if isinstance(value, str):
        return Box.parse(value) if "," in value else value
    if isinstance(value, Mapping):
        return region_of_plain(value)
    return _of_numbers(value) if isinstance(value, (list, tuple)) else value


def plain_asked(name: str, value: Any) -> Any:
    """Return an argument of a call from Python as a queue can hold it."""
    if name != "region" or isinstance(value, (str, Mapping, list, tuple)):
        return value
    return plain_region(value)


def _of_numbers(value: Any) -> Box:
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise InvalidParameter(f"region={value!r:.60}: give left, top, right and bottom from 0 to 1")
    left, top, right, bottom = value
    return Box((left, top), (right, bottom))
