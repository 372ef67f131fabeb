"""The form of a namer, generated from what it declares."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from clusterby import namers
from clusterby.core.errors import InvalidParameter

from .form import Form, given, refusal
from .method_form import ask_parameter, parse

__all__ = ["AUTO", "ask_namer", "namer_parameters"]

AUTO = "auto"

_NOT_IN_FORMS = frozenset({"api_key", "dry_run"})
"""A key would be stored with a delegated operation: the App's process has OPENAI_API_KEY."""


def ask_namer(form: Form, *, default: str = AUTO) -> str:
    """Ask for a namer and its parameters, each as ``NAMER__PARAMETER``; return the namer."""
    name = str(form.value("namer") or default)
    error = None if name == AUTO else refusal(namers.get, name)
    choices = {
        AUTO: "automatic: nothing leaves this machine",
        **{spec.name: spec.name for spec in namers.list()},
    }
    form.choice("namer", "Namer", choices, default=default, error=error)
    if name == AUTO or error is not None:
        form.say(
            "about_namer",
            "Images whose encoder knows words are named by these, all else by the words of a text field, or by the values of "
            "the other fields that mark a cluster.",
        )  # fmt: skip
        return name
    spec = namers.get(name)
    form.say("about_namer", f"{spec.summary} *{spec.when}*")
    if not spec.local:
        form.notice(
            "leaves", "Members leave this machine",
            "Small images or texts of some members of each cluster are sent to the model's server, which may cost money. The key "
            "is OPENAI_API_KEY of the App's process.",
        )  # fmt: skip
    for parameter in spec.parameters:
        if parameter.name not in _NOT_IN_FORMS:
            ask_parameter(
                form, f"{name}__{parameter.name}", parameter, default=_defaults(name).get(parameter.name)
            )
    return name


@lru_cache(maxsize=16)
def _defaults(name: str) -> Mapping[str, Any]:
    """Return what a namer takes where nothing is given, in words that a form shows."""
    try:
        signature = inspect.signature(namers.load(name)).parameters
    except ImportError:  # of an extra that is not installed: naming says so
        return {}
    own = {n: p.default for n, p in signature.items() if p.default is not inspect.Parameter.empty}
    return {n: value for n, value in (own | {"model": namers.DEFAULT_MODEL}).items() if value is not None}


def namer_parameters(params: Mapping[str, Any], namer: str) -> dict[str, Any]:
    """Return what was filled in for a namer, by its own names.

    Raises
    ------
    InvalidParameter
        If a key is among it, or a list is given as text that is no JSON.
    """
    if namer == AUTO:
        return {}
    found = {}
    for parameter in namers.get(namer).parameters:
        value = given(params, f"{namer}__{parameter.name}")
        if value is None or value == "":
            continue
        if parameter.name in _NOT_IN_FORMS:
            raise InvalidParameter(
                f"{namer}__{parameter.name} cannot be given here, where it would be stored: set OPENAI_API_KEY where the App runs"
                if parameter.name == "api_key"
                else f"{namer}__{parameter.name} is for Python: clusterby.fiftyone.name_clusters"
            )
        found[parameter.name] = parse(parameter, value)
    return found
