"""How a server is held to the form of an answer, and what it says where it cannot be."""

from __future__ import annotations

import re
from typing import Any

from clusterby.endpoints import Refusal
from clusterby.namers.question import Question

__all__ = ["PLAIN", "blind", "form_options", "unknown_form"]

PLAIN = 2
"""The last form: none that the server is told of."""

_FORM = re.compile(r"response_format|json_schema|json_object|structured output|grammar", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"un(known|supported|recogni[sz]ed|expected)|not (permitted|supported|allowed)", re.IGNORECASE
)
_SIGHT = re.compile(r"image|vision|visual|multi-?modal|mmproj", re.IGNORECASE)
_CANNOT = frozenset({400, 404, 415, 422, 500, 501})
"""With what servers refuse a request that they or the model are not made for; with 500 as if it would pass."""


def form_options(question: Question, form: int, max_tokens: int) -> dict[str, Any]:
    """Return how the form of an answer is asked for.

    Parameters
    ----------
    question : Question
        What is asked.
    form : {0, 1, 2}
        By a JSON schema, as OpenAI and most servers take it; by JSON mode and the older name of the limit; or by nothing
        but the question's rules.
    max_tokens : int
        The limit.

    Examples
    --------
    >>> form_options(Question(rules="Answer in JSON.", parts=(), schema={}), 1, 4096)
    {'response_format': {'type': 'json_object'}, 'max_tokens': 4096}
    """
    if form == 0:
        schema = {"name": question.name, "schema": dict(question.schema), "strict": True}
        return {
            "response_format": {"type": "json_schema", "json_schema": schema},
            "max_completion_tokens": max_tokens,
        }
    if form < PLAIN:
        return {"response_format": {"type": "json_object"}, "max_tokens": max_tokens}
    return {}


def unknown_form(refusal: Refusal) -> bool:
    """Whether the server may not know one of the options, whichever of its words it has for that."""
    if refusal.may_not_know("response_format", "max_completion_tokens", "max_tokens"):
        return True
    unknown = refusal.status in {400, 422} and _UNKNOWN.search(refusal.said)
    return bool(unknown or (refusal.status in _CANNOT and _FORM.search(refusal.said)))


def blind(refusal: Refusal) -> bool:
    """Whether the model sees no images, of a refusal of a question with images that are not too many."""
    if refusal.status not in _CANNOT or refusal.too_large or _FORM.search(refusal.said):
        return False
    return bool(_SIGHT.search(refusal.said))
