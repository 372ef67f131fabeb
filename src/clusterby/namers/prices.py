"""The model that is asked unless another is named, and what questions cost."""

from __future__ import annotations

from collections.abc import Sequence

from clusterby.endpoints import Address
from clusterby.endpoints.prices import round_tokens, say_bill, say_dollars
from clusterby.namers.question import Question

__all__ = ["DEFAULT_MODEL", "PRICES", "describe_bill"]

DEFAULT_MODEL = "gpt-6-luna"
"""The smallest of OpenAI's current models that see images, as of November 2026; released in September 2026."""

PRICES = {DEFAULT_MODEL: (0.10, 0.50)}
"""US dollars per million tokens sent and answered, from https://developers.openai.com/api/docs/pricing, standard tier."""

_AS_OF = "November 2026"
_ANSWER = 1000
"""Tokens of an answer, what the model thinks before among them."""


def describe_bill(questions: Sequence[Question], *, model: str, address: Address) -> str:
    """Return how many calls, images and tokens go where, and what that costs, as one sentence.

    Parameters
    ----------
    questions : sequence of Question
        What would be asked, a call each; an answer that has to be repaired takes a second.
    model : str
        The model.
    address : Address
        The server.

    Examples
    --------
    >>> from clusterby.endpoints import find_address
    >>> asked = [Question(rules="Answer in JSON.", parts=("What is it?",), schema={})]
    >>> describe_bill(asked, model="gemma3", address=find_address("http://localhost:11434/v1"))
    '1 call to gemma3 with 0 images, about 7 tokens, goes to localhost:11434 on this machine: no price is known'
    """
    calls, images = len(questions), sum(question.images for question in questions)
    tokens = sum(question.tokens for question in questions)
    sent = (
        f"{_several(calls, 'call')} to {model} with {_several(images, 'image')}, about {round_tokens(tokens):,} tokens, "
        f"{'goes' if calls == 1 else 'go'} to {address.host}"
    )
    price = PRICES.get(model) if address.openai else None
    cost = None
    if price is not None:
        there, back = price
        amount = say_dollars((tokens * there + calls * _ANSWER * back) / 1e6)
        cost = (
            f"{amount} at the list price of {model}, ${there:.2f} per million tokens sent and ${back:.2f} per million "
            f"answered ({_AS_OF})"
        )
    return say_bill(sent, cost, local=address.local)


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
